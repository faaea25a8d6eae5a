import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { RecordKind, Row } from './columns.js';
import { RECORD_KINDS } from './columns.js';
import { listMonths, monthPath } from './ledger-folder.js';
import { type Ranges, readRanges } from './meta.js';
import type { Month } from './month.js';
import { TIME_COLUMN } from './query.js';
import { byId } from './schema.js';

interface Earlier {
  readonly path: string;
  readonly ranges: Ranges;
  open: {
    readonly db: Database.Database;
    readonly find: ReadonlyMap<RecordKind, Database.Statement<[Row], Row>>;
  } | null;
}

/**
 * The months before the one that is written. A batch that comes again after a crash at the turn of the month, or a
 * record that is made anew from the journal, may be in there already.
 */
export class EarlierMonths {
  /** Newest first. */
  readonly #files: readonly Earlier[];

  /** Throws SQLite's errors. */
  constructor(folder: string, before: Month) {
    this.#files = listMonths(folder)
      .filter((month) => month < before)
      .reverse()
      .map((month) => {
        const path = monthPath(folder, month);
        const db = new Database(path, { readonly: true, fileMustExist: true });
        try {
          return { path, ranges: readRanges(db), open: null };
        } finally {
          db.close();
        }
      });
  }

  /**
   * The row of a record by its id. No file is looked into whose last record of that kind began before this one, so
   * that nothing is to be done for all but a few.
   */
  readonly find = (kind: RecordKind, row: Row): Row | undefined => {
    const time = Number(row[TIME_COLUMN[kind]]);
    for (const file of this.#files) {
      const range = file.ranges[kind];
      if (range === undefined || range.to < time) continue;
      const found = statementsOf(file)?.get(kind)?.get(row);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  /** True when the call's record is in the file right before the one that is written. */
  hasCall(callId: string): boolean {
    const [last] = this.#files;
    return last !== undefined && statementsOf(last)?.get('call')?.get({ id: callId }) !== undefined;
  }

  close(): void {
    for (const { open } of this.#files) open?.db.close();
  }
}

/** Undefined when the file has been deleted meanwhile, as old months are. */
function statementsOf(file: Earlier): ReadonlyMap<RecordKind, Database.Statement<[Row], Row>> | undefined {
  if (file.open === null) {
    if (!existsSync(file.path)) return undefined;
    const db = new Database(file.path, { readonly: true, fileMustExist: true });
    file.open = { db, find: new Map(RECORD_KINDS.map((kind) => [kind, db.prepare(byId(kind))])) };
  }
  return file.open.find;
}
