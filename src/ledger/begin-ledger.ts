import { GENESIS } from './chain.js';
import type { DerivedTable } from './derived.js';
import { listMonths, livePath } from './ledger-folder.js';
import { createLive } from './live-store.js';
import { MonthCalendar } from './month.js';
import { createMonth } from './month-file.js';

export interface BeginLedgerOptions {
  /** Folder of the ledger, which is there. */
  readonly folder: string;
  /** Time zone whose months they are; IANA name. Default Asia/Shanghai. */
  readonly timezone?: string | undefined;
  /** UTC milliseconds. */
  readonly now: number;
  readonly derived?: readonly DerivedTable[] | undefined;
}

/**
 * Make the first month's file and that of the live calls where there is none. Only the start of the program does so:
 * later, a folder without them is a disk that has gone, not a new ledger. Throws errors of the disk.
 */
export function beginLedger({ folder, timezone, now, derived }: BeginLedgerOptions): void {
  createLive(livePath(folder));
  if (listMonths(folder).length > 0) return;
  const month = new MonthCalendar(timezone).monthOf(now);
  const previous = { file: null, hash: GENESIS, count: 0 };
  createMonth(folder, { month, previous, batch: 0, createdAt: now }, derived);
}
