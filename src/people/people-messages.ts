import type { AuditRecord } from '../ledger/records.js';
import type { StoredPerson } from './person.js';
import type { StoredToken } from './token.js';

/** All accounts and tokens as they are on disk. */
export interface StoredAccounts {
  readonly people: readonly StoredPerson[];
  readonly tokens: readonly StoredToken[];
}

/** What the thread that looks after the file says. */
export type FromPeopleWorker =
  | { readonly kind: 'accounts'; readonly accounts: StoredAccounts }
  /** What the command line did, to be written into the ledger; to be answered by `audited`. */
  | { readonly kind: 'audits'; readonly audits: readonly AuditRecord[] };

/** What it is told. */
export type ToPeopleWorker =
  /** Ids of the audits that are in the ledger; none when it refused. */
  | { readonly kind: 'audited'; readonly ids: readonly string[] }
  /** When secrets of tokens were last used: by digest, UTC milliseconds. */
  | { readonly kind: 'used'; readonly uses: ReadonlyMap<string, number> };
