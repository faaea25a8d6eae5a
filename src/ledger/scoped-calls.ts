/** How to find the calls of some members in a month's file where they are few among all. */
import { CALL_MEMBERS, MOVING_MEMBERS } from './call-scope.js';
import type { Row } from './columns.js';
import type { Bound, Condition } from './condition.js';
import { allOf, areFew, askedOfRows } from './conditions.js';
import { WAYS } from './filter-columns.js';
import type { MonthFile } from './month-files.js';
import type { CallFilter } from './query.js';
import { USUAL } from './schema.js';

/** Calls of some members that began within a time; UTC milliseconds. */
type ScopedFilter = CallFilter & {
  readonly scope: readonly string[];
  readonly from: number;
  readonly to: number;
};

/** A place in the order of the listing. */
interface Place {
  readonly time: number;
  readonly seq: number;
}

/** Transfers that are looked up one by one at most: of members who have more in a month, every hundredth call is, or more. */
const FEW_TRANSFERS = 500;

/** Fields that lead to fewer calls than those of some members are. */
const LEADING: readonly string[] = [
  'caller',
  'callBackOf',
  ...WAYS.call.flatMap(({ fields }) => Object.keys(fields)),
];

/**
 * Calls of a file that may be theirs and fit the filter, no more than `limit`, in the order of the listing: from the
 * indexes of their members, and by way of their transfers, instead of from all calls one by one. Null where that is no way:
 * something else leads to fewer calls, or so many are theirs that they are soon found among all. Throws SQLite's errors.
 *
 * @param earlier when the last transfer was asked for that an earlier file has: whose a call is that began before, that
 *   file may tell; UTC milliseconds
 */
export function scopedCalls(
  file: MonthFile,
  filter: ScopedFilter,
  earlier: number,
  limit: number,
): readonly Row[] | null {
  if (leadsElsewhere(file, filter) || !areFewMoved(file, filter)) return null;
  const moved = movedBy(filter, 'UNION');
  const rare = rareIn(filter).map(lookedUp);
  const rest = { ...filter, outcome: undefined, cause: undefined, missed: undefined, ...usualIn(filter) };
  const inTime = [...askedOfRows(file, 'call', rest, 'calls.started_at'), ...rare];
  // The plus keeps SQLite from reading the month in the order of time to find these few.
  const oneByOne = askedOfRows(file, 'call', filter, '+calls.started_at');
  const found = [
    ...CALL_MEMBERS.flatMap((column) =>
      filter.scope.map((member): readonly Place[] => {
        const own = { sql: `calls.${column} = ?`, values: [member] };
        return placesIn(file, { sql: 'calls', values: [] }, [own, ...inTime], filter, limit);
      }),
    ),
    placesIn(
      file,
      { ...moved, sql: `(${moved.sql}) AS moved CROSS JOIN calls ON calls.id = moved.call_id` },
      oneByOne,
      filter,
      limit,
    ),
    ...(filter.from > earlier
      ? []
      : [
          placesIn(
            file,
            { sql: 'calls', values: [] },
            [{ sql: 'calls.started_at <= ?', values: [earlier] }, ...inTime],
            filter,
            limit,
          ),
        ]),
  ].flat();
  const sign = filter.order === 'oldest' ? 1 : -1;
  const places = [...new Map(found.map((place) => [place.seq, place])).values()]
    .sort((a, b) => sign * (a.time - b.time || a.seq - b.seq))
    .slice(0, limit);
  const row = file.prepare<[number], Row>('SELECT * FROM calls WHERE seq = ?');
  return places.map(({ seq }) => row.get(seq)).filter((one) => one !== undefined);
}

/**
 * Calls that they transferred, or were asked to take; nothing of a call is asked for before it begins.
 *
 * @param joined `UNION`: each call once, however often it was transferred
 */
function movedBy({ scope, from }: ScopedFilter, joined: 'UNION' | 'UNION ALL'): Condition {
  const list = scope.map(() => '?').join(', ');
  const sql = MOVING_MEMBERS.map(
    (column) => `SELECT call_id FROM transfers WHERE ${column} IN (${list}) AND requested_at >= ?`,
  );
  return { sql: sql.join(` ${joined} `), values: MOVING_MEMBERS.flatMap(() => [...scope, from]) };
}

/** Whether so few come out that it is quicker to look each of them up. Counts no further than that. */
function areFewMoved(file: MonthFile, filter: ScopedFilter): boolean {
  const { sql, values } = movedBy(filter, 'UNION ALL');
  const counted = file.prepare<Bound[], { count: number }>(
    `SELECT count(*) AS count FROM (SELECT 1 FROM (${sql}) LIMIT ${FEW_TRANSFERS + 1})`,
  );
  return (counted.get(...values)?.count ?? 0) <= FEW_TRANSFERS;
}

function leadsElsewhere(file: MonthFile, filter: ScopedFilter): boolean {
  const given: Readonly<Record<string, unknown>> = { ...filter };
  if (LEADING.some((field) => given[field] !== undefined)) return true;
  const time = { sql: 'started_at >= ? AND started_at < ?', values: [filter.from, filter.to] };
  return rareIn(filter).some((rare) => areFew(file, 'call', [conditionOf(rare, ''), time]));
}

/** A field that is asked for, whose index has the rows that fit and no others. */
interface Rare {
  readonly column: 'outcome' | 'cause' | 'missed';
  readonly value: string | 1;
}

function rareIn({ outcome, cause, missed }: ScopedFilter): readonly Rare[] {
  return [
    ...(outcome === undefined || outcome === USUAL.outcome
      ? []
      : ([{ column: 'outcome', value: outcome }] as const)),
    ...(cause === undefined || cause === USUAL.cause ? [] : ([{ column: 'cause', value: cause }] as const)),
    ...(missed === true ? ([{ column: 'missed', value: 1 }] as const) : []),
  ];
}

/** What is asked for of these fields that their indexes leave out. */
function usualIn({ outcome, cause, missed }: ScopedFilter): Pick<CallFilter, 'outcome' | 'cause' | 'missed'> {
  return {
    ...(outcome === USUAL.outcome ? { outcome } : {}),
    ...(cause === USUAL.cause ? { cause } : {}),
    ...(missed === false ? { missed } : {}),
  };
}

/** As their indexes are made, which are not used for anything else. */
function conditionOf({ column, value }: Rare, of: string): Condition {
  if (value === 1) return { sql: `${of}missed = 1`, values: [] };
  return { sql: `${of}${column} = ? AND ${of}${column} <> '${USUAL[column]}'`, values: [value] };
}

/** By the index of the field and the time: the rows of the members are not read for it. */
function lookedUp(rare: Rare): Condition {
  const { sql, values } = conditionOf(rare, 'rare.');
  return {
    sql: `EXISTS (SELECT 1 FROM calls AS rare WHERE ${sql} AND rare.started_at = calls.started_at AND +rare.seq = calls.seq)`,
    values,
  };
}

function placesIn(
  file: MonthFile,
  from: Condition,
  asked: readonly Condition[],
  { order }: ScopedFilter,
  limit: number,
): readonly Place[] {
  const where = allOf(asked);
  const direction = order === 'oldest' ? 'ASC' : 'DESC';
  return file
    .prepare<Bound[], Place>(
      `SELECT calls.started_at AS time, calls.seq AS seq FROM ${from.sql} WHERE ${where.sql} ORDER BY calls.started_at ${direction}, calls.seq ${direction} LIMIT ?`,
    )
    .all(...from.values, ...where.values, limit);
}
