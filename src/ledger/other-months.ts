/**
 * Calls that go on over the end of a month: their legs and transfers are in the file of one month, the record of the call,
 * which comes last, in that of a later one.
 */
import { type RecordKind, TABLES } from './columns.js';
import type { Bound, Condition } from './condition.js';
import { allOf, conditionsOf, type KeysElsewhere } from './conditions.js';
import { WAYS, type Way } from './filter-columns.js';
import { readRanges, type TimeRange } from './meta.js';
import type { MonthFile, MonthFiles } from './month-files.js';
import type { Filters } from './query.js';
import { TIME_COLUMN } from './query.js';

/** A stretch of time of the records that are looked for; UTC milliseconds. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where else, beside the file of a month, there may be records that lead to its own. */
interface Reach {
  inMonth(month: string): boolean;
  inTime(range: TimeRange): boolean;
  /** For the time of the others. */
  readonly condition: (time: string) => Condition;
}

/**
 * For each way that a filter asks for, the calls to which records of other months lead, as far as records of this month may
 * be theirs. Opens the files of those months, which may close this one. Throws SQLite's errors.
 */
export function keysElsewhere<K extends RecordKind>(
  months: MonthFiles,
  file: MonthFile,
  kind: K,
  filter: Filters[K] & Span,
): KeysElsewhere {
  const found = new Map<Way, string>();
  const asked = (WAYS[kind] as readonly Way[]).filter((way) => conditionsOf(file, way, filter).length > 0);
  const own = asked.length === 0 ? undefined : readRanges(file.db)[kind];
  if (own === undefined) return found;
  const reach = kind === 'call' ? before(file.month, own, filter) : after(file.month, own, filter);
  for (const way of asked) {
    const keys = new Set<string>();
    const wanted = (range: TimeRange | undefined, month: string): boolean =>
      range !== undefined && reach.inMonth(month) && reach.inTime(range);
    for (const other of months.each('newest', (ranges, month) => wanted(ranges[way.kind], month)))
      for (const key of keysIn(other, way, filter, reach)) keys.add(key);
    if (keys.size > 0) found.set(way, JSON.stringify([...keys]));
  }
  return found;
}

/** What is a call's was written no later, and began no earlier, than the call. */
function before(month: string, calls: TimeRange, { from }: Span): Reach {
  const since = Math.max(calls.from, from);
  return {
    inMonth: (other) => other < month,
    inTime: (range) => range.to >= since,
    condition: (time) => ({ sql: `${time} >= ?`, values: [since] }),
  };
}

/** The call of a transfer was written no earlier, and began no later. */
function after(month: string, transfers: TimeRange, { to }: Span): Reach {
  const until = Math.min(transfers.to, to);
  return {
    inMonth: (other) => other > month,
    inTime: (range) => range.from <= until,
    condition: (time) => ({ sql: `${time} <= ?`, values: [until] }),
  };
}

function keysIn<K extends RecordKind>(
  file: MonthFile,
  way: Way,
  filter: Filters[K],
  reach: Reach,
): readonly string[] {
  const { kind, theirs } = way;
  const { sql, values } = allOf([...conditionsOf(file, way, filter), reach.condition(TIME_COLUMN[kind])]);
  return file
    .prepare<Bound[], { key: string }>(
      `SELECT DISTINCT ${theirs} AS key FROM ${TABLES[kind].table} WHERE ${sql}`,
    )
    .all(...values)
    .map(({ key }) => key);
}
