/** One month's file: is made, judged and opened for writing. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { DERIVED, type DerivedTable, outdated, rebuild } from './derived.js';
import type { LedgerLog } from './faults.js';
import { monthPath } from './ledger-folder.js';
import { readMeta, writeMeta } from './meta.js';
import { completeMonthSchema, createMonthSchema, type MonthStart } from './schema.js';
import { closeWritten, prepareForWriting } from './sqlite-file.js';

/**
 * Make the file of a month in a ledger's folder. It appears under its name when it is whole, so a crash leaves all of
 * it or none. Throws errors of the disk.
 */
export function createMonth(
  folder: string,
  start: MonthStart,
  derived: readonly DerivedTable[] = DERIVED,
): void {
  const path = monthPath(folder, start.month);
  const unfinished = `${path}.new`;
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(unfinished + suffix, { force: true });
  // Callers' numbers are personal data: others on this machine have no business here.
  closeSync(openSync(unfinished, 'wx', 0o640));
  const db = new Database(unfinished, { fileMustExist: true });
  try {
    db.pragma('synchronous = FULL');
    createMonthSchema(db, start);
    rebuild(db, derived);
    // Kept in the header of the file; the log itself goes when the file is closed.
    db.pragma('journal_mode = WAL');
  } finally {
    db.close();
  }
  renameSync(unfinished, path);
  syncFolder(dirname(path));
}

/**
 * Open a month's file for writing. Columns, indexes and derived tables that it lacks are made now, which takes a while
 * for a big file after a change of version. Throws SQLite's errors.
 */
export function openMonth(
  path: string,
  derived: readonly DerivedTable[] = DERIVED,
  log?: LedgerLog,
): Database.Database {
  const db = new Database(path, { fileMustExist: true });
  try {
    prepareForWriting(db);
    completeMonthSchema(db);
    const stale = outdated(db, derived);
    if (stale.length > 0) {
      const tables = stale.map(({ name }) => name);
      log?.info({ file: path, tables }, 'ledger: making derived tables anew');
      rebuild(db, stale, (records) => log?.info({ file: path, records }, 'ledger: records taken in'));
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Note in a month's file that no more records come, because the next month's is there. Throws SQLite's errors. */
export function finishMonth(path: string, now: number): void {
  const db = new Database(path, { fileMustExist: true });
  try {
    if (readMeta(db, 'closed_at') !== undefined) return;
    prepareForWriting(db);
    writeMeta(db, 'closed_at', String(now));
  } finally {
    closeWritten(db);
  }
}

/** The new name of a file is durable only with its folder. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
