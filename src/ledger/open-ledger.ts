import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommitQueue, type QueueClock } from './commit-queue.js';
import type { LedgerFault, LedgerLog, LedgerTrouble } from './faults.js';
import type { JournalledCall, Ledger } from './ledger.js';
import { ledgerFolder, listMonths, livePath, monthPath, prepareFolder } from './ledger-folder.js';
import type { LedgerLock } from './ledger-lock.js';
import { takeLock } from './ledger-lock.js';
import { DEFAULT_TIMEZONE } from './month.js';
import { MonthCloser } from './month-closer.js';
import type { LedgerRecord } from './records.js';
import { MONTHLY_VERSIONS } from './schema.js';
import { judgeFile, unreadable } from './sqlite-file.js';
import { hasNoRoom, type StartState, startState } from './start-state.js';
import { takeOverOldLedger } from './take-over.js';
import type { WriterSetup } from './writer-messages.js';
import { WriterThread } from './writer-thread.js';

/** How to open a ledger. */
export interface OpenLedgerOptions {
  /** Data folder; made when it is missing. The ledger is the folder `ledger` in it. */
  readonly dir: string;
  /** Time zone whose months have a file each; IANA name. Default Asia/Shanghai. */
  readonly timezone?: string;
  /** Entries are committed at most this often, and at once after a pause; milliseconds, 1 to 1000. Default 10. */
  readonly commitMs?: number;
  /** Folder on another disk, made when it is missing: takes what the disk of the ledger refuses. None when left out. */
  readonly spool?: string | undefined;
  /** Records that wait in memory at most while no disk takes them, 1 or more; further ones go to the log. Default 200,000. */
  readonly mostWaiting?: number;
  /** Hears when the disk refuses, and when it is well again. */
  readonly onTrouble?: (trouble: LedgerTrouble) => void;
  /** Hears of each commit how long its oldest entry waited until it was on disk; milliseconds. */
  readonly onDurable?: (waitedMs: number) => void;
  readonly log?: LedgerLog;
}

export type OpenLedgerResult =
  | { readonly ok: true; readonly ledger: Ledger }
  | { readonly ok: false; readonly fault: LedgerFault };

/** Some two days of a city's calls, and some 200 MB. */
const MOST_WAITING = 200_000;
/** How often `close` tries to write what is left while the disk refuses. */
const CLOSE_ATTEMPTS = 2;

const SYSTEM_CLOCK: QueueClock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
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
    // On a full disk SQLite may not even read; whether it is that shows then.
    if (fault === null || (fault.code === 'unreadable' && hasNoRoom(path)))
      return { ok: true, ledger: start(path, lock, options) };
    lock.release();
    return { ok: false, fault };
  } catch (error) {
    lock?.release();
    return { ok: false, fault: unreadable(path, error) };
  }
}

function start(folder: string, lock: LedgerLock, options: OpenLedgerOptions): Ledger {
  const spool = options.spool === undefined ? null : resolve(options.spool);
  const place = { folder, timezone: timezoneOf(options), spool };
  const state = startState(place, options.log);
  if (spool !== null && statSync(spool).dev === statSync(folder).dev)
    options.log?.warn(
      { spool },
      'ledger: the spool is on the disk of the ledger, and full when that is full',
    );
  return new ThreadedLedger({ ...place, begin: state.begin }, lock, options, state);
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
    const fault = judgeFile(path, MONTHLY_VERSIONS);
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
  readonly #closer: MonthCloser;
  #closing: Promise<void> | null = null;
  #closed = false;

  constructor(setup: WriterSetup, lock: LedgerLock, options: OpenLedgerOptions, state: StartState) {
    this.#lock = lock;
    this.#leftOpen = state.leftOpen;
    this.#options = options;
    this.#writer = new WriterThread(setup, {
      committed: (number, conflicts) => {
        this.#closer.check(Date.now());
        for (const conflict of conflicts) this.#trouble({ kind: 'conflict', ...conflict });
        this.#queue.committed(number);
      },
      refused: (code, message) => this.#queue.refused(code, message),
      spooling: ({ code, message, records }) => this.#trouble({ kind: 'spooling', code, message, records }),
      caughtUp: ({ records, damaged }) => this.#trouble({ kind: 'caught-up', records, damaged }),
      conflicts: (conflicts) => {
        for (const conflict of conflicts) this.#trouble({ kind: 'conflict', ...conflict });
      },
    });
    this.#queue = new CommitQueue({
      firstBatch: state.lastBatch + 1,
      commitMs: options.commitMs ?? 10,
      mostWaiting: options.mostWaiting ?? MOST_WAITING,
      clock: SYSTEM_CLOCK,
      send: (batch) => this.#writer.send(batch),
      onTrouble: (trouble) => this.#trouble(trouble),
      onDurable: options.onDurable,
    });
    this.#closer = new MonthCloser({
      folder: setup.folder,
      timezone: setup.timezone,
      append: (record) => this.append([record]),
      log: options.log,
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
    await this.#closer.stop();
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
    tell(this.#options.log, trouble);
    this.#options.onTrouble?.(trouble);
  }
}

function tell(log: LedgerLog | undefined, trouble: LedgerTrouble): void {
  switch (trouble.kind) {
    case 'refused':
      log?.error(trouble, 'ledger: could not write, the entries wait in memory');
      break;
    case 'spooling':
      log?.error(trouble, 'ledger: could not write, the entries are kept in the spool');
      break;
    case 'recovered':
      log?.info(trouble, 'ledger: writing again');
      break;
    case 'caught-up':
      log?.info(trouble, 'ledger: writing again, with all that was in the spool');
      break;
    case 'overflow':
      log?.error(trouble, 'ledger: no more room in memory, these records are in this log only');
      break;
    case 'conflict':
      log?.warn(trouble, 'ledger: a record with this id is there already, the first one stays');
      break;
    case 'not-json':
      log?.error(trouble, 'ledger: a call state is not plain JSON and was not journalled');
      break;
  }
}
