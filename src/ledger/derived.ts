/**
 * Tables that follow from the records of a month's file, and could be made anew from them at any time: statistics,
 * full text. No hash covers them, and nothing is lost with them.
 */
import type Database from 'better-sqlite3';
import { fromRow, type Row } from './columns.js';
import { readMeta, writeMeta } from './meta.js';
import type { LedgerRecord } from './records.js';
import { rowsInOrder } from './rows-in-order.js';
import { NOTES } from './search/note-table.js';
import { STATISTICS } from './statistics/statistics-table.js';

/** Takes a record into a derived table; called within the transaction that writes the record. */
export type DerivedWriter = (record: LedgerRecord, row: Row, seq: number) => void;

/** One or more tables (under names that begin with `name`) derived from the records of a file. */
export interface DerivedTable {
  /** Lower-case letters and `_`. */
  readonly name: string;
  /** Another version makes the tables anew. */
  readonly version: number;
  create(db: Database.Database): void;
  /** Drops what any version may have made; all may be missing. */
  drop(db: Database.Database): void;
  /**
   * Prepares what takes records in, in the order of the chain. Nothing may be held back from one record to the next:
   * the transaction may be undone.
   */
  writer(db: Database.Database): DerivedWriter;
  /**
   * For tables that hold personal data: takes out what they have of a record, which is given as it was before. Called
   * within the transaction that erases it.
   */
  eraser?(db: Database.Database): DerivedWriter;
}

/** All of them. */
export const DERIVED: readonly DerivedTable[] = [STATISTICS, NOTES];

/** Records between two signs of life while tables are made anew. */
const STRIDE = 10_000;
const PAGE = 1000;

/** Version of a derived table in a file; undefined when the file has none, and readers must do without. */
export function derivedVersion(db: Database.Database, name: string): number | undefined {
  const version = readMeta(db, `derived.${name}`);
  return version === undefined ? undefined : Number(version);
}

/** The tables that a file lacks or has in another version. */
export function outdated(
  db: Database.Database,
  tables: readonly DerivedTable[] = DERIVED,
): readonly DerivedTable[] {
  return tables.filter(({ name, version }) => derivedVersion(db, name) !== version);
}

/**
 * Make tables of a file anew from its records, in one transaction: cut off, the file is as it was.
 *
 * @param onProgress is told how many records have been taken in
 */
export function rebuild(
  db: Database.Database,
  tables: readonly DerivedTable[],
  onProgress: (records: number) => void = () => undefined,
): void {
  if (tables.length === 0) return;
  db.transaction(() => {
    for (const table of tables) {
      table.drop(db);
      table.create(db);
    }
    const writers = tables.map((table) => table.writer(db));
    let taken = 0;
    for (const { record, row, seq } of recordsOf(db)) {
      for (const write of writers) write(record, row, seq);
      taken += 1;
      if (taken % STRIDE === 0) onProgress(taken);
    }
    for (const { name, version } of tables) writeMeta(db, `derived.${name}`, String(version));
    onProgress(taken);
  }).immediate();
}

/** A record with its place in the chain. */
export interface PlacedRecord {
  readonly record: LedgerRecord;
  readonly row: Row;
  readonly seq: number;
}

/** All records of a file, in the order of the chain. Other statements may run between one and the next. */
export function* recordsOf(db: Database.Database): Generator<PlacedRecord> {
  const rows = rowsInOrder(db);
  let last = Number.NEGATIVE_INFINITY;
  for (;;) {
    const next = rows.after(last);
    if (next === undefined) return;
    const from = Number(next.row.seq);
    last = from + PAGE - 1;
    const page = [...rows.page(from, last)].sort(([a], [b]) => a - b);
    for (const [seq, found] of page)
      for (const { kind, row } of found) yield { record: fromRow(kind, row), row, seq };
  }
}
