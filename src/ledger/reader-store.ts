import Database from 'better-sqlite3';
import type { ChainHead } from './chain.js';
import { GENESIS } from './chain.js';
import type { RecordKind, Row } from './columns.js';
import { fromRow, TABLES } from './columns.js';
import type { CallStory, Cursor, Filters, Page, PageRequest, RecordOf, Stored } from './query.js';
import { FILTER_COLUMNS, PAGE_LIMIT, TIME_COLUMN } from './query.js';
import type { CallRecord, LedgerRecord, LegRecord, RecordingRecord, TransferRecord } from './records.js';
import { kindsOf, quoted, readHead, schemaVersion } from './schema.js';

type Bound = string | number;
interface Condition {
  readonly sql: string;
  readonly values: readonly Bound[];
}

/** Fits no row. */
const NOTHING: Condition = { sql: '0', values: [] };
/** More legs than any call has; keeps a damaged ledger from filling the memory. */
const STORY_LIMIT = 10_000;

/** Reads a ledger file over a connection of its own that cannot write. Blocks on the disk. */
export class ReaderStore {
  readonly #db: Database.Database;

  constructor(file: string) {
    this.#db = new Database(file, { readonly: true, fileMustExist: true, timeout: 2000 });
  }

  /** One page of the records of a kind that fit a filter. */
  list<K extends RecordKind>(kind: K, filter: Filters[K]): Page<RecordOf[K]> {
    if (!this.#hasTable(kind)) return { items: [], next: null };
    const limit = Math.min(Math.max(1, Math.trunc(filter.limit ?? PAGE_LIMIT.default)), PAGE_LIMIT.max);
    const time = TIME_COLUMN[kind];
    const newest = filter.order !== 'oldest';
    const conditions = [
      ...this.#matching(kind, filter),
      ...withinTime(time, filter),
      ...after(time, filter.cursor, newest),
    ];
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
    const direction = newest ? 'DESC' : 'ASC';
    // One more than asked for tells whether there is a next page.
    const rows = this.#db
      .prepare<Bound[], Row>(
        `SELECT * FROM ${TABLES[kind].table} ${where} ORDER BY ${time} ${direction}, seq ${direction} LIMIT ?`,
      )
      .all(...conditions.flatMap(({ values }) => values), limit + 1);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      items: shown.map((row) => stored<RecordOf[K]>(kind, row)),
      next:
        rows.length > limit && last !== undefined
          ? { time: Number(last[time]), seq: Number(last.seq) }
          : null,
    };
  }

  /** A call with all that belongs to it; undefined when the ledger knows nothing of it. */
  story(callId: string): CallStory | undefined {
    return this.#db.transaction(() => {
      const row = this.#db.prepare<[string], Row>('SELECT * FROM calls WHERE id = ?').get(callId);
      const legs = this.#ofCall<LegRecord>('leg', callId);
      const transfers = this.#ofCall<TransferRecord>('transfer', callId);
      const recordings = this.#ofCall<RecordingRecord>('recording', callId);
      if (row === undefined && legs.length === 0 && transfers.length === 0) return undefined;
      return {
        call: row === undefined ? null : stored<CallRecord>('call', row),
        legs,
        transfers,
        recordings,
      };
    })();
  }

  /** Where the chain stands. */
  head(): ChainHead {
    return readHead(this.#db) ?? { count: 0, hash: GENESIS };
  }

  close(): void {
    this.#db.close();
  }

  #matching<K extends RecordKind>(kind: K, filter: Filters[K]): Condition[] {
    const given: Readonly<Record<string, unknown>> = { ...filter };
    const conditions: Condition[] = [];
    for (const [field, columns] of Object.entries<readonly string[]>(FILTER_COLUMNS[kind])) {
      const value = given[field];
      if (value === undefined) continue;
      if (!this.#has(kind, columns)) conditions.push(NOTHING);
      else if (typeof value === 'string' && field === 'caller' && value.endsWith('*'))
        conditions.push(startsWith(columns, value.slice(0, -1)));
      else if (typeof value === 'string' || typeof value === 'number')
        conditions.push(equals(columns, value));
      else if (typeof value === 'boolean') conditions.push(equals(columns, value ? 1 : 0));
    }
    return conditions;
  }

  /** False for columns that the file lacks: a ledger of an older version is read as it is. */
  #has(kind: RecordKind, columns: readonly string[]): boolean {
    const newest = Math.max(...TABLES[kind].columns.map((c) => (columns.includes(c.name) ? c.since : 1)));
    return newest === 1 || schemaVersion(this.#db) >= newest;
  }

  #hasTable(kind: RecordKind): boolean {
    return kindsOf(schemaVersion(this.#db)).includes(kind);
  }

  #ofCall<T extends LedgerRecord>(kind: RecordKind, callId: string): readonly Stored<T>[] {
    if (!this.#hasTable(kind)) return [];
    const { table } = TABLES[kind];
    return this.#db
      .prepare<[string, number], Row>(
        `SELECT * FROM ${table} WHERE call_id = ? ORDER BY ${TIME_COLUMN[kind]}, seq LIMIT ?`,
      )
      .all(callId, STORY_LIMIT)
      .map((row) => stored<T>(kind, row));
  }
}

function stored<T extends LedgerRecord>(kind: RecordKind, row: Row): Stored<T> {
  return { ...(fromRow(kind, row) as T), seq: Number(row.seq) };
}

function equals(columns: readonly string[], value: Bound): Condition {
  const sql = columns.map((column) => `${quoted(column)} = ?`).join(' OR ');
  return { sql: `(${sql})`, values: columns.map(() => value) };
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

function after(time: string, cursor: Cursor | undefined, newest: boolean): Condition[] {
  if (cursor === undefined) return [];
  const beyond = newest ? '<' : '>';
  return [{ sql: `(${time}, seq) ${beyond} (?, ?)`, values: [cursor.time, cursor.seq] }];
}
