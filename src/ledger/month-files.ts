import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { RecordKind } from './columns.js';
import { derivedVersion } from './derived.js';
import { listMonths, monthPath } from './ledger-folder.js';
import { type Ranges, readRanges } from './meta.js';
import type { Month } from './month.js';
import { columnsIn } from './schema.js';

/** How long a reader waits for a writer who holds the file; milliseconds. */
const BUSY_MS = 2000;
/** Files open at once: two years and a half. */
const MAX_OPEN = 30;
/** What SQLite keeps in memory of each; with all open 60 MB, in each of three threads. The system's cache has the rest. */
const CACHE_KIB = 2048;
/** Statements that are kept of a file. One that is not costs memory until somebody collects it, which may take long. */
const MAX_STATEMENTS = 100;

/** One month's file, open for reading. */
export class MonthFile {
  readonly db: Database.Database;
  readonly #columns = new Map<RecordKind, ReadonlySet<string>>();
  readonly #statements = new Map<string, Database.Statement<never[], unknown>>();
  /** Throws SQLite's errors. */
  constructor(
    readonly month: Month,
    readonly path: string,
  ) {
    this.db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
    this.db.pragma(`cache_size = -${CACHE_KIB}`);
  }

  /** False for columns, and tables, that the file lacks: one of an earlier version is read as it is. */
  has(kind: RecordKind, columns: readonly string[]): boolean {
    let there = this.#columns.get(kind);
    if (there === undefined) {
      there = columnsIn(this.db, kind);
      this.#columns.set(kind, there);
    }
    return columns.every((column) => there.has(column));
  }

  /** Version of a derived table in this file; undefined when readers must do without. */
  derived(name: string): number | undefined {
    return derivedVersion(this.db, name);
  }

  /** A statement, prepared once. */
  prepare<P extends unknown[], R>(sql: string): Database.Statement<P, R> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known as unknown as Database.Statement<P, R>;
    const made = this.db.prepare<P, R>(sql);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size >= MAX_STATEMENTS && oldest !== undefined) this.#statements.delete(oldest);
    this.#statements.set(sql, made as unknown as Database.Statement<never[], unknown>);
    return made;
  }

  close(): void {
    this.db.close();
  }
}

/**
 * The months of a ledger's folder for reading. Files are opened when they are needed, those longest unused are closed;
 * new ones are seen as soon as they are there, deleted ones no longer.
 */
export class MonthFiles {
  readonly #folder: string;
  readonly #maxOpen: number;
  /** Those used last come last. */
  readonly #open = new Map<Month, MonthFile>();
  /** Of months that nothing is added to any more; known also while the file is closed. */
  readonly #settled = new Map<Month, Ranges>();

  constructor(folder: string, maxOpen = MAX_OPEN) {
    this.#folder = folder;
    this.#maxOpen = maxOpen;
  }

  /** Months that have a file, oldest first. Throws when there is none: that is no empty ledger, but one that is gone. */
  list(): readonly Month[] {
    const months = listMonths(this.#folder);
    if (months.length === 0) throw new Error(`there is no month's file in ${this.#folder}`);
    for (const month of this.#settled.keys()) if (!months.includes(month)) this.#settled.delete(month);
    for (const [month, file] of this.#open) {
      if (months.includes(month)) continue;
      this.#open.delete(month);
      file.close();
    }
    return months;
  }

  /**
   * The files one after the other, each opened when its turn comes. A file may be closed again once others have been
   * asked for: nothing of it may be kept. Throws SQLite's errors.
   *
   * @param wanted leaves out files by the times of their records, and the month
   */
  *each(
    order: 'newest' | 'oldest',
    wanted: (ranges: Ranges, month: Month) => boolean = () => true,
  ): Generator<MonthFile> {
    const months = this.list();
    const newest = months.at(-1);
    for (const month of order === 'newest' ? [...months].reverse() : months) {
      const settled = this.#settled.get(month);
      if (settled !== undefined && !wanted(settled, month)) continue;
      const file = this.#take(month);
      if (file === undefined) continue;
      if (settled === undefined) {
        const ranges = readRanges(file.db);
        if (month !== newest) this.#settled.set(month, ranges);
        if (!wanted(ranges, month)) continue;
      }
      yield file;
    }
  }

  /** The file of one month; undefined when there is none. Throws SQLite's errors. */
  get(month: Month): MonthFile | undefined {
    return this.list().includes(month) ? this.#take(month) : undefined;
  }

  close(): void {
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
  }

  /** Undefined when the file was deleted a moment ago. */
  #take(month: Month): MonthFile | undefined {
    const path = monthPath(this.#folder, month);
    const file = this.#open.get(month) ?? opened(month, path);
    if (file === undefined) return undefined;
    this.#open.delete(month);
    this.#open.set(month, file);
    for (const [longestUnused, old] of this.#open) {
      if (this.#open.size <= this.#maxOpen) break;
      this.#open.delete(longestUnused);
      old.close();
    }
    return file;
  }
}

function opened(month: Month, path: string): MonthFile | undefined {
  try {
    return new MonthFile(month, path);
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
    throw error;
  }
}
