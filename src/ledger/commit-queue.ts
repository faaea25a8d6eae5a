import type { LedgerTrouble } from './faults.js';
import { errorText } from './faults.js';
import type { JournalEntry } from './live-store.js';
import type { LedgerRecord } from './records.js';
import type { Batch } from './writer-store.js';

/** Time as the queue sees it. */
export interface QueueClock {
  /** UTC milliseconds. */
  now(): number;
  /** Milliseconds of a clock that nobody sets. */
  elapsed(): number;
  /** Returns the function that cancels. */
  after(ms: number, action: () => void): () => void;
}

/** What the queue needs from its surroundings. */
export interface QueueOptions {
  /** Number of the first batch: one more than the last that the file has. */
  readonly firstBatch: number;
  /** A batch is sent at most this often; what comes when none was sent for so long goes at once. Milliseconds. */
  readonly commitMs: number;
  /** Records that wait in memory at most while the writer refuses; what comes beyond goes to the log. */
  readonly mostWaiting: number;
  readonly clock: QueueClock;
  /** Hands a batch to the writer, who answers by `committed` or `refused`. */
  send(batch: Batch): void;
  onTrouble(trouble: LedgerTrouble): void;
  /** Hears of each batch that is on disk how long its oldest entry waited for that; milliseconds. */
  onDurable?: ((waitedMs: number) => void) | undefined;
}

/** Records in one batch at most, so that a long refusal is not followed by one huge transaction. */
const MAX_RECORDS = 2000;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5000;
const FORGOTTEN = Symbol('forgotten');

interface Pending {
  readonly snapshot: unknown;
  readonly writtenAt: number;
}

interface InFlight {
  readonly batch: Batch;
  /** Position of the last entry that is durable with this batch. */
  readonly upTo: number;
  /** When the oldest entry in it was given, by `elapsed`. */
  readonly since: number;
}

interface Waiter {
  readonly upTo: number;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Collects entries into batches: one on its way at a time, in order, sent again until the writer has it.
 * A call's journal keeps its last state only. Records come before journal entries within a batch, so a
 * live call is never forgotten before its records are durable.
 */
export class CommitQueue {
  readonly #options: QueueOptions;
  #records: LedgerRecord[] = [];
  readonly #journal = new Map<string, Pending>();
  #given = 0;
  #durable = 0;
  #number: number;
  #inFlight: InFlight | null = null;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** When the oldest entry that is not in a batch was given; null when there is none. */
  #since: number | null = null;
  #cancelTimer: (() => void) | null = null;
  #refusals = 0;
  #waiters: Waiter[] = [];

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#number = options.firstBatch;
  }

  /** Entries that are not on disk yet; several states of one call count as several. */
  get waiting(): number {
    return this.#given - this.#durable;
  }

  journal(callId: string, snapshot: unknown): void {
    this.#take();
    this.#journal.set(callId, { snapshot, writtenAt: this.#options.clock.now() });
    this.#schedule();
  }

  append(records: readonly LedgerRecord[], closes: string | undefined): void {
    if (records.length === 0 && closes === undefined) return;
    this.#take();
    const room = Math.max(0, this.#options.mostWaiting - this.#records.length);
    for (const record of records.slice(0, room)) this.#records.push(record);
    if (records.length > room) this.#options.onTrouble({ kind: 'overflow', records: records.slice(room) });
    if (closes !== undefined) this.#journal.set(closes, { snapshot: FORGOTTEN, writtenAt: 0 });
    this.#schedule();
  }

  /** Resolves when all given so far is durable; rejects at the next refusal. */
  flush(): Promise<void> {
    if (this.waiting === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ upTo: this.#given, resolve, reject });
      if (this.#inFlight === null) this.#sendNow();
    });
  }

  /** The writer has this batch on disk. */
  committed(number: number): void {
    if (this.#inFlight?.batch.number !== number) return;
    const { upTo, since } = this.#inFlight;
    this.#durable = upTo;
    this.#inFlight = null;
    this.#options.onDurable?.(this.#options.clock.elapsed() - since);
    if (this.#refusals > 0) {
      this.#options.onTrouble({ kind: 'recovered', refusals: this.#refusals });
      this.#refusals = 0;
    }
    const done = this.#waiters.filter(({ upTo }) => upTo <= this.#durable);
    this.#waiters = this.#waiters.filter(({ upTo }) => upTo > this.#durable);
    for (const waiter of done) waiter.resolve();
    if (this.#waiters.length > 0) this.#sendNow();
    else this.#schedule();
  }

  /** The writer could not write the batch on its way; it is sent again after a while. */
  refused(code: string, message: string): void {
    if (this.#inFlight === null) return;
    const retryInMs = Math.min(FIRST_RETRY_MS * 2 ** this.#refusals, LAST_RETRY_MS);
    this.#refusals += 1;
    const { batch } = this.#inFlight;
    this.#cancelTimer = this.#options.clock.after(retryInMs, () => {
      this.#cancelTimer = null;
      this.#options.send(batch);
    });
    this.#options.onTrouble({ kind: 'refused', code, message, waiting: this.waiting, retryInMs });
    const error = new Error(`the ledger could not be written (${code}): ${message}`);
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  /** Stop all timers. */
  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #take(): void {
    this.#given += 1;
    this.#since ??= this.#options.clock.elapsed();
  }

  #schedule(): void {
    if (this.#inFlight !== null || this.#cancelTimer !== null) return;
    if (this.#records.length === 0 && this.#journal.size === 0) return;
    const { clock, commitMs } = this.#options;
    const left = commitMs - (clock.elapsed() - this.#sentAt);
    // A timer also when nothing is left: what is given in one go belongs in one batch.
    this.#cancelTimer = clock.after(Math.max(0, left), () => {
      this.#cancelTimer = null;
      this.#sendNow();
    });
  }

  #sendNow(): void {
    this.stop();
    const records = this.#records.slice(0, MAX_RECORDS);
    this.#records = this.#records.slice(MAX_RECORDS);
    const rest = this.#records.length;
    const journal = rest === 0 ? this.#takeJournal() : [];
    const batch: Batch = { number: this.#number, records, journal };
    this.#number += 1;
    // While records are left over, nothing after the last durable entry is certain: journal entries that
    // were given between them still wait.
    this.#sentAt = this.#options.clock.elapsed();
    this.#inFlight = {
      batch,
      upTo: rest === 0 ? this.#given : this.#durable,
      since: this.#since ?? this.#sentAt,
    };
    if (rest === 0) this.#since = null;
    this.#options.send(batch);
  }

  #takeJournal(): JournalEntry[] {
    const entries: JournalEntry[] = [];
    for (const [callId, { snapshot, writtenAt }] of this.#journal) {
      if (snapshot === FORGOTTEN) {
        entries.push({ callId, snapshot: null, writtenAt });
        continue;
      }
      try {
        const text: string | undefined = JSON.stringify(snapshot);
        if (text === undefined) throw new TypeError('the value has no JSON form');
        entries.push({ callId, snapshot: text, writtenAt });
      } catch (error) {
        this.#options.onTrouble({ kind: 'not-json', callId, message: errorText(error).message });
      }
    }
    this.#journal.clear();
    return entries;
  }
}
