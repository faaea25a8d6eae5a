import { spawnSync } from 'node:child_process';
import { readCommandLine } from '../command-line.js';
import { findRate, highestRate } from './find-rate.js';
import { machineLine } from './process-usage.js';
import { percentile } from './refer-latency.js';
import { allTimersMs, type Kind, runTrial, type TrialOptions, type TrialResult } from './trial.js';

const help = `Usage: scripts/bench/calls [--plain | --transfer] [--rate N] [--seconds S] [--hold MS] [--search] [--thread] [--peer asterisk]

Puts calls on a server of its own on loopback: sipp calls 12345 over UDP, sipp answers, no media is sent.
  --plain       caller and agent (default)
  --transfer    caller, agent and target: every agent transfers to 110 by REFER after 100 ms
  --rate N      calls started per second (default 50); with --search the rate to begin with
  --seconds S   for how long calls are started (default 20)
  --hold MS     how long the last two parties talk (default 2000)
  --search      find the highest rate without a failed call: doubled until one fails, then bisected to 5 %;
                each step is a run of S seconds with a server of its own
  --thread      the SIP server in a thread of its own (setting sip.embedded.thread)
  --peer asterisk  says whether Asterisk can be installed here to compare with; measures nothing by itself
  --help        this text

What is printed, and how it is measured:
  failed         calls that any of the parties did not see exactly as its scenario says
  calls/s        calls started divided by the time it took to start them; also transfers/s
  REFER-INVITE   from the REFER on the wire to the INVITE at the target: both are captured on the loopback
                 interface (dumpcap, kernel time stamps) and matched by a Referred-By that is different for each
                 call; median and 99th percentile. Needs tshark and the right to capture.
  retransmitted  messages that sipp sent again (its statistics), and what the server counts itself
  CPU/call       user and system time of the server process, all its threads, from before the first call until
                 42 s after the last, so that all SIP timers are in it; divided by the calls
Exit code: 0 when no call failed (with --search: when a rate was found), 1 when some did, 2 for wrong usage.`;

interface Wish {
  readonly kind: Kind;
  readonly rate: number;
  readonly seconds: number;
  readonly holdMs: number;
  readonly search: boolean;
  readonly thread: boolean;
  /** Only tell whether there is an Asterisk to compare with. */
  readonly peer: boolean;
}

function readWish(): Wish {
  const line = readCommandLine(help, {
    values: ['rate', 'seconds', 'hold', 'peer'],
    flags: ['plain', 'transfer', 'search', 'thread'],
  });
  const peer = line.text('peer');
  if (peer !== undefined && peer !== 'asterisk') line.wrong(`--peer ${peer}: only asterisk is known`);
  if (line.flag('plain') && line.flag('transfer')) line.wrong('--plain or --transfer, not both');
  return {
    kind: line.flag('transfer') ? 'transfer' : 'plain',
    rate: line.number('rate', { otherwise: 50, least: 1, most: highestRate }),
    seconds: line.number('seconds', { otherwise: 20, least: 1, most: 3600 }),
    holdMs: line.number('hold', { otherwise: 2000, least: 0, most: 600_000 }),
    search: line.flag('search'),
    thread: line.flag('thread'),
    peer: peer !== undefined,
  };
}

/** Whether there is an Asterisk to compare with. A comparison needs scenarios for its way to transfer, which differs. */
function peerAnswer(): number {
  const policy = spawnSync('apt-cache', ['policy', 'asterisk'], { encoding: 'utf8' }).stdout ?? '';
  const candidate = /Candidate: (\S+)/.exec(policy)?.[1] ?? '(none)';
  console.log(
    candidate === '(none)'
      ? 'Asterisk: the package sources of this machine have none, so none can be installed; nothing was measured'
      : `Asterisk ${candidate} can be installed (apt-get install asterisk); nothing was measured`,
  );
  return 1;
}

function trialOptions(wish: Wish, rate: number): TrialOptions {
  return {
    kind: wish.kind,
    rate,
    calls: Math.round(rate * wish.seconds),
    holdMs: wish.holdMs,
    settleMs: wish.search ? 500 : allTimersMs,
    thread: wish.thread,
    capture: wish.kind === 'transfer' && !wish.search,
  };
}

function report(wish: Wish, rate: number, result: TrialResult): void {
  const total = Math.round(rate * wish.seconds);
  console.log(`${wish.kind}, ${rate} calls/s asked for, ${total} calls, ${wish.holdMs} ms hold`);
  for (const party of result.parties) {
    console.log(
      `  ${party.scenario.padEnd(24)} ${party.succeeded} good, ${party.failed} failed, ${party.retransmissions} retransmitted${party.complaint === '' ? '' : `; ${party.complaint}`}`,
    );
  }
  const perSecond = result.reachedRate.toFixed(1);
  console.log(
    `  calls/s        ${perSecond}${wish.kind === 'transfer' ? ` (transfers/s ${perSecond})` : ''}`,
  );
  if (wish.kind === 'transfer') console.log(`  REFER-INVITE   ${latencyText(result.latencies)}`);
  console.log(`  server counts  ${result.serverCounts.join(', ') || 'no metric of retransmissions'}`);
  const { calls, legs, transfers, live } = result.ledger;
  console.log(
    `  ledger         ${calls} calls, ${legs} legs, ${transfers} transfers; ${live} calls still live`,
  );
  console.log(
    `  CPU/call       ${result.cpuMsPerCall.toFixed(2)} ms; ${result.residentMiB.toFixed(0)} MiB resident`,
  );
}

function latencyText(latencies: readonly number[] | null): string {
  if (latencies === null)
    return 'not measured: packets cannot be captured here (install tshark, run as root)';
  if (latencies.length === 0) return 'no pair of REFER and INVITE was captured';
  const [median, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
  return `p50 ${median.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, of ${latencies.length} transfers`;
}

async function search(wish: Wish): Promise<number> {
  const good = await findRate(wish.rate, async (rate) => {
    const result = await runTrial(trialOptions(wish, rate));
    const retransmissions = result.parties.reduce((sum, party) => sum + party.retransmissions, 0);
    return { ...result, retransmissions };
  });
  console.log(`highest rate without a failed call: ${good}/s (${wish.kind}, ${wish.seconds} s each)`);
  return good > 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const wish = readWish();
  if (wish.peer) return peerAnswer();
  console.log(machineLine());
  if (wish.search) return search(wish);
  const result = await runTrial(trialOptions(wish, wish.rate));
  report(wish, wish.rate, result);
  return result.failed === 0 ? 0 : 1;
}

process.exitCode = await main();
