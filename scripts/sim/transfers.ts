/** Transferred calls under faults in a simulated world: in batches, in several processes, from one seed. */
import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { FAULTS } from '../../test/sim/transfers/batch.js';
import type { Promised } from '../../test/sim/transfers/observer/verdict.js';
import { readCommandLine } from '../command-line.js';
import { type BatchReport, batchSeed, type Order, playBatch } from './transfer-batches.js';

const help = `Usage: scripts/sim/transfers [--calls N] [--seed N] [--faults none|network|all] [...]

Engine, embedded SIP server and drachtio-srf in one process, in virtual time, with simulated callers, agents and
targets who transfer calls in every way (REFER, REFER and INVITE with Replaces, keys, API; blind and after
consultation; twice; back), call back whom nobody answered, listen, and misbehave at random: busy, silent, early,
late, crossing, forked, crashed. An observer that sees only the simulated wire judges every call: no caller dropped by us, no
leg left behind, a ledger that says what the wire saw, no call made twice, who is called back reached or noted.

  --calls N        how many callers (default 100000), in batches that run one after the other
  --seed N         decides everything that is random; the same seed gives the same run to the last byte
  --faults NAME    none; network: one datagram in ten is lost, one doubled, one held up, and PBXs are cut off; all:
                   PBXs also crash, for ever or to come back without their calls (default all)
  --batch N        callers in one batch, at the same time in the world (default 500)
  --workers N      processes (default: one for each core)
  --wheel          the server's timers sit in its timing wheel, as they do outside of simulations
  --replay SEED    plays one batch by its own seed, as a violation prints it, with --batch as it was
  --story N        with --replay: prints what was said in this story
  --help           this text

A violation is printed with the seed of its batch and the ladder of its call, and the exit code is 1. The fingerprint
of a batch tells whether two runs were the same; that of the whole run is made of them.`;

const line = readCommandLine(help, {
  values: ['calls', 'seed', 'batch', 'workers', 'faults', 'replay', 'story'],
  flags: ['wheel'],
});
const whole = (name: string, otherwise: number, least: number, most: number): number =>
  line.number(name, { otherwise, least, most, whole: true });
const calls = whole('calls', 100_000, 1, 10_000_000);
const seed = whole('seed', Date.now() % 1_000_000, 0, 0xffff_ffff);
const size = whole('batch', 500, 1, 5_000);
const workers = whole('workers', availableParallelism(), 1, 64);
const faults = line.text('faults') ?? 'all';
if (!(faults in FAULTS)) line.wrong(`--faults is none, network or all, not ${faults}`);
const order: Order = { faults: faults as keyof typeof FAULTS, wheel: line.flag('wheel') };

if (line.text('replay') !== undefined) await replay(whole('replay', 0, 0, 0xffff_ffff));
else await runAll();

async function replay(ofBatch: number): Promise<void> {
  const story = line.text('story') === undefined ? null : whole('story', 0, 0, size - 1);
  const report = await playBatch({ ...order, seed: ofBatch, calls: size, story });
  for (const text of report.lines) console.log(text);
  console.log(`fingerprint ${report.fingerprint}, ${report.violations.length} violations`);
  process.exitCode = report.violations.length === 0 ? 0 : 1;
}

async function runAll(): Promise<void> {
  const batches = Math.ceil(calls / size);
  console.log(
    `${calls} calls in ${batches} batches of ${size}, seed ${seed}, faults ${faults}, ${workers} processes`,
  );
  const began = process.hrtime.bigint();
  const seconds = (): number => Number(process.hrtime.bigint() - began) / 1e9;
  const reports: BatchReport[] = new Array(batches);
  let next = 0;
  let done = 0;
  let violations = 0;
  let told = 0;
  const take = (child: ChildProcess): void => {
    if (next >= batches) {
      child.disconnect();
      return;
    }
    const index = next++;
    const own = Math.min(size, calls - index * size);
    child.send({ index, ...order, seed: batchSeed(seed, index), calls: own });
  };
  const script = fileURLToPath(new URL('./transfer-batches.ts', import.meta.url));
  await Promise.all(
    Array.from({ length: Math.min(workers, batches) }, () => {
      const child = fork(script, ['--worker'], { execArgv: ['--import', 'tsx'] });
      return new Promise<void>((resolve, reject) => {
        child.on('message', ({ index, report }: { index: number; report: BatchReport }) => {
          reports[index] = report;
          done += report.calls;
          violations += report.violations.length;
          for (const text of report.lines) console.log(text);
          if (seconds() - told >= 5 || done === calls) {
            told = seconds();
            console.log(
              `${done} calls, ${Math.round(done / told)}/s, ${violations} violations, ${told.toFixed(0)} s`,
            );
          }
          take(child);
        });
        child.on('error', reject);
        child.on('exit', (code) =>
          code === 0 ? resolve() : reject(new Error(`a process ended with ${code}`)),
        );
        take(child);
      });
    }),
  );
  summarize(reports, seconds());
}

function summarize(reports: readonly BatchReport[], seconds: number): void {
  const tally = new Map<string, number>();
  for (const report of reports)
    for (const [what, count] of Object.entries(report.tally)) tally.set(what, (tally.get(what) ?? 0) + count);
  for (const [what, count] of [...tally].sort(([a], [b]) => a.localeCompare(b)))
    console.log(`  ${String(count).padStart(8)}  ${what}`);
  const datagrams = reports.reduce((sum, report) => sum + report.datagrams, 0);
  let fingerprint = 0;
  for (const report of reports)
    for (const char of report.fingerprint)
      fingerprint = (Math.imul(fingerprint, 31) + char.charCodeAt(0)) >>> 0;
  const violations = reports.flatMap((report) => report.violations);
  const about = (promised: Promised): number => violations.filter((of) => of === promised).length;
  const transfers = (outcomes: RegExp): number =>
    [...tally].reduce((sum, [what, count]) => sum + (outcomes.test(what) ? count : 0), 0);
  const granted = transfers(/^transfer .*: (completed|failed|abandoned)$/);
  const completed = transfers(/^transfer .*: completed$/);
  const others = violations.length - about('caller') - about('orphan') - about('ledger');
  console.log(`${datagrams} datagrams, fingerprint ${fingerprint.toString(16)} (the same for the same seed)`);
  console.log(`${violations.length} violations`);
  console.log(
    `${calls} callers: ${about('caller')} dropped, ${about('orphan')} orphans, ${about('ledger')} ledger mismatches, ` +
      `${others} others; ${granted} transfers granted, ${completed} completed; ` +
      `seed ${seed}, faults ${faults}, ${seconds.toFixed(1)} s`,
  );
  process.exitCode = violations.length === 0 ? 0 : 1;
}
