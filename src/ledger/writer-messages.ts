import type { Conflict } from './month-writer.js';
import type { Batch } from './writer-store.js';

/** What the writer's thread is started with. */
export interface WriterSetup {
  /** Folder of the ledger, which is there. */
  readonly folder: string;
  /** Time zone whose months they are; IANA name. */
  readonly timezone: string;
  /** Folder that batches are kept in while the disk of the ledger refuses; null for none. */
  readonly spool: string | null;
  /** Whether the files of a new ledger are still to be made: the disk was full at the start. */
  readonly begin: boolean;
}

/** To the writer. */
export type WriterRequest = { readonly type: 'commit'; readonly batch: Batch } | { readonly type: 'close' };

/** From the writer. */
export type WriterAnswer =
  | {
      readonly type: 'committed';
      readonly number: number;
      readonly conflicts: readonly Conflict[];
    }
  | { readonly type: 'refused'; readonly code: string; readonly message: string }
  /** The ledger refuses; so many records wait in the spool. */
  | { readonly type: 'spooling'; readonly code: string; readonly message: string; readonly records: number }
  /** All that waited in the spool is in the ledger. */
  | { readonly type: 'caught-up'; readonly records: number; readonly damaged: number }
  /** Of records that were in the spool. */
  | { readonly type: 'conflicts'; readonly conflicts: readonly Conflict[] }
  | { readonly type: 'closed'; readonly problem: string | null };
