import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { beginLedger } from './begin-ledger.js';
import { CommitQueue, type QueueClock } from './commit-queue.js';
import type { LedgerFault, LedgerLog, LedgerTrouble } from './faults.js';
import type { JournalledCall, Ledger } from './ledger.js';
import { ledgerFolder, listMonths, livePath, monthPath, prepareFolder } from './ledger-folder.js';
import type { LedgerLock } from './ledger-lock.js';
import { takeLock } from './ledger-lock.js';
import { DEFAULT_TIMEZONE } from './month.js';
import type { LedgerRecord } from './records.js';
import { SCHEMA_VERSION } from './schema.js';
import { judgeFile, unreadable } from './sqlite-file.js';
import { takeOverOldLedger } from './take-over.js';
import type { WriterSetup } from './writer-messages.js';
import { WriterStore } from './writer-store.js';
import { WriterThread } from './writer-thread.js';

/** How to open a ledger. */
export interface OpenLedgerOptions {
  /** Data folder; made when it is missing. The ledger is the folder `ledger` in it. */
  readonly dir: string;
  /** Time zone whose months have a file each; IANA name. Default Asia/Shanghai. */
  readonly timezone?: string;
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
  const path = ledgerFolder(dir);
  const unprepared = prepareFolder(dir);
  if (unprepared !== null) return { ok: false, fault: unprepared };

  let lock: LedgerLock | null = null;
  try {
    lock = takeLock(dir);
    if (lock === null) return { ok: false, fault: locked(dir, path) };
    const taken = takeOverOldLedger({ dir, timezone: timezoneOf(options), now: Date.now, log: options.log });
    const fault = taken.ok ? judge(path) : taken.fault;
    if (fault === null) return { ok: true, ledger: start(path, lock, options) };
    lock.release();
    return { ok: false, fault };
  } catch (error) {
    lock?.release();
    return { ok: false, fault: unreadable(path, error) };
  }
}

/** Months and live calls are made where they are missing; what a crash left half done is brought to its end. */
function start(folder: string, lock: LedgerLock, options: OpenLedgerOptions): Ledger {
  const timezone = timezoneOf(options);
  beginLedger({ folder, timezone, now: Date.now() });
  const store = new WriterStore({ folder, timezone, log: options.log });
  try {
    const { live, lastBatch } = store;
    const calls = live.all();
    // Records are written before the journal: a call may be done and still be in both.
    const done = new Set(calls.map(({ callId }) => callId).filter((callId) => store.hasCall(callId)));
    live.forget([...done]);
    const leftOpen = calls.filter(({ callId }) => !done.has(callId));
    return new ThreadedLedger({ folder, timezone }, lock, options, lastBatch, leftOpen);
  } finally {
    store.close();
  }
}

function timezoneOf({ timezone = DEFAULT_TIMEZONE }: OpenLedgerOptions): string {
  return timezone;
}

/** What is wrong with the files that are written first; the others are opened when they are needed. */
function judge(folder: string): LedgerFault | null {
  const newest = listMonths(folder).at(-1);
  const files = [livePath(folder), ...(newest === undefined ? [] : [monthPath(folder, newest)])];
  for (const path of files) {
    if (!existsSync(path) || isEmpty(path)) continue;
    const fault = judgeFile(path, [SCHEMA_VERSION, SCHEMA_VERSION]);
    if (fault !== null) return fault;
  }
  return null;
}

/** A file of live calls that a crash left empty is made anew. */
function isEmpty(path: string): boolean {
  return path.endsWith('live.sqlite') && statSync(path).size === 0;
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
    setup: WriterSetup,
    lock: LedgerLock,
    options: OpenLedgerOptions,
    lastBatch: number,
    leftOpen: readonly JournalledCall[],
  ) {
    this.#lock = lock;
    this.#leftOpen = leftOpen;
    this.#options = options;
    this.#writer = new WriterThread(setup, {
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
