import { join } from 'node:path';
import Database from 'better-sqlite3';

/**
 * Sole right to write a ledger. Held as a lock of the operating system on `ledger.lock`, so it goes with
 * the process, however that ends; the file stays behind and means nothing.
 */
export interface LedgerLock {
  release(): void;
}

/** Take the lock of a folder; null when a running process has it. Throws when the file cannot be used. */
export function takeLock(dir: string): LedgerLock | null {
  const db = new Database(join(dir, 'ledger.lock'), { timeout: 0 });
  try {
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') return null;
    throw error;
  }
  return { release: () => db.close() };
}
