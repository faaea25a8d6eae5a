import type Database from 'better-sqlite3';
import type { RecordKind, Row } from './columns.js';
import { RECORD_KINDS, TABLES } from './columns.js';

/** A row as it stands in the file, with its mark and seal beside the columns. */
export interface FoundRow {
  readonly kind: RecordKind;
  readonly row: Row & { readonly mark?: unknown; readonly seal?: unknown };
}

/** Reads the rows of a month's file, of all tables, by their place in the chain. Methods throw SQLite's errors. */
export interface RowsInOrder {
  /** Rows from a place to a place; there should be one at each. */
  page(from: number, to: number): ReadonlyMap<number, readonly FoundRow[]>;
  /** The first row at or before a place. */
  before(seq: number): FoundRow | undefined;
  /** The first row after a place. */
  after(seq: number): FoundRow | undefined;
}

export function rowsInOrder(db: Database.Database): RowsInOrder {
  const tables = RECORD_KINDS.map((kind) => {
    const { table } = TABLES[kind];
    return {
      kind,
      page: db.prepare<[number, number], Row>(`SELECT * FROM ${table} WHERE seq BETWEEN ? AND ?`),
      before: db.prepare<[number], Row>(`SELECT * FROM ${table} WHERE seq <= ? ORDER BY seq LIMIT 1`),
      after: db.prepare<[number], Row>(`SELECT * FROM ${table} WHERE seq > ? ORDER BY seq LIMIT 1`),
    };
  });
  return {
    page(from, to) {
      const rows = new Map<number, FoundRow[]>();
      for (const { kind, page } of tables)
        for (const row of page.all(from, to)) {
          const seq = Number(row.seq);
          const there = rows.get(seq);
          if (there === undefined) rows.set(seq, [{ kind, row }]);
          else there.push({ kind, row });
        }
      return rows;
    },
    before: (seq) => firstOf(tables.map(({ kind, before }) => ({ kind, row: before.get(seq) }))),
    after: (seq) => firstOf(tables.map(({ kind, after }) => ({ kind, row: after.get(seq) }))),
  };
}

function firstOf(
  rows: readonly { readonly kind: RecordKind; readonly row: Row | undefined }[],
): FoundRow | undefined {
  let first: FoundRow | undefined;
  for (const { kind, row } of rows)
    if (row !== undefined && (first === undefined || Number(row.seq) < Number(first.row.seq)))
      first = { kind, row };
  return first;
}
