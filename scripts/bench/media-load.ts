/** Calls with speech through server and rtpengine, each transferred once. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineOf } from '../../test/e2e/harness/engine-of.js';
import { type Ports, testPlan } from '../../test/e2e/harness/plan.js';
import { freePort } from '../../test/e2e/harness/ports.js';
import { Server } from '../../test/e2e/harness/server.js';
import { readCommandLine } from '../command-line.js';
import { MediaCalls, type MediaWish } from './media-calls.js';
import { MillisecondCounts } from './millisecond-counts.js';
import { cpuMs, machineLine } from './process-usage.js';
import { spread } from './spread.js';
import type { VoicesFigures } from './voices-order.js';

const help = `Usage: scripts/bench/media-load [--calls N] [--rate N] [--hold SECONDS]

Puts calls with speech on a server of its own with rtpengine on loopback: callers call 12345, agents answer, both
send PCMA in packets of 20 ms; every agent transfers to 110 by REFER when half of the call is over; the callers hang
up. Speech is sent and heard by two processes of their own over real sockets, SIP by a third.

  --calls N       calls, 300
  --rate N        calls begun per second, 10
  --hold SECONDS  how long each call lasts, 120
  --help          this text

What is printed:
  lost by the server  numbers missing between the first and the last packet that a party heard of another; without
                      those that went missing where packets wait for the bench itself (its own receive buffers)
  direct              the same of two parties that send to each other without a server: what the machine does
  apart               from one packet to the next of the same voice
  sent too late       how much the bench itself was late: it is part of what is measured as apart
  at the switch       from the agent's last packet to the target's first, at the caller; and how many packets of the
                      caller neither of the two got
  setup               from the caller's INVITE to its 200;  transfer: from REFER to the agent's BYE
  CPU                 of one core, while all calls are up: the server's process, rtpengine, the bench

Exit code: 0 when no call failed, no party was left without speech and not more than one packet in ten thousand was
lost by the server; 1 when not; 2 for wrong usage.`;

const LOST_AT_MOST = 1e-4;

const line = readCommandLine(help, { values: ['calls', 'rate', 'hold'] });
const wish: MediaWish = {
  calls: line.number('calls', { otherwise: 300, least: 1, most: 2000, whole: true }),
  rate: line.number('rate', { otherwise: 10, least: 0.1, most: 200 }),
  holdMs: line.number('hold', { otherwise: 120, least: 2, most: 3600 }) * 1000,
};
process.exitCode = await bench();

async function bench(): Promise<number> {
  console.log(`${machineLine()}, load ${loadavg()[0]?.toFixed(1)}`);
  const folder = mkdtempSync(join(tmpdir(), 'onekey-media-load-'));
  const ports = await somePorts();
  const server = await Server.start({
    folder,
    plan: testPlan(ports),
    settings: {
      media: { anchor: 'rtpengine', rtpengine: { portMin: 10_000, portMax: 29_998 } },
      log: { level: 'warn' },
    },
  });
  try {
    const calls = await MediaCalls.open(wish, server.sip, ports);
    try {
      return await measure(calls, server);
    } finally {
      await calls.close();
    }
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(calls: MediaCalls, server: Server): Promise<number> {
  const pids = {
    server: server.child.pid ?? 0,
    rtpengine: engineOf(server)?.pid ?? 0,
    voices: [calls.callers.pid, calls.desks.pid],
  };
  const usage = (): Usage => ({
    at: performance.now(),
    server: cpuMs(pids.server),
    rtpengine: cpuMs(pids.rtpengine),
    bench: [process.pid, ...pids.voices].reduce((sum, pid) => sum + cpuMs(pid), 0),
  });
  const overflowsBefore = overflows();
  const allUpMs = (wish.calls / wish.rate) * 1000 + 500;
  const samples: Usage[] = [];
  const sample = (afterMs: number) => setTimeout(() => samples.push(usage()), afterMs);
  // Short calls are never up all at once: then it is the time between the first and the last call.
  const apart = allUpMs < wish.holdMs - 1000;
  sample(apart ? allUpMs : 0);
  sample(apart ? wish.holdMs - 500 : allUpMs + wish.holdMs - 1000);
  await calls.run();
  const own = droppedBy(new Set([...calls.callers.ports, ...calls.desks.ports]));
  const figures = [await calls.callers.figures(), await calls.desks.figures()] as const;
  return report(calls, figures, samples, { all: overflows() - overflowsBefore, own });
}

interface Usage {
  readonly at: number;
  readonly server: number;
  readonly rtpengine: number;
  readonly bench: number;
}

/** Packets for which a receive buffer had no room: on the whole machine, and in the sockets of the bench. */
interface Dropped {
  readonly all: number;
  readonly own: number;
}

function report(
  calls: MediaCalls,
  figures: readonly [VoicesFigures, VoicesFigures],
  samples: readonly Usage[],
  dropped: Dropped,
): number {
  const sum = (read: (one: VoicesFigures) => number): number =>
    figures.reduce((all, one) => all + read(one), 0);
  const times = (name: 'apart' | 'directApart' | 'late'): MillisecondCounts =>
    figures.reduce((all, one) => all.merge(one[name]), new MillisecondCounts());
  const [heard, silent] = [sum((one) => one.heard), sum((one) => one.silent)];
  const lost = Math.max(0, sum((one) => one.lost) - dropped.own);
  const longest = Math.max(...figures.map((one) => one.longestHole));
  const share = (count: number, of: number): string =>
    `${count} of ${of} (${of === 0 ? '-' : ((count / of) * 1e6).toFixed(1)} per million)`;
  const switchLost = figures.flatMap((one) => one.switchLost);
  const gaps = figures.flatMap((one) => one.switchGapsMs);
  console.log(`${wish.calls} calls, ${wish.rate}/s, ${wish.holdMs / 1000} s each, PCMA 20 ms both ways`);
  console.log(
    `  calls               ${calls.established} set up, ${calls.transferred} transferred, ${calls.failed} failures, ` +
      `${silent} left without speech, callers told ${calls.told} times`,
  );
  for (const [why, count] of calls.failures) console.log(`    ${count} times: ${why}`);
  console.log(
    `  packets             ${sum((one) => one.sent)} sent, ${sum((one) => one.refused)} of them refused by the kernel`,
  );
  console.log(`  lost by the server  ${share(lost, heard + lost)}, at most ${longest} in a row`);
  console.log(
    `  direct              ${share(
      sum((one) => one.directLost),
      sum((one) => one.directHeard),
    )} lost`,
  );
  console.log(
    `  buffers too full    ${dropped.all} packets on this machine, ${dropped.own} of them in the bench`,
  );
  console.log(`  apart, ms           ${times('apart')}`);
  console.log(`  direct, apart, ms   ${times('directApart')}`);
  console.log(`  sent too late, ms   ${times('late')}`);
  console.log(
    `  at the switch, ms   ${spread(gaps)}; packets of the caller that nobody got: ${spread(switchLost)}`,
  );
  console.log(`  setup, ms           ${calls.setup}`);
  console.log(`  transfer, ms        ${calls.transfer}`);
  console.log(`  CPU                 ${cpuText(samples)}`);
  const fine = calls.failed === 0 && silent === 0 && lost <= (heard + lost) * LOST_AT_MOST;
  return fine && calls.transferred === wish.calls ? 0 : 1;
}

function cpuText([from, to]: readonly Usage[]): string {
  if (from === undefined || to === undefined) return 'not measured';
  const part = (name: 'server' | 'rtpengine' | 'bench'): string =>
    `${name} ${(((to[name] - from[name]) / (to.at - from.at)) * 100).toFixed(0)} %`;
  const seconds = ((to.at - from.at) / 1000).toFixed(0);
  return `${part('server')}, ${part('rtpengine')}, ${part('bench')} of one core, over ${seconds} s`;
}

/** Datagrams that found a full receive buffer, since the machine was started. */
function overflows(): number {
  const [names, values] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((text) => text.startsWith('Udp:'))
    .map((text) => text.split(' '));
  return Number(values?.[names?.indexOf('RcvbufErrors') ?? -1] ?? 0);
}

/** The same of open sockets at these ports. */
function droppedBy(ports: ReadonlySet<number>): number {
  const rows = readFileSync('/proc/net/udp', 'utf8').split('\n').slice(1);
  return rows.reduce((sum, row) => {
    const fields = row.trim().split(/\s+/);
    const port = Number.parseInt(fields[1]?.split(':')[1] ?? '', 16);
    return ports.has(port) ? sum + Number(fields.at(-1) ?? 0) : sum;
  }, 0);
}

async function somePorts(): Promise<Ports> {
  return {
    caller: await freePort(),
    desk: await freePort(),
    pbx: {
      'pbx-12345': await freePort(),
      'pbx-110': await freePort(),
      'pbx-96456': await freePort(),
      'pbx-96456-b': await freePort(),
      'pbx-12333': await freePort(),
    },
  };
}
