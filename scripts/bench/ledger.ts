import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EXPORT_FORMATS, type ExportFormat } from '../../src/ledger/export/export-table.js';
import { LedgerExports } from '../../src/ledger/export/ledger-exports.js';
import { type LedgerReader, openLedgerReader } from '../../src/ledger/ledger-reader.js';
import { openLedger } from '../../src/ledger/open-ledger.js';
import { readCommandLine } from '../command-line.js';
import { startLoad } from './ledger-load.js';
import { drawQuestions, GROUPS, hours, KINDS, type Kind, PAGES, type Subject } from './ledger-questions.js';
import { type Built, buildYears } from './ledger-years/build.js';
import { Callers } from './ledger-years/callers.js';
import { readAlliance } from './ledger-years/desks.js';
import { Dice } from './ledger-years/dice.js';
import { CALLERS, monthStart, TWO_YEARS } from './ledger-years/years.js';
import { residentBytes } from './process-usage.js';
import { quantile } from './spread.js';

const help = `Usage: scripts/bench/ledger [--scale N] [--seed N] [--dir FOLDER] [--count N] [--rate N] [--no-export]

Builds the ledger of two years of a city from a seed (19.7 million calls, 40 million legs, 0.95 million transfers at scale
1; one that is there already is used again, one whose build was interrupted is completed), then asks it varied questions,
as the API does, while calls are written to it, and exports a month.
  --scale N      size of the city, 0.001 to 1 (default 0.05; scale 1 takes some 25 GB and more than an hour)
  --seed N       another seed, another two years (default 1)
  --dir FOLDER   where it is built and kept (default ledger-bench-SCALE-SEED in the temporary folder)
  --count N      questions (default 1000)
  --rate N       calls a second that are written meanwhile (default 200)
  --no-export    leave the exports out
  --help         this text
Exit code: 0 when 95 of 100 questions are answered within their goal (pages and stories 50 ms, a month's statistics 20 ms,
the matrix of two years and full text 200 ms), and 95 of 100 records are on disk within 20 ms; 1 when not, 2 for wrong usage.`;

const line = readCommandLine(help, {
  values: ['scale', 'seed', 'dir', 'count', 'rate'],
  flags: ['no-export'],
});
const scale = line.number('scale', { otherwise: 0.05, least: 0.001, most: 1 });
const seed = line.number('seed', { otherwise: 1, least: 0, most: 2 ** 31, whole: true });
const count = line.number('count', { otherwise: 1000, least: 50, most: 100_000, whole: true });
const rate = line.number('rate', { otherwise: 200, least: 0, most: 2000 });
const dir = line.text('dir') ?? join(tmpdir(), `ledger-bench-${scale}-${seed}`);

const FIRST_MONTH = '2024-06';
const DURABLE_MS = 20;
const BESIDE_ROUNDS = 5;
const dialPlan = join(import.meta.dirname, '..', '..', 'dialplans', 'alliance.yaml');
const alliance = readAlliance(dialPlan);
const callers = new Callers(Math.max(100, Math.round(CALLERS * scale)));
const months = Array.from({ length: TWO_YEARS.months }, (_, i) => ({
  from: monthStart(FIRST_MONTH, i),
  to: monthStart(FIRST_MONTH, i + 1),
}));

function build(): Built {
  const wish = { ...TWO_YEARS, seed, dialPlan, firstMonth: FIRST_MONTH, scale };
  const { built, reused } = buildYears(wish, dir, ({ records, done, perSecond, secondsLeft }) => {
    const share = `${(done * 100).toFixed(1)} %`;
    console.error(
      `${share}  ${records} records, ${perSecond.toFixed(0)} a second, ${secondsLeft.toFixed(0)} s left`,
    );
  });
  console.log(`${reused ? 'used again' : 'built'}: ${dir}`);
  console.log(
    `${built.calls} calls, ${built.legs} legs, ${built.transfers} transfers; ${built.perSecond.toFixed(0)} records a second; ` +
      `${(built.bytes / built.calls).toFixed(0)} bytes a call, ${(built.bytes / 1e9).toFixed(2)} GB`,
  );
  return built;
}

/** Ids of calls all over the two years. */
async function someCalls(reader: LedgerReader, dice: Dice): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const { from, to } of months) {
    const page = await reader.calls({ from: from + dice.below(to - from), order: 'oldest', limit: 20 });
    ids.push(...page.items.map(({ id }) => id));
  }
  return ids;
}

/** How long each question took, by kind; asked one after the other. */
async function ask(
  reader: LedgerReader,
  subject: Subject,
  dice: Dice,
): Promise<ReadonlyMap<Kind, readonly number[]>> {
  const took = new Map<Kind, number[]>(KINDS.map((kind) => [kind, []]));
  for (const { kind, put } of drawQuestions(count, subject, dice)) {
    const asked = performance.now();
    await put(reader);
    took.get(kind)?.push(performance.now() - asked);
  }
  return took;
}

/** How long pages took while somebody else had the goals of all the time made up, which takes a second or two. */
async function askBeside(reader: LedgerReader, subject: Subject, dice: Dice): Promise<readonly number[]> {
  const took: number[] = [];
  for (let round = 0; round < BESIDE_ROUNDS; round++) {
    let answered = false;
    const goals = reader.statistics('goals', hours(subject)).finally(() => {
      answered = true;
    });
    for (const { kind, put } of drawQuestions(count, subject, dice)) {
      if (answered) break;
      if (kind.group !== PAGES) continue;
      const asked = performance.now();
      await put(reader);
      took.push(performance.now() - asked);
    }
    await goals;
  }
  return took;
}

/** Prints how long something took. */
function show(name: string, took: readonly number[], rest = ''): void {
  const at = (share: number): string => quantile(took, share).padStart(8);
  const times = String(took.length).padStart(6);
  console.log(`${name.padEnd(42)}${times}${at(0.5)}${at(0.95)}${at(0.99)}${at(1)}${rest}`);
}

/** The same with what it may take; false when 5 of 100 take longer. */
function judge(name: string, took: readonly number[], goalMs: number): boolean {
  const kept = Number(quantile(took, 0.95)) <= goalMs;
  show(name, took, `${String(goalMs).padStart(7)}  ${kept ? 'ok' : 'MISSED'}`);
  return kept;
}

async function questions(built: Built): Promise<boolean> {
  const dice = new Dice(seed + 1);
  const read = openLedgerReader({ dir });
  if (!read.ok) throw new Error(read.fault.message);
  const { reader } = read;
  // Of each commit the oldest entry: no record waits longer.
  const durableMs: number[] = [];
  const opened = openLedger({ dir, onDurable: (waitedMs) => durableMs.push(waitedMs) });
  if (!opened.ok) throw new Error(opened.fault.message);
  const { ledger } = opened;
  try {
    const callIds = await someCalls(reader, dice);
    const from = monthStart(FIRST_MONTH);
    const to = monthStart(FIRST_MONTH, TWO_YEARS.months);
    const subject = { alliance, callers, from, to, months, callIds };
    const passedOn = TWO_YEARS.transfers / TWO_YEARS.calls;
    const load = startLoad(ledger, new Dice(Date.now()), { alliance, callers, passedOn }, rate);
    const began = performance.now();
    const took = await ask(reader, subject, dice);
    const beside = await askBeside(reader, subject, dice);
    const seconds = (performance.now() - began) / 1000;
    await load.stop();

    console.log(
      `\n${count} questions to ${built.records} records while ${(load.calls / seconds).toFixed(0)} calls a second were written; milliseconds`,
    );
    console.log(`${' '.repeat(42)} times     p50     p95     p99     max   goal`);
    for (const [{ name }, values] of took) show(name, values);
    console.log('');
    const kept = GROUPS.map((group) => {
      const values = [...took].flatMap(([kind, own]) => (kind.group === group ? own : []));
      return judge(group.name, values, group.goalMs);
    });
    kept.push(judge('pages beside the goals of two years', beside, PAGES.goalMs));
    const durable = rate === 0 || judge('a record is on disk after', durableMs, DURABLE_MS);
    return durable && !kept.includes(false);
  } finally {
    await reader.close();
    await ledger.close();
  }
}

/** The calls of the busiest month in one format, thrown away as they come. */
async function exportMonth(format: ExportFormat): Promise<void> {
  const exports = new LedgerExports({ dir });
  // November, when heating begins.
  const month = months[5] ?? { from: 0, to: 0 };
  const before = residentBytes(process.pid);
  const began = performance.now();
  const running = exports.start({
    listing: { kind: 'call', filter: month },
    format,
    language: 'zh',
    zone: 'Asia/Shanghai',
    masked: false,
  });
  if (running === null) throw new Error('an export runs already');
  const hash = createHash('sha256');
  let bytes = 0;
  let peak = before;
  const watching = setInterval(() => {
    peak = Math.max(peak, residentBytes(process.pid));
  }, 50);
  const nowhere = new Writable({
    write(chunk: Buffer, _, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done();
    },
  });
  await pipeline(running.stream, nowhere);
  clearInterval(watching);
  const seconds = (performance.now() - began) / 1000;
  const { rows } = running.progress();
  const megabytes = (value: number): string => (value / 1e6).toFixed(0);
  console.log(
    `${format.padEnd(8)} ${rows} calls in ${seconds.toFixed(1)} s, ${(rows / seconds).toFixed(0)} a second, ${megabytes(bytes)} MB; memory ${megabytes(before)} MB before, ${megabytes(peak)} MB at most`,
  );
}

const built = build();
const kept = await questions(built);
if (!line.flag('no-export')) {
  console.log('\nexport of the calls of a November');
  for (const format of EXPORT_FORMATS) await exportMonth(format);
}
process.exit(kept ? 0 : 1);
