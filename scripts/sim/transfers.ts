/** Transferred calls under faults in a simulated world: in batches, in several processes, from one seed. */
import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FAULTS } from '../../test/sim/transfers/batch.js';
import { type BatchReport, batchSeed, type Order, playBatch } from './transfer-batches.js';

const help = `Usage: scripts/sim/transfers [--calls N] [--seed N] [--faults none|network|all] [...]

Engine, embedded SIP server and drachtio-srf in one process, in virtual time, with simulated callers, agents and
targets who transfer calls in every way (REFER, REFER and INVITE with Replaces, keys, API; blind and after
consultation; twice; back) and misbehave at random: busy, silent, early, late, crossing, forked, crashed. An observer
that sees only the simulated wire judges every call: no caller dropped by us, no leg left behind, a ledger that says
what the wire saw, no call made twice.

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

const { values } = parse();
const calls = whole('calls', values.calls, 100_000, 1, 10_000_000);
const seed = whole('seed', values.seed, Date.now() % 1_000_000, 0, 0xffff_ffff);
const size = whole('batch', values.batch, 500, 1, 5_000);
const workers = whole('workers', values.workers, availableParallelism(), 1, 64);
const faults = values.faults ?? 'all';
if (!(faults in FAULTS)) wrong(`--faults is none, network or all, not ${faults}`);
const order: Order = { faults: faults as keyof typeof FAULTS, wheel: values.wheel === true };

if (values.replay !== undefined) await replay(whole('replay', values.replay, 0, 0, 0xffff_ffff));
else await runAll();

function parse() {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    const parsed = parseArgs({
      options: {
        calls: text,
        seed: text,
        faults: text,
        batch: text,
        workers: text,
        replay: text,
        story: text,
        wheel: flag,
        help: { ...flag, short: 'h' },
      },
    });
    if (parsed.values.help === true) {
      console.log(help);
      process.exit(0);
    }
    return parsed;
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function wrong(what: string): never {
  console.error(`${what}; see --help`);
  process.exit(2);
}

function whole(
  name: string,
  given: string | undefined,
  otherwise: number,
  least: number,
  most: number,
): number {
  const value = given === undefined ? otherwise : Number(given);
  if (!(Number.isInteger(value) && value >= least && value <= most))
    return wrong(`--${name} is a whole number from ${least} to ${most}, not ${given}`);
  return value;
}

async function replay(ofBatch: number): Promise<void> {
  const story = values.story === undefined ? null : whole('story', values.story, 0, 0, size - 1);
  const report = await playBatch({ ...order, seed: ofBatch, calls: size, story });
  for (const line of report.lines) console.log(line);
  console.log(`fingerprint ${report.fingerprint}, ${report.violations} violations`);
  process.exitCode = report.violations === 0 ? 0 : 1;
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
          violations += report.violations;
          for (const line of report.lines) console.log(line);
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
  summarize(reports, violations, seconds());
}

function summarize(reports: readonly BatchReport[], violations: number, seconds: number): void {
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
  console.log(`${calls} calls, ${datagrams} datagrams, ${seconds.toFixed(1)} s, seed ${seed}`);
  console.log(`fingerprint ${fingerprint.toString(16)} (the same for the same seed)`);
  console.log(`${violations} violations`);
  process.exitCode = violations === 0 ? 0 : 1;
}
