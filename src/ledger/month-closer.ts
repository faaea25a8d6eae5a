import type { Worker } from 'node:worker_threads';
import { isStillSo, type Unstated } from './close-months.js';
import type { LedgerLog } from './faults.js';
import { type Month, MonthCalendar } from './month.js';
import type { AuditRecord } from './records.js';
import { startWorker } from './start-worker.js';
import { closingRecord } from './statements.js';

/** What the thread is started with. */
export interface ClosingSetup {
  readonly folder: string;
}

/** What the thread says, once. */
export type ClosingAnswer =
  | ({ readonly ok: true } & Unstated)
  | { readonly ok: false; readonly message: string };

export interface MonthCloserOptions {
  readonly folder: string;
  /** Time zone whose months they are; IANA name. */
  readonly timezone: string;
  append(record: AuditRecord): void;
  readonly log?: LedgerLog | undefined;
}

/** How soon to look again where a month could not be closed, or the file of the next one is still to come; milliseconds. */
const AGAIN_MS = 10 * 60_000;

/** Has the ledger state how each finished month's file is, in a thread of its own: a file is read through for it. */
export class MonthCloser {
  readonly #options: MonthCloserOptions;
  readonly #calendar: MonthCalendar;
  #worker: Worker | null = null;
  /** All months before this one are closed. */
  #newest: Month = '';
  #notBefore = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(options: MonthCloserOptions) {
    this.#options = options;
    this.#calendar = new MonthCalendar(options.timezone);
  }

  /**
   * Look for finished months where there may be one. To be called whenever something was written; costs nothing then.
   *
   * @param now UTC milliseconds
   */
  check(now: number): void {
    if (this.#stopped || this.#worker !== null || now < this.#notBefore) return;
    if (this.#calendar.monthOf(now) <= this.#newest) return;
    this.#notBefore = now + AGAIN_MS;
    const setup: ClosingSetup = { folder: this.#options.folder };
    const worker = startWorker('closing-worker', import.meta.url, setup);
    this.#worker = worker;
    // The program may end meanwhile: the next start does it.
    worker.unref();
    worker.on('message', (answer: ClosingAnswer) => this.#heard(answer, now));
    worker.on('error', (error) => this.#heard({ ok: false, message: error.message }, now));
    worker.on('exit', () => {
      this.#worker = null;
    });
  }

  /** Resolves when the thread has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#worker?.terminate();
  }

  #heard(answer: ClosingAnswer, now: number): void {
    if (this.#stopped) return;
    const { append, log } = this.#options;
    if (!answer.ok) {
      log?.warn({ problem: answer.message }, 'ledger: a finished month could not be closed');
      return;
    }
    const { folder } = this.#options;
    // Changed meanwhile, as by an erasure: whoever did it states how it is then.
    const closings = answer.closings.filter((closing) => isStillSo(folder, closing));
    for (const closing of closings) {
      append(closingRecord(closing, now));
      log?.info(closing, 'ledger: a month is closed');
    }
    if (answer.busy.length === 0) this.#newest = answer.newest;
  }
}
