import { existsSync } from 'node:fs';
import type { DerivedTable } from './derived.js';
import { EarlierMonths } from './earlier-months.js';
import type { LedgerLog } from './faults.js';
import { listMonths, livePath, monthPath } from './ledger-folder.js';
import { type JournalEntry, LiveStore } from './live-store.js';
import { type Month, MonthCalendar } from './month.js';
import { createMonth, finishMonth } from './month-file.js';
import { type CommitResult, MonthWriter } from './month-writer.js';
import type { LedgerRecord } from './records.js';

/** What is committed at once. Numbers grow by one; a batch that is already in is not written again. */
export interface Batch {
  readonly number: number;
  readonly records: readonly LedgerRecord[];
  readonly journal: readonly JournalEntry[];
}

/** Where and how to write. */
export interface WriterStoreOptions {
  /** Folder of the ledger, which has begun (begin-ledger.ts); files of further months are made as they come. */
  readonly folder: string;
  /** Time zone whose months they are; IANA name. Default Asia/Shanghai. */
  readonly timezone?: string | undefined;
  /** UTC milliseconds; tells the month that a record goes to. Default the clock of the system. */
  readonly now?: () => number;
  /** Tables that are kept up with the records. Default all. */
  readonly derived?: readonly DerivedTable[] | undefined;
  readonly log?: LedgerLog | undefined;
}

/**
 * The writing end of a ledger's folder. A record goes to the file of the month in which it is written; once a month has
 * begun, none goes to an earlier one, whatever the clock says. Blocks on the disk, so it lives in the writer's thread.
 * All methods throw errors of the disk; nothing of a failed batch is kept but what the next attempt leaves out.
 */
export class WriterStore {
  readonly #folder: string;
  readonly #calendar: MonthCalendar;
  readonly #now: () => number;
  readonly #derived: readonly DerivedTable[] | undefined;
  readonly #log: LedgerLog | undefined;
  readonly #live: LiveStore;
  #earlier: EarlierMonths;
  #month: MonthWriter;

  constructor({ folder, timezone, now = Date.now, derived, log }: WriterStoreOptions) {
    this.#folder = folder;
    this.#calendar = new MonthCalendar(timezone);
    this.#now = now;
    this.#derived = derived;
    this.#log = log;
    this.#live = new LiveStore(livePath(folder));
    try {
      const newest = listMonths(folder).at(-1);
      if (newest === undefined) throw new Error(`there is no month's file in ${folder}`);
      ({ earlier: this.#earlier, month: this.#month } = this.#open(newest));
      this.#finishBefore(newest);
    } catch (error) {
      this.#live.close();
      throw error;
    }
  }

  /** Number of the last batch that anything was written of. */
  get lastBatch(): number {
    return Math.max(this.#month.batch, this.#live.batch);
  }

  get live(): LiveStore {
    return this.#live;
  }

  /**
   * Write a batch; when it returns the batch is on disk. Records come first: a call is not forgotten before its records
   * are there, and after a crash between the two it is found in both places (see leftOpen).
   */
  commit({ number, records, journal }: Batch): CommitResult {
    if (records.length > 0) this.#turnMonth();
    const result = this.#month.commit(number, records);
    this.#live.commit(number, journal);
    return result;
  }

  /** True when the call's record is in the current file or the one before: the last that a crash can have cut off. */
  hasCall(callId: string): boolean {
    return this.#month.hasCall(callId) || this.#earlier.hasCall(callId);
  }

  close(): void {
    try {
      this.#live.close();
    } finally {
      this.#earlier.close();
      this.#month.close();
    }
  }

  #open(month: Month) {
    const earlier = new EarlierMonths(this.#folder, month);
    try {
      const path = monthPath(this.#folder, month);
      return {
        earlier,
        month: new MonthWriter({
          path,
          month,
          findEarlier: earlier.find,
          derived: this.#derived,
          log: this.#log,
        }),
      };
    } catch (error) {
      earlier.close();
      throw error;
    }
  }

  #turnMonth(): void {
    const now = this.#now();
    const month = this.#calendar.monthOf(now);
    if (month <= this.#month.month) return;
    const { batch, end } = this.#month;
    // There already when the last attempt failed behind this point.
    if (!existsSync(monthPath(this.#folder, month)))
      createMonth(this.#folder, { month, previous: end, batch, createdAt: now }, this.#derived);
    const opened = this.#open(month);
    const [before, earlierThen] = [this.#month, this.#earlier];
    this.#month = opened.month;
    this.#earlier = opened.earlier;
    earlierThen.close();
    before.close();
    finishMonth(monthPath(this.#folder, before.month), now);
  }

  /** A crash may have come between the new file and the last word in the old one. */
  #finishBefore(newest: Month): void {
    const before = listMonths(this.#folder)
      .filter((month) => month < newest)
      .at(-1);
    if (before !== undefined) finishMonth(monthPath(this.#folder, before), this.#now());
  }
}
