import type { JournalledCall, Ledger } from './ledger.js';
import type { LedgerRecord } from './records.js';

/** How a ledger in memory starts. */
export interface MemoryLedgerOptions {
  /** Calls that `leftOpen` gives back, as after a crash. */
  readonly leftOpen?: readonly JournalledCall[];
  /** Time source for `writtenAt`; UTC milliseconds. */
  readonly now?: () => number;
}

/**
 * A ledger in memory, for tests and simulations, with the promises of the real one: entries land in
 * order, the journal keeps the last state of a call, a record whose id is there already is left out.
 * Snapshots go through JSON, so what would not survive a restart does not survive here either.
 */
export class MemoryLedger implements Ledger {
  readonly #records: LedgerRecord[] = [];
  readonly #ids = new Set<string>();
  readonly #journal = new Map<string, { readonly text: string; readonly writtenAt: number }>();
  readonly #leftOpen: readonly JournalledCall[];
  readonly #now: () => number;

  constructor(options: MemoryLedgerOptions = {}) {
    this.#leftOpen = options.leftOpen ?? [];
    this.#now = options.now ?? Date.now;
    for (const { callId, snapshot, writtenAt } of this.#leftOpen)
      this.#journal.set(callId, { text: JSON.stringify(snapshot), writtenAt });
  }

  /** All records, in the order they were given. */
  get records(): readonly LedgerRecord[] {
    return this.#records;
  }

  /** Live calls as a restart would find them now. */
  get journalled(): readonly JournalledCall[] {
    return [...this.#journal].map(([callId, { text, writtenAt }]) => ({
      callId,
      snapshot: JSON.parse(text) as unknown,
      writtenAt,
    }));
  }

  journal(callId: string, snapshot: unknown): void {
    this.#journal.set(callId, { text: JSON.stringify(snapshot), writtenAt: this.#now() });
  }

  append(records: readonly LedgerRecord[], closes?: string): void {
    for (const record of records) {
      const key = `${record.kind} ${record.id}`;
      if (this.#ids.has(key)) continue;
      this.#ids.add(key);
      this.#records.push(record);
    }
    if (closes !== undefined) this.#journal.delete(closes);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  leftOpen(): readonly JournalledCall[] {
    return this.#leftOpen;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
