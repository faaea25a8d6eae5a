/** Filters as SQL, for one month's file. */
import type { RecordKind } from './columns.js';
import type { MonthFile } from './month-files.js';
import type { Cursor, Filters, PageRequest } from './query.js';
import { FILTER_COLUMNS, TIME_COLUMN } from './query.js';
import { quoted, USUAL } from './schema.js';

export type Bound = string | number;

/** A term of a WHERE clause with the values of its question marks. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Bound[];
}

/** Fits no row. */
const NOTHING: Condition = { sql: '0', values: [] };

/** The terms that a row must fit for a filter, its times included. */
export function conditionsOf<K extends RecordKind>(
  file: MonthFile,
  kind: K,
  filter: Filters[K],
): readonly Condition[] {
  const time = TIME_COLUMN[kind];
  return [
    ...matching(file, kind, filter),
    ...withinTime(time, filter),
    ...beyond(time, filter.cursor, filter.order !== 'oldest'),
  ];
}

function matching<K extends RecordKind>(file: MonthFile, kind: K, filter: Filters[K]): Condition[] {
  const given: Readonly<Record<string, unknown>> = { ...filter };
  const conditions: Condition[] = [];
  for (const [field, columns] of Object.entries<readonly string[]>(FILTER_COLUMNS[kind])) {
    const value = given[field];
    if (value === undefined) continue;
    if (!file.has(kind, columns)) conditions.push(NOTHING);
    else if (typeof value === 'string' && field === 'caller' && value.endsWith('*'))
      conditions.push(startsWith(columns, value.slice(0, -1)));
    else if (typeof value === 'string' || typeof value === 'number') conditions.push(equals(columns, value));
    else if (typeof value === 'boolean') conditions.push(is(columns, value));
  }
  return conditions;
}

function equals(columns: readonly string[], value: Bound): Condition {
  const terms = columns.map((column) => {
    const usual = USUAL[column];
    const unusual = usual === undefined || value === usual ? '' : ` AND ${quoted(column)} <> '${usual}'`;
    return `${quoted(column)} = ?${unusual}`;
  });
  return { sql: `(${terms.join(' OR ')})`, values: columns.map(() => value) };
}

/** As a literal: with a bound value no partial index would be used. */
function is(columns: readonly string[], value: boolean): Condition {
  const sql = columns.map((column) => `${quoted(column)} = ${value ? 1 : 0}`).join(' OR ');
  return { sql: `(${sql})`, values: [] };
}

function startsWith(columns: readonly string[], prefix: string): Condition {
  const sql = columns.map((column) => `(${quoted(column)} >= ? AND ${quoted(column)} < ?)`).join(' OR ');
  return { sql: `(${sql})`, values: columns.flatMap(() => [prefix, `${prefix}\u{10FFFF}`]) };
}

function withinTime(time: string, { from, to }: PageRequest): Condition[] {
  const conditions: Condition[] = [];
  if (from !== undefined) conditions.push({ sql: `${time} >= ?`, values: [from] });
  if (to !== undefined) conditions.push({ sql: `${time} < ?`, values: [to] });
  return conditions;
}

function beyond(time: string, cursor: Cursor | undefined, newest: boolean): Condition[] {
  if (cursor === undefined) return [];
  const sign = newest ? '<' : '>';
  return [{ sql: `(${time}, seq) ${sign} (?, ?)`, values: [cursor.time, cursor.seq] }];
}
