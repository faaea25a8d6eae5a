import { closeSync, existsSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { JournalledCall } from './ledger.js';
import { META_TABLE, readMeta } from './meta.js';
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.js';
import { closeWritten, prepareForWriting } from './sqlite-file.js';

/** The last state of a live call in a batch; `snapshot` null forgets the call. */
export interface JournalEntry {
  readonly callId: string;
  /** JSON text. */
  readonly snapshot: string | null;
  /** UTC milliseconds. */
  readonly writtenAt: number;
}

/** Make the file of live calls where it is missing. Throws errors of the disk. */
export function createLive(path: string): void {
  // What a crash left without tables is not there yet.
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o640));
  const db = new Database(path, { fileMustExist: true });
  try {
    prepareForWriting(db);
    if (db.pragma('application_id', { simple: true }) === APPLICATION_ID) return;
    db.transaction(() => {
      db.exec(`
        CREATE TABLE journal (call_id TEXT PRIMARY KEY, snapshot TEXT NOT NULL, written_at INTEGER NOT NULL);
        ${META_TABLE}
        INSERT INTO meta (key, value) VALUES ('commit', '0');
        PRAGMA application_id = ${APPLICATION_ID};
        PRAGMA user_version = ${SCHEMA_VERSION};
      `);
    }).immediate();
  } finally {
    db.close();
  }
}

/**
 * The journal of live calls, in a file of its own: it changes with every step of a call, while months only grow.
 * Blocks on the disk; all methods throw SQLite's errors.
 */
export class LiveStore {
  readonly #db: Database.Database;
  readonly #commit: Database.Transaction<(number: number, journal: readonly JournalEntry[]) => void>;

  constructor(path: string) {
    this.#db = new Database(path, { fileMustExist: true });
    try {
      prepareForWriting(this.#db);
      this.#commit = this.#transaction();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** Number of the last batch that changed the journal. */
  get batch(): number {
    return Number(readMeta(this.#db, 'commit'));
  }

  /** Write the journal of a batch, on disk when it returns; one that is in already is left out. */
  commit(number: number, journal: readonly JournalEntry[]): void {
    if (journal.length > 0) this.#commit.immediate(number, journal);
  }

  /** All live calls, those first that nothing has happened to for longest. */
  all(): readonly JournalledCall[] {
    const rows = this.#db
      .prepare<[], { call_id: string; snapshot: string; written_at: number }>(
        'SELECT call_id, snapshot, written_at FROM journal ORDER BY written_at, call_id',
      )
      .all();
    return rows.map(({ call_id, snapshot, written_at }) => ({
      callId: call_id,
      snapshot: JSON.parse(snapshot) as unknown,
      writtenAt: written_at,
    }));
  }

  /** Forget calls. */
  forget(callIds: readonly string[]): void {
    const forget = this.#db.prepare<[string]>('DELETE FROM journal WHERE call_id = ?');
    this.#db.transaction(() => {
      for (const callId of callIds) forget.run(callId);
    })();
  }

  close(): void {
    closeWritten(this.#db);
  }

  #transaction() {
    const db = this.#db;
    const keep = db.prepare<[string, string, number]>(
      'INSERT INTO journal (call_id, snapshot, written_at) VALUES (?, ?, ?) ' +
        'ON CONFLICT (call_id) DO UPDATE SET snapshot = excluded.snapshot, written_at = excluded.written_at',
    );
    const forget = db.prepare<[string]>('DELETE FROM journal WHERE call_id = ?');
    const setBatch = db.prepare<[string]>("UPDATE meta SET value = ? WHERE key = 'commit'");
    return db.transaction((number: number, journal: readonly JournalEntry[]) => {
      if (number <= this.batch) return;
      for (const { callId, snapshot, writtenAt } of journal) {
        if (snapshot === null) forget.run(callId);
        else keep.run(callId, snapshot, writtenAt);
      }
      setBatch.run(String(number));
    });
  }
}
