import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import type { LedgerFault } from './faults.js';
import { errorText } from './faults.js';
import {
  APPLICATION_ID,
  createSchema,
  LEDGER_FILE,
  readHead,
  readMeta,
  SCHEMA_VERSION,
  schemaVersion,
  upgradeSchema,
} from './schema.js';
import { prepareForWriting } from './writer-store.js';

const SQLITE_MAGIC = 'SQLite format 3\0';

/** Path of the ledger in a data folder, absolute. */
export function ledgerPath(dir: string): string {
  return join(resolve(dir), LEDGER_FILE);
}

/** Make the data folder and an empty file in it where they are missing; null when all is well. */
export function prepareFolder(dir: string): LedgerFault | null {
  const folder = resolve(dir);
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
    // Callers' numbers are personal data: others on this machine have no business here.
    closeSync(openSync(ledgerPath(dir), 'a+', 0o640));
    return null;
  } catch (error) {
    const path = error instanceof Error && 'path' in error ? String(error.path) : folder;
    return {
      code: 'not-writable',
      path,
      message: `the ledger cannot be written at ${path}: ${errorText(error).message}`,
      remedy: 'Give the user that runs onekey the right to write there, or name another folder with --data.',
    };
  }
}

/** Level by level: `recursive` of mkdirSync never returns where a file system makes no folders (/proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o750 });
}

/** What an existing file is, judged before anything is changed in it; null when it is a ledger or empty. */
export function judgeFile(path: string): LedgerFault | null {
  try {
    if (statSync(path).size === 0) return null;
    if (!startsLikeSqlite(path)) return notALedger(path, 'it is not a SQLite database');
    const db = new Database(path, { readonly: true, fileMustExist: true });
    try {
      return judgeDatabase(db, path);
    } finally {
      db.close();
    }
  } catch (error) {
    return unreadable(path, error);
  }
}

/** The same for an open connection. */
export function judgeDatabase(db: Database.Database, path: string): LedgerFault | null {
  const application = db.pragma('application_id', { simple: true });
  const version = schemaVersion(db);
  if (application !== APPLICATION_ID) {
    const tables = db.prepare('SELECT count(*) FROM sqlite_master').pluck().get();
    return tables === 0 ? null : notALedger(path, 'it is the database of another program');
  }
  if (version > SCHEMA_VERSION)
    return {
      code: 'newer-version',
      path,
      message: `${path} was written by a newer onekey (tables of version ${version}, this program knows ${SCHEMA_VERSION})`,
      remedy: 'Run the newer onekey, or name another folder with --data.',
    };
  if (readHead(db) === undefined || readMeta(db, 'commit') === undefined)
    return notALedger(path, 'its table "meta" is damaged');
  return null;
}

/**
 * Open the file for writing; give it its tables when it has none, bring them up to date when they are of an
 * older version. Throws SQLite's errors.
 */
export function openForWriting(path: string, now: number): Database.Database {
  const db = new Database(path, { fileMustExist: true });
  try {
    prepareForWriting(db);
    if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) createSchema(db, now);
    else upgradeSchema(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A fault for something thrown while the file was read. */
export function unreadable(path: string, error: unknown): LedgerFault {
  const { code, message } = errorText(error);
  if (code === 'SQLITE_NOTADB') return notALedger(path, message);
  return {
    code: 'unreadable',
    path,
    message: `${path} cannot be used (${code}): ${message}`,
    remedy: 'Check the disk and the rights of the file; restore it from a backup if it is damaged.',
  };
}

function notALedger(path: string, why: string): LedgerFault {
  return {
    code: 'not-a-ledger',
    path,
    message: `${path} is not a onekey ledger: ${why}`,
    remedy: 'Move that file away, or name another folder with --data.',
  };
}

function startsLikeSqlite(path: string): boolean {
  const start = Buffer.alloc(SQLITE_MAGIC.length);
  const fd = openSync(path, 'r');
  try {
    readSync(fd, start, 0, start.length, 0);
  } finally {
    closeSync(fd);
  }
  return start.toString('latin1') === SQLITE_MAGIC;
}
