import type { LedgerRecord } from './records.js';

/** A call that was live when the program last wrote, as the core serialised it. */
export interface JournalledCall {
  readonly callId: string;
  readonly snapshot: unknown;
  /** UTC milliseconds of the last write. */
  readonly writtenAt: number;
}

/**
 * The write side of the ledger. Calls are journalled at each step and their records appended as they
 * become final. Everything given to one instance lands in the order it was given; several entries share
 * one commit. Nothing here blocks on the disk.
 */
export interface Ledger {
  /** Remember the state of a live call. The value must be plain JSON and must not change afterwards. */
  journal(callId: string, snapshot: unknown): void;
  /** Add final records, and forget the live call once they are durable, when `closes` names one. */
  append(records: readonly LedgerRecord[], closes?: string): void;
  /**
   * Resolves when everything given so far is on disk. Rejects when the disk refuses; the entries stay and
   * are tried again.
   */
  flush(): Promise<void>;
  /** Calls left open by a crash; empty after an orderly stop. Read once, at start. */
  leftOpen(): readonly JournalledCall[];
  /** Flush, then close the files. Rejects when the disk refuses to the end; what was not written is lost. */
  close(): Promise<void>;
}
