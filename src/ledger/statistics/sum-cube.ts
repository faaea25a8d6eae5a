import type Database from 'better-sqlite3';
import { CUBES, type Cube, type CubeName } from './cubes.js';
import { BLOCK_HOURS, type HourRange, overlap, SCALES, type Span, spansOf } from './hours.js';

/** The statistics of one month's file. */
export interface StatisticsFile {
  /** `YYYY-MM`. */
  readonly month: string;
  /** Hours that its statistics are of; null when it has no records that count. */
  readonly hours: HourRange | null;
  /** False when its statistics must be made anew before they can be read. */
  readonly current: boolean;
  /** A statement for its database, the same for the same text. */
  prepare(sql: string): Database.Statement<(string | number)[], SumRow>;
  /** Reads the file as it is at one moment, with the hours of that moment; to be done at once. */
  atOnce(read: (hours: HourRange | null) => void): void;
}

/** Keys and sums of a row by the names of their columns. */
export type SumRow = Readonly<Record<string, string | number>>;

/** What to add up. */
export interface SumWish {
  readonly cube: CubeName;
  /** Keys that are kept apart; the others are summed over. */
  readonly by: readonly string[];
  /** Sums that are wanted; all when left out. */
  readonly sums?: readonly string[];
  /** Only rows in which one of the keys is one of these. */
  readonly only?: { readonly key: string; readonly values: readonly string[] };
}

/**
 * Add up what the files hold of a range of hours, a row for each combination of keys of which anything is there, in no
 * order.
 */
export function sumCube(
  files: readonly StatisticsFile[],
  range: HourRange,
  wish: SumWish,
): readonly SumRow[] {
  const cube: Cube = CUBES[wish.cube];
  const sums = wish.sums ?? cube.sums;
  const found = new Map<string, Record<string, string | number>>();
  const take = (file: StatisticsFile, parts: readonly Part[]): void => {
    for (const { sign, row } of rowsOf(file, parts, wish)) {
      const key = wish.by.map((name) => row[name]).join('\n');
      let known = found.get(key);
      if (known === undefined) {
        known = { ...row, ...Object.fromEntries(sums.map((sum) => [sum, 0])) };
        found.set(key, known);
      }
      for (const sum of sums) known[sum] = Number(known[sum]) + sign * Number(row[sum]);
    }
  };
  for (const file of files) {
    if (!file.current || file.hours === null) continue;
    const parts = partsOf(file.hours, range);
    if (!parts.includes(ALL)) take(file, parts);
    // The sums of all that is there, and what is left out of them, must be of the same moment.
    else file.atOnce((hours) => take(file, partsOf(hours, range)));
  }
  return [...found.values()].filter((row) => sums.some((sum) => row[sum] !== 0));
}

/** The hours of a range as they are kept, each with its hour as `time`, oldest first in each file. */
export function hourlyRows(
  files: readonly StatisticsFile[],
  range: HourRange,
  wish: SumWish,
): readonly SumRow[] {
  const cube: Cube = CUBES[wish.cube];
  const columns = ['time', ...wish.by].join(', ');
  // Rows with all their keys are there as they are wanted.
  const sql =
    wish.by.length === cube.keys.length ? plain(wish, columns) : statement(wish, columns, 'GROUP BY ');
  return files.flatMap((file) => {
    if (!file.current || file.hours === null) return [];
    const { from, to } = overlap(file.hours, range);
    if (from >= to) return [];
    return file.prepare(sql).all(SCALES.hour, from, to, ...(wish.only?.values ?? []));
  });
}

function* rowsOf(
  file: StatisticsFile,
  parts: readonly Part[],
  wish: SumWish,
): Generator<{ readonly sign: 1 | -1; readonly row: SumRow }> {
  const columns = wish.by.join(', ');
  const sql = statement(wish, columns, wish.by.length === 0 ? '' : 'GROUP BY ');
  const only = wish.only?.values ?? [];
  for (const { scale, from, to, sign } of parts)
    for (const row of file.prepare(sql).all(SCALES[scale], from, to, ...only)) {
      // A sum over nothing is a row of nulls.
      if (Object.values(row).every((value) => value === null)) continue;
      yield { sign, row };
    }
}

/** A span that is added, or taken away again. */
interface Part extends Span {
  readonly sign: 1 | -1;
}

/** All that a file holds. */
const ALL: Part = { scale: 'file', from: 0, to: 1, sign: 1 };

/**
 * The hours and blocks that a file's hours and a range have in common; or, where fewer are left out than are wanted, as with
 * a month of which some calls began in the month before, all of the file without them.
 */
function partsOf(hours: HourRange | null, range: HourRange): readonly Part[] {
  if (hours === null) return [];
  const common = overlap(hours, range);
  if (common.from >= common.to) return [];
  const wanted = spansOf(common);
  const leftOut = [
    ...spansOf({ from: hours.from, to: common.from }),
    ...spansOf({ from: common.to, to: hours.to }),
  ];
  return steps(leftOut) + 1 < steps(wanted)
    ? [ALL, ...leftOut.map((span) => ({ ...span, sign: -1 }) as const)]
    : wanted.map((span) => ({ ...span, sign: 1 }));
}

/** How many hours and blocks there are in spans. */
function steps(spans: readonly Span[]): number {
  return spans.reduce(
    (sum, { scale, from, to }) => sum + (to - from) / (scale === 'hour' ? 1 : BLOCK_HOURS),
    0,
  );
}

function plain({ cube: name, sums, only }: SumWish, columns: string): string {
  const cube: Cube = CUBES[name];
  const narrowed = narrowing(only);
  return `SELECT ${columns}, ${(sums ?? cube.sums).join(', ')} FROM ${cube.table}
    WHERE scale = ? AND time >= ? AND time < ? ${narrowed}`;
}

function narrowing(only: SumWish['only']): string {
  return only === undefined ? '' : `AND ${only.key} IN (${only.values.map(() => '?').join(', ')})`;
}

function statement({ cube: name, sums, only }: SumWish, columns: string, group: 'GROUP BY ' | ''): string {
  const cube: Cube = CUBES[name];
  const wanted = (sums ?? cube.sums).map((sum) => `SUM(${sum}) AS ${sum}`).join(', ');
  const narrowed = narrowing(only);
  const kept = columns === '' ? '' : `${columns}, `;
  return `SELECT ${kept}${wanted} FROM ${cube.table}
    WHERE scale = ? AND time >= ? AND time < ? ${narrowed} ${group}${group === '' ? '' : columns}`;
}
