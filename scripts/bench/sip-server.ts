import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { readCommandLine } from '../command-line.js';
import { findRate, highestRate } from './find-rate.js';
import { machineLine } from './process-usage.js';
import { percentile } from './refer-latency.js';
import { type ProfileSummary, summariseProfile } from './sip/profile-rooms.js';
import { runSipTrial, type SipTrialOptions, type SipTrialResult } from './sip/sip-trial.js';
import { allTimersMs } from './trial.js';

const help = `Usage: scripts/bench/sip-server [--rate N] [--seconds S] [--hold MS] [--find] [--profile FILE] [--settle MS]

Calls through the embedded SIP server: sipp -> server -> sipp over UDP on loopback, driven by a back-to-back user
agent of plain drachtio-srf (scripts/bench/sip/b2bua.mjs). Server, application and both sipp are processes of their
own and share the cores of this machine; no media is sent.
  --rate N        calls started per second (default 100); with --find the rate to begin with
  --seconds S     for how long calls are started (default 20)
  --hold MS       how long the parties talk (default 1000)
  --find          find the highest rate without a failed call: doubled until one fails, then bisected to 5 %
  --profile FILE  write a CPU profile of the server (node --cpu-prof) and say which room of src/sip took how much;
                  profiling itself takes time, so the figures of such a run are no measure
  --settle MS     wait so long after the last call before CPU time is counted (default 42000: all SIP timers have run
                  out; with --find 500)
  --help          this text

What is printed, and how it is measured:
  failed         calls that caller or answerer did not see exactly as its scenario says
  setup          from the INVITE that the caller sent to the 200 it got (sipp's clock, in steps of 4 ms)
  CPU/call       user and system time of all threads of the process, from before the first call until --settle after
                 the last, so that all SIP timers are in it
  retransmitted  messages that sipp sent again, and that the server did
Exit code: 0 when no call failed (with --find: when a rate was found), 1 when some did, 2 for wrong usage.`;

interface Wish {
  readonly rate: number;
  readonly seconds: number;
  readonly holdMs: number;
  readonly find: boolean;
  readonly profile: string | null;
  readonly settleMs: number;
}

function readWish(): Wish {
  const line = readCommandLine(help, {
    values: ['rate', 'seconds', 'hold', 'profile', 'settle'],
    flags: ['find'],
  });
  const find = line.flag('find');
  const profile = line.text('profile');
  if (find && profile !== undefined) line.wrong('--find or --profile, not both');
  return {
    rate: line.number('rate', { otherwise: 100, least: 1, most: highestRate }),
    seconds: line.number('seconds', { otherwise: 20, least: 1, most: 3600 }),
    holdMs: line.number('hold', { otherwise: 1000, least: 0, most: 600_000 }),
    find,
    profile: profile === undefined ? null : resolve(profile),
    settleMs: line.number('settle', { otherwise: find ? 500 : allTimersMs, least: 0, most: 600_000 }),
  };
}

function trialOptions(wish: Wish, rate: number): SipTrialOptions {
  return {
    rate,
    calls: Math.round(rate * wish.seconds),
    holdMs: wish.holdMs,
    settleMs: wish.settleMs,
    ...(wish.profile === null ? {} : { profile: wish.profile }),
  };
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

function report(wish: Wish, result: SipTrialResult): void {
  const calls = Math.round(wish.rate * wish.seconds);
  console.log(`${wish.rate} calls/s asked for, ${calls} calls, ${wish.holdMs} ms hold`);
  for (const { scenario, succeeded, failed, retransmissions, complaint } of result.parties) {
    const words = complaint === '' ? '' : `; ${complaint}`;
    console.log(
      `  ${scenario.padEnd(14)} ${succeeded} good, ${failed} failed, ${retransmissions} retransmitted${words}`,
    );
  }
  const at = (share: number): string => `${percentile(result.setupMs, share).toFixed(1)} ms`;
  console.log(`  calls/s        ${result.reachedRate.toFixed(1)}`);
  console.log(`  setup          p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, highest ${at(1)}`);
  const per = (ms: number): string => `${(ms / calls).toFixed(2)} ms`;
  console.log(
    `  CPU/call       server ${per(result.serverCpuMs)}, application ${per(result.applicationCpuMs)}`,
  );
  console.log(
    `  resident       server ${mebibytes(result.residentAtEnd)} after the last call, ${mebibytes(result.residentSettled)} ${wish.settleMs} ms later`,
  );
  const { retransmissions, malformed, dropped, live } = result.stats;
  console.log(
    `  server counts  ${retransmissions} retransmitted, ${malformed} malformed, ${dropped} dropped; left: ${JSON.stringify(live)}`,
  );
}

function reportProfile({ busyMs, rooms, functions }: ProfileSummary): void {
  const line = (ms: number, share: number, name: string): string =>
    `  ${(share * 100).toFixed(1).padStart(5)} %  ${ms.toFixed(0).padStart(7)} ms  ${name}`;
  console.log(`where the server's ${busyMs.toFixed(0)} ms went, by room (time in callees not counted):`);
  for (const { name, ms, share } of rooms) console.log(line(ms, share, name));
  console.log('by function:');
  for (const { name, ms, share } of functions) console.log(line(ms, share, name));
}

/** Whether the real drachtio-server could be measured beside ours. */
function peerLine(): string {
  const found = (
    spawnSync('apt-cache', ['search', '--names-only', 'drachtio'], { encoding: 'utf8' }).stdout ?? ''
  ).trim();
  return found === ''
    ? 'drachtio-server: the package sources of this machine have none to compare with'
    : `drachtio-server: packages there are, not measured by this bench: ${found.replaceAll('\n', '; ')}`;
}

async function main(): Promise<number> {
  const wish = readWish();
  console.log(machineLine());
  console.log(peerLine());
  if (wish.find) {
    const good = await findRate(wish.rate, async (rate) => {
      const result = await runSipTrial(trialOptions(wish, rate));
      const retransmissions = result.parties.reduce((sum, party) => sum + party.retransmissions, 0);
      return { ...result, retransmissions };
    });
    console.log(
      `highest rate without a failed call: ${good}/s (${wish.seconds} s each, ${wish.holdMs} ms hold)`,
    );
    return good > 0 ? 0 : 1;
  }
  const result = await runSipTrial(trialOptions(wish, wish.rate));
  report(wish, result);
  if (wish.profile !== null) {
    reportProfile(summariseProfile(wish.profile));
    console.log(`profile in ${wish.profile}`);
  }
  return result.failed === 0 ? 0 : 1;
}

process.exitCode = await main();
