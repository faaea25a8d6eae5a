import { resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { CommitQueue, type QueueClock } from './commit-queue.js';
import type { LedgerFault, LedgerLog, LedgerTrouble } from './faults.js';
import type { JournalledCall, Ledger } from './ledger.js';
import type { LedgerLock } from './ledger-lock.js';
import { takeLock } from './ledger-lock.js';
import { judgeFile, ledgerPath, openForWriting, prepareFolder, unreadable } from './open-file.js';
import type { LedgerRecord } from './records.js';
import { readMeta } from './schema.js';
import { WriterThread } from './writer-thread.js';

/** How to open a ledger. */
export interface OpenLedgerOptions {
  /** Data folder; made when it is missing. The ledger is `ledger.sqlite` in it. */
  readonly dir: string;
  /** Entries are committed at most this often; milliseconds, 1 to 1000. Default 10. */
  readonly commitMs?: number;
  /** Hears when the disk refuses, and when it is well again. */
  readonly onTrouble?: (trouble: LedgerTrouble) => void;
  readonly log?: LedgerLog;
}

export type OpenLedgerResult =
  | { readonly ok: true; readonly ledger: Ledger }
  | { readonly ok: false; readonly fault: LedgerFault };

/** How often `close` tries to write what is left while the disk refuses. */
const CLOSE_ATTEMPTS = 2;

const SYSTEM_CLOCK: QueueClock = {
  now: () => Date.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Open the ledger of a data folder for writing; one process at a time. Blocks shortly on the disk, at the
 * start only: the writing is done in a thread of its own.
 */
export function openLedger(options: OpenLedgerOptions): OpenLedgerResult {
  const dir = resolve(options.dir);
  const path = ledgerPath(dir);
  const unprepared = prepareFolder(dir);
  if (unprepared !== null) return { ok: false, fault: unprepared };

  let lock: LedgerLock | null = null;
  try {
    lock = takeLock(dir);
    if (lock === null) return { ok: false, fault: locked(dir, path) };
    const fault = judgeFile(path);
    if (fault === null) return { ok: true, ledger: start(path, lock, options) };
    lock.release();
    return { ok: false, fault };
  } catch (error) {
    lock?.release();
    return { ok: false, fault: unreadable(path, error) };
  }
}

function start(path: string, lock: LedgerLock, options: OpenLedgerOptions): Ledger {
  const db = openForWriting(path, Date.now());
  try {
    const lastBatch = Number(readMeta(db, 'commit'));
    return new ThreadedLedger(path, lock, options, lastBatch, readJournal(db));
  } finally {
    db.close();
  }
}

function readJournal(db: Database.Database): readonly JournalledCall[] {
  const rows = db
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

function locked(dir: string, path: string): LedgerFault {
  return {
    code: 'locked',
    path,
    message: `${path} is in use by another running onekey`,
    remedy: `Stop the other one (fuser ${dir}/ledger.lock tells which), or name another folder with --data.`,
  };
}

class ThreadedLedger implements Ledger {
  readonly #lock: LedgerLock;
  readonly #leftOpen: readonly JournalledCall[];
  readonly #queue: CommitQueue;
  readonly #writer: WriterThread;
  readonly #options: OpenLedgerOptions;
  #closing: Promise<void> | null = null;
  #closed = false;

  constructor(
    path: string,
    lock: LedgerLock,
    options: OpenLedgerOptions,
    lastBatch: number,
    leftOpen: readonly JournalledCall[],
  ) {
    this.#lock = lock;
    this.#leftOpen = leftOpen;
    this.#options = options;
    this.#writer = new WriterThread(path, {
      committed: (number, conflicts) => {
        for (const conflict of conflicts) this.#trouble({ kind: 'conflict', ...conflict });
        this.#queue.committed(number);
      },
      refused: (code, message) => this.#queue.refused(code, message),
    });
    this.#queue = new CommitQueue({
      firstBatch: lastBatch + 1,
      commitMs: options.commitMs ?? 10,
      clock: SYSTEM_CLOCK,
      send: (batch) => this.#writer.send(batch),
      onTrouble: (trouble) => this.#trouble(trouble),
    });
    this.#writer.start();
  }

  journal(callId: string, snapshot: unknown): void {
    if (this.#open({ callId })) this.#queue.journal(callId, snapshot);
  }

  append(records: readonly LedgerRecord[], closes?: string): void {
    if (this.#open({ records })) this.#queue.append(records, closes);
  }

  flush(): Promise<void> {
    return this.#queue.flush();
  }

  leftOpen(): readonly JournalledCall[] {
    return this.#leftOpen;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    let lost: Error | null = null;
    for (let attempt = 1; attempt <= CLOSE_ATTEMPTS; attempt += 1) {
      try {
        await this.#queue.flush();
        lost = null;
        break;
      } catch (error) {
        lost = new Error(`${this.#queue.waiting} ledger entries were not written: ${String(error)}`);
      }
    }
    this.#queue.stop();
    this.#closed = true;
    try {
      await this.#writer.close();
    } finally {
      this.#lock.release();
    }
    if (lost !== null) throw lost;
  }

  /** False once closed: another process may write by now, so what comes late goes to the log. */
  #open(given: object): boolean {
    if (this.#closed) this.#options.log?.error(given, 'ledger: entry came after the ledger was closed');
    return !this.#closed;
  }

  #trouble(trouble: LedgerTrouble): void {
    const log = this.#options.log;
    if (trouble.kind === 'refused')
      log?.error(trouble, 'ledger: could not write, the entries wait in memory');
    else if (trouble.kind === 'recovered') log?.info(trouble, 'ledger: writing again');
    else if (trouble.kind === 'conflict')
      log?.warn(trouble, 'ledger: a record with this id is there already, the first one stays');
    else log?.error(trouble, 'ledger: a call state is not plain JSON and was not journalled');
    this.#options.onTrouble?.(trouble);
  }
}
