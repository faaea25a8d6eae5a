/** The table "meta" of a file of the ledger: a few values by name, as text. */
import type Database from 'better-sqlite3';
import type { ChainHead } from './chain.js';
import { RECORD_KINDS, type RecordKind } from './columns.js';

export const META_TABLE = 'CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;';

/** Least and greatest time of the records of a kind in a file; UTC milliseconds, by the column of TIME_COLUMN. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** The time of each kind of record in a file; a kind without records has none. */
export type Ranges = Readonly<Partial<Record<RecordKind, TimeRange>>>;

/** The end of the file before. */
export interface Previous extends ChainHead {
  /** Its name in the folder; null for the first one. */
  readonly file: string | null;
}

/** A value of the meta table; undefined when it is not there. */
export function readMeta(db: Database.Database, key: string): string | undefined {
  return db.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck().get(key);
}

/** Set a value, also one that is not there yet. */
export function writeMeta(db: Database.Database, key: string, value: string): void {
  db.prepare<[string, string]>('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
}

/** Where the chain stands according to the meta table; undefined when that is damaged. */
export function readHead(db: Database.Database): ChainHead | undefined {
  return headOf(readMeta(db, 'head_hash'), readMeta(db, 'count'));
}

/** What the file says of the one before it; undefined when that is damaged. */
export function readPrevious(db: Database.Database): Previous | undefined {
  const head = headOf(readMeta(db, 'previous_hash'), readMeta(db, 'previous_count'));
  const file = readMeta(db, 'previous_file');
  return head === undefined || file === undefined ? undefined : { ...head, file: file === '' ? null : file };
}

/** Times of the records in the file. What is damaged holds any time, so that nobody leaves the file out. */
export function parseRanges(text: string | undefined): Ranges {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value === 'object' && value !== null) return value as Ranges;
  } catch {
    // Below.
  }
  const any = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  return Object.fromEntries(RECORD_KINDS.map((kind) => [kind, any]));
}

export function readRanges(db: Database.Database): Ranges {
  return parseRanges(readMeta(db, 'ranges'));
}

function headOf(hash: string | undefined, count: string | undefined): ChainHead | undefined {
  const number = Number(count ?? Number.NaN);
  return hash === undefined || !Number.isSafeInteger(number) ? undefined : { count: number, hash };
}
