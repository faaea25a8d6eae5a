/** Filters as SQL, for one month's file. */
import { maybeTheirs } from './call-scope.js';
import { type RecordKind, TABLES } from './columns.js';
import type { Bound, Condition } from './condition.js';
import { BOUNDS, type Bounded, FILTER_COLUMNS, WAYS, type Way } from './filter-columns.js';
import type { MonthFile } from './month-files.js';
import type { Cursor, Filters, PageRequest } from './query.js';
import { TIME_COLUMN } from './query.js';
import { quoted, USUAL } from './schema.js';
import { isLongPrefix } from './served-filters.js';

/** Fits no row. */
const NOTHING: Condition = { sql: '0', values: [] };

/** Where rows are looked for, and what they must fit. */
export interface Search {
  /** What stands behind FROM. */
  readonly from: Condition;
  /** What stands behind WHERE; at least one. */
  readonly where: readonly Condition[];
  /** What rows are ordered by. */
  readonly time: string;
}

/** Of ways: our records to which records in other files lead, by the column `ours`; a JSON array. */
export type KeysElsewhere = ReadonlyMap<Way, string>;

/** What other files say. */
export interface OtherFiles {
  /** See other-months.ts. */
  readonly elsewhere: KeysElsewhere;
  /** When the last transfer was asked for that an earlier file has; UTC milliseconds. */
  readonly earlier: number;
}

/**
 * How to look for the rows that fit a filter, its times included, which it must have. Of a scope it leaves out only what
 * this file is sure of: see maybeTheirs.
 */
export function searchOf<K extends RecordKind>(
  file: MonthFile,
  kind: K,
  filter: Filters[K] & { readonly from: number; readonly to: number },
  { elsewhere, earlier }: OtherFiles,
): Search {
  const { table } = TABLES[kind];
  const ways = waysOf(file, kind, filter, elsewhere);
  const lead = ways.find(({ few }) => few);
  // The plus keeps SQLite from reading a whole month in the order of time to sort out what few rows fit.
  const ordered = lead === undefined && !('caller' in filter && isLongPrefix(filter.caller));
  const time = ordered ? TIME_COLUMN[kind] : `+${table}.${TIME_COLUMN[kind]}`;
  return {
    from: lead === undefined ? { sql: table, values: [] } : leadingTo(table, lead),
    where: [
      ...matching(file, kind, filter),
      ...bounded(file, kind, filter),
      ...ways.filter((way) => way !== lead).map((way) => existing(table, way)),
      ...(filter.scope === undefined ? [] : [maybeTheirs(kind, filter.scope, earlier)]),
      ...withinTime(time, filter),
      ...beyond(time, `${table}.seq`, filter.cursor, filter.order !== 'oldest'),
    ],
    time,
  };
}

/** What a filter asks of the fields of a row itself, and of its time, put so that no index is looked for by it but that of time. */
export function askedOfRows<K extends RecordKind>(
  file: MonthFile,
  kind: K,
  filter: Filters[K],
  time: string,
): readonly Condition[] {
  const given: Readonly<Record<string, unknown>> = { ...filter };
  const own = Object.entries<readonly string[]>(FILTER_COLUMNS[kind]).flatMap(([field, columns]) => {
    if (given[field] === undefined) return [];
    return file.has(kind, columns) ? fits(field, columns, given[field], false) : [NOTHING];
  });
  return [
    ...own,
    ...bounded(file, kind, filter),
    ...withinTime(time, filter),
    ...beyond(time, `${TABLES[kind].table}.seq`, filter.cursor, filter.order !== 'oldest'),
  ];
}

/** What leads to rows in the order of time, and fields beside it that are looked up for each of them. */
interface Lead {
  readonly field: string;
  readonly lookUp: ReadonlySet<string>;
}

/**
 * Where both are asked for, SQLite would read the rows that the one index leads to, or the other, one by one all over the
 * month, for the few that fit both. Looked up in their own index, only those are read.
 */
const LEADS: Readonly<Partial<Record<RecordKind, Lead>>> = {
  call: { field: 'missed', lookUp: new Set(['member', 'firstMember', 'lastMember']) },
  leg: { field: 'agent', lookUp: new Set(['member']) },
  transfer: { field: 'fromMember', lookUp: new Set(['toMember']) },
};

function matching<K extends RecordKind>(file: MonthFile, kind: K, filter: Filters[K]): Condition[] {
  const given: Readonly<Record<string, unknown>> = { ...filter };
  const lead = LEADS[kind];
  const led = lead !== undefined && given[lead.field] !== undefined && given[lead.field] !== false;
  const conditions: Condition[] = [];
  for (const [field, columns] of Object.entries<readonly string[]>(FILTER_COLUMNS[kind])) {
    const value = given[field];
    if (value === undefined) continue;
    if (!file.has(kind, columns)) conditions.push(NOTHING);
    else if (led && lead.lookUp.has(field) && typeof value === 'string')
      conditions.push(lookedUp(kind, columns, value));
    // Far fewer calls are missed than end in any way.
    else if (given.missed === true && field === 'outcome' && typeof value === 'string')
      conditions.push(equals(columns, value, false));
    else conditions.push(...fits(field, columns, value));
  }
  return conditions;
}

/** By indexes of the column and the time; the plus keeps SQLite from looking the row up by its place. */
function lookedUp(kind: RecordKind, columns: readonly string[], value: string): Condition {
  const { table } = TABLES[kind];
  const time = TIME_COLUMN[kind];
  const terms = columns.map(
    (column) =>
      `EXISTS (SELECT 1 FROM ${table} AS same WHERE same.${column} = ? AND same.${time} = ${table}.${time} AND +same.seq = ${table}.seq)`,
  );
  return { sql: `(${terms.join(' OR ')})`, values: columns.map(() => value) };
}

/** @param indexed false keeps SQLite from looking for the rows by an index of these columns */
function fits(field: string, columns: readonly string[], value: unknown, indexed = true): Condition[] {
  if (typeof value === 'string' && field === 'caller' && value.endsWith('*'))
    return [startsWith(columns, value.slice(0, -1), indexed)];
  if (typeof value === 'string' || typeof value === 'number') return [equals(columns, value, indexed)];
  return typeof value === 'boolean' ? [is(columns, value, indexed)] : [];
}

function bounded<K extends RecordKind>(file: MonthFile, kind: K, filter: Filters[K]): Condition[] {
  const given: Readonly<Record<string, unknown>> = { ...filter };
  return Object.entries<Bounded>(BOUNDS[kind]).flatMap(([field, { column, sign }]) => {
    const seconds = given[field];
    if (typeof seconds !== 'number') return [];
    return file.has(kind, [column]) ? [{ sql: `${column} ${sign} ?`, values: [seconds * 1000] }] : [NOTHING];
  });
}

/** Records of a kind are fewer when no more of a month fit; then their calls are looked up one by one. */
const FEW = 5000;

/** A way that a filter asks for, in one file. */
interface FoundWay extends Way {
  readonly conditions: readonly Condition[];
  /** The same for records that are found by their call, and by nothing else. */
  readonly ofCall: readonly Condition[];
  /** What {@link KeysElsewhere} has of it. */
  readonly elsewhere: string;
  /** So few records fit that it is quicker to begin with them. */
  readonly few: boolean;
}

function waysOf<K extends RecordKind>(
  file: MonthFile,
  kind: K,
  filter: Filters[K] & { readonly from: number },
  elsewhere: KeysElsewhere,
): readonly FoundWay[] {
  return (WAYS[kind] as readonly Way[]).flatMap((way) => {
    const conditions = [...conditionsOf(file, way, filter)];
    if (conditions.length === 0) return [];
    // What belongs to a call begins no earlier than the call.
    if (kind === 'call') conditions.push({ sql: `${TIME_COLUMN[way.kind]} >= ?`, values: [filter.from] });
    const few = areFew(file, way.kind, conditions);
    const ofCall = conditionsOf(file, way, filter, false);
    return [{ ...way, conditions, ofCall, elsewhere: elsewhere.get(way) ?? '[]', few }];
  });
}

/**
 * What a filter asks of the records of a way in a file; empty when it asks for nothing of them.
 *
 * @param indexed false keeps SQLite from looking for them by it
 */
export function conditionsOf(
  file: MonthFile,
  { kind, fields }: Way,
  filter: object,
  indexed = true,
): readonly Condition[] {
  const given: Readonly<Record<string, unknown>> = { ...filter };
  return Object.entries(fields).flatMap(([field, column]) => {
    if (given[field] === undefined) return [];
    return file.has(kind, [column]) ? fits(field, [column], given[field], indexed) : [NOTHING];
  });
}

/** Whether {@link FEW} records of a file fit, or fewer; for conditions that an index serves. */
export function areFew(file: MonthFile, kind: RecordKind, conditions: readonly Condition[]): boolean {
  const { sql, values } = allOf(conditions);
  const some = `SELECT 1 FROM ${TABLES[kind].table} WHERE ${sql} LIMIT ${FEW + 1}`;
  const counted = file.prepare<Bound[], { count: number }>(`SELECT count(*) AS count FROM (${some})`);
  return (counted.get(...values)?.count ?? 0) <= FEW;
}

/** Begins with the other records and looks up ours. */
function leadingTo(table: string, { kind, theirs, ours, conditions, elsewhere }: FoundWay): Condition {
  const { sql, values } = allOf(conditions);
  const here = `SELECT ${theirs} AS key FROM ${TABLES[kind].table} WHERE ${sql}`;
  const keys = `${here} UNION SELECT value FROM json_each(?)`;
  return {
    sql: `(${keys}) AS way CROSS JOIN ${table} ON ${table}.${ours} = way.key`,
    values: [...values, elsewhere],
  };
}

/** Begins with our records and looks whether there is one of the others. */
function existing(table: string, { kind, theirs, ours, ofCall, elsewhere }: FoundWay): Condition {
  const { sql, values } = allOf(ofCall);
  const other = `SELECT 1 FROM ${TABLES[kind].table} AS other WHERE other.${theirs} = ${table}.${ours} AND ${sql}`;
  return {
    sql: `(EXISTS (${other}) OR ${table}.${ours} IN (SELECT value FROM json_each(?)))`,
    values: [...values, elsewhere],
  };
}

/** One condition of several, of which there must be one. */
export function allOf(conditions: readonly Condition[]): Condition {
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/** @param indexed false keeps SQLite from looking for the rows by an index of these columns */
function equals(columns: readonly string[], value: Bound, indexed = true): Condition {
  const terms = columns.map((column) => {
    const usual = USUAL[column];
    const unusual =
      !indexed || usual === undefined || value === usual ? '' : ` AND ${quoted(column)} <> '${usual}'`;
    return `${indexed ? '' : '+'}${quoted(column)} = ?${unusual}`;
  });
  return { sql: `(${terms.join(' OR ')})`, values: columns.map(() => value) };
}

/** As a literal: with a bound value no partial index would be used. */
function is(columns: readonly string[], value: boolean, indexed: boolean): Condition {
  const sql = columns
    .map((column) => `${indexed ? '' : '+'}${quoted(column)} = ${value ? 1 : 0}`)
    .join(' OR ');
  return { sql: `(${sql})`, values: [] };
}

function startsWith(columns: readonly string[], prefix: string, indexed: boolean): Condition {
  const names = columns.map((column) => `${indexed ? '' : '+'}${quoted(column)}`);
  const sql = names.map((name) => `(${name} >= ? AND ${name} < ?)`).join(' OR ');
  return { sql: `(${sql})`, values: columns.flatMap(() => [prefix, `${prefix}\u{10FFFF}`]) };
}

function withinTime(time: string, { from, to }: PageRequest): Condition[] {
  const conditions: Condition[] = [];
  if (from !== undefined) conditions.push({ sql: `${time} >= ?`, values: [from] });
  if (to !== undefined) conditions.push({ sql: `${time} < ?`, values: [to] });
  return conditions;
}

function beyond(time: string, seq: string, cursor: Cursor | undefined, newest: boolean): Condition[] {
  if (cursor === undefined) return [];
  const sign = newest ? '<' : '>';
  return [{ sql: `(${time}, ${seq}) ${sign} (?, ?)`, values: [cursor.time, cursor.seq] }];
}
