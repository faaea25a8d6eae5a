import Database from 'better-sqlite3';
import type { ChainHead } from './chain.js';
import { canonicalForm, chainHash } from './chain.js';
import type { ColumnValue, RecordKind, Row } from './columns.js';
import { TABLES, toRow } from './columns.js';
import type { LedgerRecord } from './records.js';
import { quoted, readHead, readMeta } from './schema.js';

/** The last state of a live call in a batch; `snapshot` null forgets the call. */
export interface JournalEntry {
  readonly callId: string;
  /** JSON text. */
  readonly snapshot: string | null;
  /** UTC milliseconds. */
  readonly writtenAt: number;
}

/** What is committed at once. Numbers grow by one; a batch that is already in is not written again. */
export interface Batch {
  readonly number: number;
  readonly records: readonly LedgerRecord[];
  readonly journal: readonly JournalEntry[];
}

/** A record that was left out because its id is there with other contents. */
export interface Conflict {
  readonly recordKind: RecordKind;
  readonly id: string;
}

/** What a commit did. */
export interface CommitResult {
  readonly head: ChainHead;
  readonly conflicts: readonly Conflict[];
}

interface Inserter {
  readonly insert: Database.Statement<[Record<string, ColumnValue>]>;
  readonly existing: Database.Statement<[string], Row>;
}

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
 * The writing end of an existing ledger file. Blocks on the disk, so it lives in the writer's thread.
 * All methods throw SQLite's errors; nothing of a failed batch is kept.
 */
export class WriterStore {
  readonly #db: Database.Database;
  readonly #inserters: Readonly<Record<RecordKind, Inserter>>;
  readonly #commit: Database.Transaction<(batch: Batch) => CommitResult>;

  constructor(file: string) {
    this.#db = new Database(file, { fileMustExist: true });
    try {
      prepareForWriting(this.#db);
      this.#inserters = {
        call: this.#inserter('call'),
        leg: this.#inserter('leg'),
        transfer: this.#inserter('transfer'),
        recording: this.#inserter('recording'),
        audit: this.#inserter('audit'),
      };
      this.#commit = this.#transaction();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** Write a batch in one transaction. When it returns the batch is on disk. */
  commit(batch: Batch): CommitResult {
    return this.#commit.immediate(batch);
  }

  /** Bring the write-ahead log into the file and close it. The log file goes when nobody else reads. */
  close(): void {
    try {
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      this.#db.close();
    }
  }

  #inserter(kind: RecordKind): Inserter {
    const { table, columns } = TABLES[kind];
    const names = columns.map(({ name }) => name);
    const into = ['seq', ...names].map(quoted).join(', ');
    const values = ['seq', ...names].map((name) => `@${name}`).join(', ');
    return {
      insert: this.#db.prepare(`INSERT INTO ${table} (${into}) VALUES (${values})`),
      existing: this.#db.prepare(`SELECT ${names.map(quoted).join(', ')} FROM ${table} WHERE id = ?`),
    };
  }

  #transaction(): Database.Transaction<(batch: Batch) => CommitResult> {
    const db = this.#db;
    const chain = db.prepare<[number, string, string, string]>(
      'INSERT INTO chain (seq, kind, id, hash) VALUES (?, ?, ?, ?)',
    );
    const keep = db.prepare<[string, string, number]>(
      'INSERT INTO journal (call_id, snapshot, written_at) VALUES (?, ?, ?) ' +
        'ON CONFLICT (call_id) DO UPDATE SET snapshot = excluded.snapshot, written_at = excluded.written_at',
    );
    const forget = db.prepare<[string]>('DELETE FROM journal WHERE call_id = ?');
    const setMeta = db.prepare<[string, string]>('UPDATE meta SET value = ? WHERE key = ?');

    return db.transaction((batch: Batch): CommitResult => {
      let head = readHead(db);
      if (head === undefined) throw new Error('the ledger has lost its meta table');
      if (batch.number <= Number(readMeta(db, 'commit'))) return { head, conflicts: [] };

      const conflicts: Conflict[] = [];
      for (const record of batch.records) {
        const row = toRow(record);
        const { insert, existing } = this.#inserters[record.kind];
        const before = existing.get(record.id);
        if (before !== undefined) {
          if (canonicalForm(0, record.kind, before) !== canonicalForm(0, record.kind, row))
            conflicts.push({ recordKind: record.kind, id: record.id });
          continue;
        }
        const seq: number = head.count + 1;
        const hash = chainHash(head.hash, canonicalForm(seq, record.kind, row));
        insert.run({ ...row, seq });
        chain.run(seq, record.kind, record.id, hash);
        head = { count: seq, hash };
      }
      for (const { callId, snapshot, writtenAt } of batch.journal) {
        if (snapshot === null) forget.run(callId);
        else keep.run(callId, snapshot, writtenAt);
      }
      setMeta.run(head.hash, 'head_hash');
      setMeta.run(String(head.count), 'count');
      setMeta.run(String(batch.number), 'commit');
      return { head, conflicts };
    });
  }
}
