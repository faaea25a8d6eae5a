import { errorText } from './faults.js';
import type { JournalEntry } from './live-store.js';
import type { CommitResult, Conflict } from './month-writer.js';
import type { LedgerRecord } from './records.js';
import type { Spool } from './spool.js';
import type { Batch } from './writer-store.js';

/** The part of the writing end of the ledger that is used here. */
export interface BatchStore {
  /** Number of the last batch that anything was written of. */
  readonly lastBatch: number;
  commit(batch: Batch): CommitResult;
  close(): void;
}

/** Hears how it stands with the spool. */
export interface SpoolListener {
  /** The ledger's disk refuses; `records` wait in the spool. Comes with each attempt. */
  spooling(state: { readonly code: string; readonly message: string; readonly records: number }): void;
  /** All that waited is in the ledger. */
  caughtUp(state: { readonly records: number; readonly damaged: number }): void;
  /** Records of the spool whose ids were there with other contents. */
  conflicts(conflicts: readonly Conflict[]): void;
}

/** Records that are taken from the spool at once, so that new batches do not wait for long. */
const MAX_RECORDS = 1000;
const MAX_BATCHES = 200;

/**
 * Writes batches to the ledger. Where its disk refuses, they go to the spool, and count as durable there; they are
 * taken in, oldest first, as soon as the disk is well again. As long as anything waits in the spool all batches go
 * through it, so nothing ever overtakes. Without a spool a refusal is the caller's.
 */
export class SpoolingWriter {
  readonly #openStore: () => BatchStore;
  readonly #spool: Spool | null;
  readonly #listener: SpoolListener;
  #store: BatchStore | null = null;
  #taken = 0;

  /** `openStore` is called when something is to be written, and again after each refusal. */
  constructor(openStore: () => BatchStore, spool: Spool | null, listener: SpoolListener) {
    this.#openStore = openStore;
    this.#spool = spool;
    this.#listener = listener;
  }

  /** True while batches wait in the spool: call `takeIn`. */
  get behind(): boolean {
    return this.#spool?.empty === false;
  }

  /** Records in the spool. */
  get waiting(): number {
    return this.#spool?.figures.records ?? 0;
  }

  /** Make a batch durable. Throws errors of the disk when neither takes it. */
  commit(batch: Batch): readonly Conflict[] {
    const spool = this.#spool;
    if (spool === null) return this.#write(batch);
    if (!spool.empty) {
      spool.append(batch);
      return [];
    }
    try {
      return this.#write(batch);
    } catch (error) {
      this.#keep(spool, batch, error);
      return [];
    }
  }

  /**
   * Take some of what waits in the spool into the ledger; false when the disk still refuses. Throws what the disk of
   * the spool says.
   */
  takeIn(): boolean {
    const spool = this.#spool;
    if (spool === null || spool.empty) return true;
    const batches = spool.peek(MAX_BATCHES, MAX_RECORDS);
    try {
      const conflicts = this.#write(merged(batches), 'renumber');
      if (conflicts.length > 0) this.#listener.conflicts(conflicts);
    } catch (error) {
      this.#listener.spooling({ ...errorText(error), records: spool.figures.records });
      return false;
    }
    this.#taken += batches.reduce((sum, { records }) => sum + records.length, 0);
    spool.drop();
    if (!spool.empty) return true;
    this.#listener.caughtUp({ records: this.#taken, damaged: spool.figures.damaged });
    this.#taken = 0;
    return true;
  }

  /**
   * Take in what waits, as far as the disk takes it, and close the files. What is left in the spool is there for the next
   * run. Throws errors of the disk only where nothing else holds what was to be written.
   */
  close(): void {
    while (this.behind && this.takeIn()) {
      // On to the next ones.
    }
    const left = this.behind;
    this.#spool?.close();
    try {
      // Opened also when nothing was written, so that what a crash left in the log comes into the file.
      (this.#store ?? this.#openStore()).close();
    } catch (error) {
      if (!left) throw error;
    }
  }

  /**
   * Batches that waited in the spool get a number that is new to the ledger, which leaves out what it has: a spool may
   * come back after a run without it. What of them is in already is known by the ids of its records.
   */
  #write(batch: Batch, numbers: 'keep' | 'renumber' = 'keep'): readonly Conflict[] {
    try {
      this.#store ??= this.#openStore();
      const number = numbers === 'keep' ? batch.number : Math.max(batch.number, this.#store.lastBatch + 1);
      return this.#store.commit({ ...batch, number }).conflicts;
    } catch (error) {
      this.#discard();
      throw error;
    }
  }

  #keep(spool: Spool, batch: Batch, refusal: unknown): void {
    const { code, message } = errorText(refusal);
    try {
      spool.append(batch);
    } catch (error) {
      throw Object.assign(new Error(`${message}; nor does the spool take it: ${errorText(error).message}`), {
        code,
      });
    }
    this.#listener.spooling({ code, message, records: spool.figures.records });
  }

  /** After an error the next attempt gets a fresh connection: the disk may have gone and come back. */
  #discard(): void {
    try {
      this.#store?.close();
    } catch {
      // Closing checkpoints, which the disk refuses too; the log keeps what was committed.
    }
    this.#store = null;
  }
}

/** Batches in a row as one: all their records, and the last word on each call. */
function merged(batches: readonly Batch[]): Batch {
  const journal = new Map<string, JournalEntry>();
  for (const batch of batches)
    for (const entry of batch.journal) {
      // A call that was forgotten and is there again comes last, as it would have one by one.
      journal.delete(entry.callId);
      journal.set(entry.callId, entry);
    }
  const records: LedgerRecord[] = batches.flatMap((batch) => batch.records);
  return { number: batches.at(-1)?.number ?? 0, records, journal: [...journal.values()] };
}
