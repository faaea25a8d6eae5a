import type { Batch, Conflict } from './writer-store.js';

/** What the writer's thread is started with. */
export interface WriterSetup {
  /** Path of the ledger file, which exists and has its tables. */
  readonly file: string;
}

/** To the writer. */
export type WriterRequest = { readonly type: 'commit'; readonly batch: Batch } | { readonly type: 'close' };

/** From the writer. */
export type WriterAnswer =
  | { readonly type: 'committed'; readonly number: number; readonly conflicts: readonly Conflict[] }
  | { readonly type: 'refused'; readonly code: string; readonly message: string }
  | { readonly type: 'closed'; readonly problem: string | null };
