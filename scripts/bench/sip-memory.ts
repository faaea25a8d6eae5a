import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SipServerStats } from '../../src/sip/server.js';
import { freePort } from '../../test/e2e/harness/ports.js';
import { readCommandLine } from '../command-line.js';
import { LoadParty } from './load-party.js';
import { machineLine } from './process-usage.js';
import { Child } from './sip/child.js';
import { ServerUnderTest } from './sip/server-under-test.js';

const help = `Usage: scripts/bench/sip-memory [--count N] [--rate N] [--dialogs | --websockets]

What the embedded SIP server keeps in memory for each idle dialog and for each registered WebSocket client. The server
is a process of its own; a drachtio-srf application (scripts/bench/sip/memory-app.mjs) answers calls and registrations.
  --count N     dialogs, and clients (default 10000)
  --rate N      calls set up and ended per second (default 400)
  --dialogs     only the dialogs: sipp sets up N calls and leaves them alone until all SIP timers have run out
  --websockets  only the clients: N sockets on loopback, each registers once
  --help        this text
Memory is taken after a collection of garbage, before, with all N there, and when all have left (36 s later, when all
SIP timers have run out): heap (V8), external (buffers outside of it), resident (the whole process; pages that are free
again are not always handed back to the system). Exit code: 0 when all N were there and the heap came back to within 10 %
of what N cost, 1 when not, 2 for wrong usage.`;

/** Every SIP timer of a finished transaction has run out after this; milliseconds. */
const SETTLE_MS = 36_000;
/** Time to look at N idle dialogs; milliseconds. */
const LOOK_MS = 5_000;
/** What may be left of the heap that N took. */
const LEFT_SHARE = 0.1;

interface Snapshot {
  readonly heap: number;
  readonly external: number;
  readonly resident: number;
}

interface Wish {
  readonly count: number;
  readonly rate: number;
  readonly dialogs: boolean;
  readonly webSockets: boolean;
}

function readWish(): Wish {
  const line = readCommandLine(help, { values: ['count', 'rate'], flags: ['dialogs', 'websockets'] });
  const both = line.flag('dialogs') === line.flag('websockets');
  return {
    count: line.number('count', { otherwise: 10_000, least: 1, most: 20_000, whole: true }),
    rate: line.number('rate', { otherwise: 400, least: 1, most: 2000 }),
    dialogs: both || line.flag('dialogs'),
    webSockets: both || line.flag('websockets'),
  };
}

async function snapshot(server: ServerUnderTest): Promise<Snapshot> {
  const { heapUsed, external, rss } = await server.memory();
  return { heap: heapUsed, external, resident: rss };
}

/** Runs the story on a server with an application of its own. */
async function withServer(
  transport: 'udp' | 'ws',
  story: (server: ServerUnderTest) => Promise<boolean>,
): Promise<boolean> {
  const limits = { connectionsPerSource: 50_000, connections: 50_000 };
  const server = await ServerUnderTest.start([transport], { limits }, ['--expose-gc']);
  try {
    const [application] = await Child.start({ file: 'memory-app.mjs', environment: server.forClients });
    try {
      return await story(server);
    } finally {
      await application.stop('signal');
    }
  } finally {
    await server.stop();
  }
}

async function measureDialogs(server: ServerUnderTest, { count, rate }: Wish): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'onekey-sip-memory-'));
  try {
    const before = await snapshot(server);
    const setUpMs = (count / rate) * 1000;
    const party = await LoadParty.start(
      {
        scenario: 'load-caller',
        port: await freePort(),
        parameters: {
          caller: '139[call_number]',
          dial: '12345',
          hold: Math.ceil(setUpMs + SETTLE_MS + 2 * LOOK_MS),
        },
        calls: count,
        rate,
        limitSeconds: Math.ceil((3 * setUpMs + SETTLE_MS + 2 * LOOK_MS) / 1000) + 60,
      },
      server.sip,
      folder,
    );
    await sleep(setUpMs + SETTLE_MS + LOOK_MS);
    const { live } = await server.stats();
    const during = await snapshot(server);
    const figures = await party.finish(4 * setUpMs + 60_000);
    await sleep(SETTLE_MS);
    const after = await snapshot(server);
    const complete = live.dialogs === count && figures.failed === 0;
    if (!complete)
      console.log(
        `  not as it should be: ${live.dialogs} dialogs, ${figures.failed} failed; ${figures.complaint}`,
      );
    return report('idle dialog', count, [before, during, after], (await server.stats()).live) && complete;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureWebSockets(server: ServerUnderTest, { count }: Wish): Promise<boolean> {
  const [clients] = await Child.start({
    file: 'ws-clients.mjs',
    environment: { WS_PORT: String(server.listeners[0]?.port), CLIENTS: String(count) },
  });
  try {
    const before = await snapshot(server);
    const opened = await clients.ask<{ registered?: number; error?: string }>('open');
    await sleep(SETTLE_MS);
    const { connections } = await server.stats();
    const during = await snapshot(server);
    await clients.ask('close');
    await sleep(SETTLE_MS);
    const after = await snapshot(server);
    const complete = opened.registered === count && connections === count;
    if (!complete) console.log(`  not as it should be: ${connections} connections; ${opened.error ?? ''}`);
    const good = report(
      'registered WebSocket client',
      count,
      [before, during, after],
      (await server.stats()).live,
    );
    return good && complete;
  } finally {
    await clients.stop('signal');
  }
}

/** Prints three looks at the memory; true when the heap came back. */
function report(
  what: string,
  count: number,
  [before, during, after]: readonly [Snapshot, Snapshot, Snapshot],
  live: SipServerStats['live'],
): boolean {
  console.log(`${count} times ${what}`);
  const rows: readonly (readonly [string, keyof Snapshot])[] = [
    ['heap', 'heap'],
    ['external', 'external'],
    ['resident', 'resident'],
  ];
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  for (const [name, key] of rows) {
    const each = (during[key] - before[key]) / count;
    console.log(
      `  ${name.padEnd(9)} before ${mebibytes(before[key])}, with all ${mebibytes(during[key])}, after ${mebibytes(after[key])}: ${each.toFixed(0)} bytes each`,
    );
  }
  console.log(`  left      ${JSON.stringify(live)}`);
  return after.heap - before.heap <= (during.heap - before.heap) * LEFT_SHARE;
}

async function main(): Promise<number> {
  const wish = readWish();
  console.log(machineLine());
  let good = true;
  if (wish.dialogs) good = await withServer('udp', (server) => measureDialogs(server, wish));
  if (wish.webSockets) good = (await withServer('ws', (server) => measureWebSockets(server, wish))) && good;
  return good ? 0 : 1;
}

process.exitCode = await main();
