/** Files of the ledger as SQLite files: judged before anything is changed in them, set up for writing. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { LedgerFault } from './faults.js';
import { errorText } from './faults.js';
import { readMeta } from './meta.js';
import { APPLICATION_ID, SCHEMA_VERSION, schemaVersion } from './schema.js';

const SQLITE_MAGIC = 'SQLite format 3\0';
/** How long to wait for somebody else's write transaction (a person with a SQLite shell); milliseconds. */
const BUSY_MS = 1000;
/** The write-ahead log is cut back to this size after a checkpoint; bytes. */
const WAL_KEEP_BYTES = 16 * 1024 * 1024;

/** Set up a connection for durable writing: WAL with an fsync for each commit. */
export function prepareForWriting(db: Database.Database): void {
  db.pragma(`busy_timeout = ${BUSY_MS}`);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma(`journal_size_limit = ${WAL_KEEP_BYTES}`);
}

/**
 * Bring the write-ahead log into the file and close it, unless it is closed. The log file goes when nobody else reads.
 */
export function closeWritten(db: Database.Database): void {
  if (!db.open) return;
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

/**
 * What an existing file is; null when it is one of the ledger, of this version or an older one.
 *
 * @param versions versions of the tables that will do, from and to
 */
export function judgeFile(path: string, versions: readonly [number, number]): LedgerFault | null {
  try {
    if (!startsLikeSqlite(path)) return notALedger(path, 'it is not a SQLite database');
    const db = new Database(path, { readonly: true, fileMustExist: true });
    try {
      return judgeDatabase(db, path, versions);
    } finally {
      db.close();
    }
  } catch (error) {
    return unreadable(path, error);
  }
}

function judgeDatabase(
  db: Database.Database,
  path: string,
  [oldest, newest]: readonly [number, number],
): LedgerFault | null {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID)
    return notALedger(path, 'it is the database of another program');
  const version = schemaVersion(db);
  if (version > newest && version > SCHEMA_VERSION)
    return {
      code: 'newer-version',
      path,
      message: `${path} was written by a newer onekey (tables of version ${version}, this program knows ${SCHEMA_VERSION})`,
      remedy: 'Run the newer onekey, or name another folder with --data.',
    };
  if (version < oldest || version > newest)
    return notALedger(path, `its tables are of version ${version}, which does not belong there`);
  if (readMeta(db, 'commit') === undefined) return notALedger(path, 'its table "meta" is damaged');
  return null;
}

/** A fault for something thrown while a file was read. */
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
  if (statSync(path).isDirectory()) return false;
  const start = Buffer.alloc(SQLITE_MAGIC.length);
  const fd = openSync(path, 'r');
  try {
    readSync(fd, start, 0, start.length, 0);
  } finally {
    closeSync(fd);
  }
  return start.toString('latin1') === SQLITE_MAGIC;
}
