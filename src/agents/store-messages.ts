/** What passes between the program and the thread that keeps agents on disk. */
import type { StoredAccount } from './account-store.js';
import type { ContactChanges } from './contact-store.js';

export interface StoreSetup {
  /** See agentsPath. */
  readonly file: string;
  /** Revision of the accounts that the program has. */
  readonly revision: number;
  /** How often it is looked for changed accounts, milliseconds. */
  readonly pollMs: number;
}

export type StoreRequest =
  | { readonly type: 'write'; readonly number: number; readonly changes: ContactChanges }
  | { readonly type: 'close' };

export type StoreAnswer =
  | { readonly type: 'written'; readonly number: number }
  | { readonly type: 'refused'; readonly number: number; readonly message: string }
  /** Somebody changed accounts: all of them as they are now. */
  | { readonly type: 'accounts'; readonly accounts: readonly StoredAccount[] }
  | { readonly type: 'closed' };
