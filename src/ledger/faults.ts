import type { LedgerRecord } from './records.js';

/** Why a ledger could not be opened. `message` names the path, `remedy` says what to do. */
export interface LedgerFault {
  readonly code:
    | 'not-writable'
    | 'not-a-ledger'
    | 'newer-version'
    | 'locked'
    | 'missing'
    | 'unreadable'
    | 'two-ledgers';
  /** File or folder at fault. */
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

/** Something that went wrong, or right again, while the ledger was writing. */
export type LedgerTrouble =
  /** The disk refused; the entries wait in memory and are tried again. */
  | {
      readonly kind: 'refused';
      /** SQLite or system error code, e.g. `SQLITE_FULL`, `SQLITE_IOERR_WRITE`. */
      readonly code: string;
      readonly message: string;
      /** Entries that wait in memory. */
      readonly waiting: number;
      readonly retryInMs: number;
    }
  /** A batch was written after one or more refusals. */
  | { readonly kind: 'recovered'; readonly refusals: number }
  /** The disk refuses; the entries are on the disk of the spool. Comes with each attempt to write to the ledger. */
  | {
      readonly kind: 'spooling';
      /** As for `refused`. */
      readonly code: string;
      readonly message: string;
      /** Records that wait in the spool. */
      readonly records: number;
    }
  /** All that was in the spool is in the ledger. */
  | {
      readonly kind: 'caught-up';
      /** Records that were taken in. */
      readonly records: number;
      /** Lines of the spool that could not be read back. */
      readonly damaged: number;
    }
  /** More records wait in memory than may; these are in the log and nowhere else. */
  | { readonly kind: 'overflow'; readonly records: readonly LedgerRecord[] }
  /** A record came whose id the ledger already has with other contents; the first one stays. */
  | { readonly kind: 'conflict'; readonly recordKind: string; readonly id: string }
  /** A value that is not plain JSON was given for the journal; that entry is left out. */
  | { readonly kind: 'not-json'; readonly callId: string; readonly message: string };

/** The part of a logger that the ledger uses; pino fits. */
export interface LedgerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The code and text of anything thrown. */
export function errorText(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return { code, message: error.message };
}
