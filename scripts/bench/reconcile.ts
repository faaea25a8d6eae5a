import { mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { readCommandLine } from '../command-line.js';
import { machineLine } from './process-usage.js';
import { type LegComparison, TIMES } from './reconciliation/compare-legs.js';
import {
  faultsOf,
  type LoadWish,
  type Reconciliation,
  reconcileLoad,
} from './reconciliation/reconcile-load.js';
import { STORIES } from './reconciliation/stories.js';
import { quantile } from './spread.js';

const help = `Usage: scripts/bench/reconcile [--calls N] [--rate N] [--seed N] [--within MS] [--quick] [--keep FOLDER]

Ledger against wire, leg by leg. A server of its own on loopback, with a carrier and nine PBXs around it (one of them on
TCP, one that wants a password), takes calls of ${Object.keys(STORIES).length} stories: answered, busy, refused, rung out, given up at any moment,
held, turned away; transferred by REFER, by keys, by consulting, by REFER and INVITE with Replaces, to targets that answer,
refuse or ring out, while agents leave and callers hang up. No media is sent.
  --calls N      stories that are played (default 2000)
  --rate N       of these, begun each second (default 20)
  --seed N       decides which, and everything else that is random (default 7)
  --within MS    how far times may be apart (default 50)
  --quick        without the stories in which timers of SIP run out, which take a minute
  --keep FOLDER  leave the capture, the ledger and the configuration in there
  --help         this text

All packets are captured by dumpcap, and reduced to legs by reconciliation/legs-of-capture.py, which knows nothing of the
server. Held against them is what the ledger tells (/v1/legs, /v1/transfers): no leg missing, none too many, Call-ID, peer,
direction, times of INVITE, ring, answer and end, final status, who hung up; who asked for which transfer and what came of
it; and per member the statistics (/v1/statistics). At last the hash chain is verified. Needs tshark, python3 and the right
to capture.
Exit code: 0 when they agree in everything, 1 when something differs, 2 for wrong usage.`;

const line = readCommandLine(help, {
  values: ['calls', 'rate', 'seed', 'within', 'keep'],
  flags: ['quick'],
});
const wish: LoadWish = {
  calls: line.number('calls', { otherwise: 2000, least: 1, most: 100_000, whole: true }),
  rate: line.number('rate', { otherwise: 20, least: 0.1, most: 1000 }),
  seed: line.number('seed', { otherwise: 7, least: 0, most: 0xffff_ffff, whole: true }),
  within: line.number('within', { otherwise: 50, least: 1, most: 10_000 }),
  slow: !line.flag('quick'),
};

/** Cases of a kind that are printed. */
const SHOWN = 10;

const load = (): string =>
  loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');

function reportTimes({ times }: LegComparison): void {
  for (const kind of TIMES) {
    const values = times.filter((time) => time.kind === kind).map(({ ms }) => Math.abs(ms));
    const [p50, p95, p99, most] = [0.5, 0.95, 0.99, 1].map((share) => quantile(values, share));
    console.log(
      `  ${kind.padEnd(8)} p50 ${p50}  p95 ${p95}  p99 ${p99}  max ${most} ms apart, of ${values.length}`,
    );
  }
  const worst = [...times].sort((a, b) => Math.abs(b.ms) - Math.abs(a.ms)).slice(0, SHOWN);
  for (const { ms, kind, leg } of worst) console.log(`    ${ms.toFixed(1).padStart(7)} ms  ${kind}  ${leg}`);
}

function report(found: Reconciliation): boolean {
  const { played, capture, ledger, legs, transfers, statistics, server } = found;
  for (const [name, { played: times, cutShort }] of [...played.stories].sort())
    console.log(`  ${String(times).padStart(5)}  ${name}${cutShort === 0 ? '' : ` (${cutShort} cut short)`}`);
  console.log(
    `wire        ${capture.messages} SIP messages (${capture.retransmitted} of them again), ${capture.legs} legs, ${transfers.seen} transfers; ${capture.strangers} calls of strangers; ${capture.dropped} packets dropped`,
  );
  console.log(`ledger      ${ledger.legs} legs, ${ledger.transfers} transfers`);
  console.log(
    `agree       ${legs.agreed} legs in all; of ${legs.crossed} both sides hung up in the same moment`,
  );
  reportTimes(legs);
  console.log(`statistics  ${statistics.members} members`);
  console.log(
    `server      ${(server.cpuMs / wish.calls).toFixed(2)} ms of CPU per call, ${server.residentMiB.toFixed(0)} MiB, ${server.longestPauseMs.toFixed(0)} ms without a turn at most; load of the machine after: ${load()}`,
  );
  const faults = faultsOf(found);
  for (const [kind, cases] of Object.entries(faults)) {
    console.log(`${kind.padEnd(12)} ${cases.length === 0 ? 'no difference' : `${cases.length} DIFFER`}`);
    for (const what of cases.slice(0, SHOWN)) console.log(`    ${what}`);
  }
  return Object.values(faults).every((cases) => cases.length === 0);
}

console.log(machineLine());
console.log(
  `${wish.calls} calls, ${wish.rate}/s, seed ${wish.seed}, within ${wish.within} ms; load of the machine before: ${load()}`,
);
const keep = line.text('keep') ?? null;
if (keep !== null) mkdirSync(keep, { recursive: true });
process.exit(report(await reconcileLoad(wish, keep)) ? 0 : 1);
