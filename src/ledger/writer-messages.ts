import type { Conflict } from './month-writer.js';
import type { Batch } from './writer-store.js';

/** What the writer's thread is started with. */
export interface WriterSetup {
  /** Folder of the ledger, which is there. */
  readonly folder: string;
  /** Time zone whose months they are; IANA name. */
  readonly timezone: string;
}

/** To the writer. */
export type WriterRequest = { readonly type: 'commit'; readonly batch: Batch } | { readonly type: 'close' };

/** From the writer. */
export type WriterAnswer =
  | { readonly type: 'committed'; readonly number: number; readonly conflicts: readonly Conflict[] }
  | { readonly type: 'refused'; readonly code: string; readonly message: string }
  | { readonly type: 'closed'; readonly problem: string | null };
