import type Database from 'better-sqlite3';
import { CUBES, type Cube, type CubeName } from './cubes.js';
import { type HourRange, overlap, SCALES, type Span, spansOf } from './hours.js';

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
  /** Only rows in which one of the keys is this. */
  readonly only?: { readonly key: string; readonly value: string };
}

/** Add up what the files hold of a range of hours, a row for each combination of keys, in no order. */
export function sumCube(
  files: readonly StatisticsFile[],
  range: HourRange,
  wish: SumWish,
): readonly SumRow[] {
  const cube: Cube = CUBES[wish.cube];
  const sums = wish.sums ?? cube.sums;
  const found = new Map<string, Record<string, string | number>>();
  for (const file of files) {
    if (!file.current || file.hours === null) continue;
    for (const row of rowsOf(file, file.hours, range, wish)) {
      const key = wish.by.map((name) => row[name]).join('\n');
      const known = found.get(key);
      if (known === undefined) found.set(key, { ...row });
      else for (const sum of sums) known[sum] = Number(known[sum]) + Number(row[sum]);
    }
  }
  return [...found.values()];
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
    return file
      .prepare(sql)
      .all(SCALES.hour, from, to, ...(wish.only === undefined ? [] : [wish.only.value]));
  });
}

function* rowsOf(file: StatisticsFile, hours: HourRange, range: HourRange, wish: SumWish): Generator<SumRow> {
  const columns = wish.by.join(', ');
  const sql = statement(wish, columns, wish.by.length === 0 ? '' : 'GROUP BY ');
  const only = wish.only === undefined ? [] : [wish.only.value];
  for (const { scale, from, to } of spansIn(hours, range))
    for (const row of file.prepare(sql).all(SCALES[scale], from, to, ...only)) {
      // A sum over nothing is a row of nulls.
      if (Object.values(row).every((value) => value === null)) continue;
      yield row;
    }
}

/** All of the file where the range holds it, else the hours and blocks that they have in common. */
function spansIn(hours: HourRange, range: HourRange): readonly Span[] {
  const whole = range.from <= hours.from && hours.to <= range.to;
  return whole ? [{ scale: 'file', from: 0, to: 1 }] : spansOf(overlap(hours, range));
}

function plain({ cube: name, sums, only }: SumWish, columns: string): string {
  const cube: Cube = CUBES[name];
  const narrowed = only === undefined ? '' : `AND ${only.key} = ?`;
  return `SELECT ${columns}, ${(sums ?? cube.sums).join(', ')} FROM ${cube.table}
    WHERE scale = ? AND time >= ? AND time < ? ${narrowed}`;
}

function statement({ cube: name, sums, only }: SumWish, columns: string, group: 'GROUP BY ' | ''): string {
  const cube: Cube = CUBES[name];
  const wanted = (sums ?? cube.sums).map((sum) => `SUM(${sum}) AS ${sum}`).join(', ');
  const narrowed = only === undefined ? '' : `AND ${only.key} = ?`;
  const kept = columns === '' ? '' : `${columns}, `;
  return `SELECT ${kept}${wanted} FROM ${cube.table}
    WHERE scale = ? AND time >= ? AND time < ? ${narrowed} ${group}${group === '' ? '' : columns}`;
}
