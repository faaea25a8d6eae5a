import Database from 'better-sqlite3';
import { closingsAfter } from './close-months.js';
import { DERIVED, type DerivedTable, outdated, rebuild } from './derived.js';
import { listMonths, monthPath } from './ledger-folder.js';
import type { Month } from './month.js';
import type { AuditRecord } from './records.js';
import { closeWritten, prepareForWriting } from './sqlite-file.js';
import { closingRecord, openingRecord } from './statements.js';

export interface RebuildParts {
  /** Folder of the ledger, which nobody else writes. */
  readonly folder: string;
  /** This month alone; else all. */
  readonly month?: Month | undefined;
  /** Also tables that are of the version of this program. */
  readonly force: boolean;
  /** Writes a record of the ledger; resolves when it is on disk. */
  append(record: AuditRecord): Promise<void>;
  /** UTC milliseconds. */
  readonly now: () => number;
  readonly derived?: readonly DerivedTable[];
  readonly onProgress?: (month: Month, records: number) => void;
}

/**
 * Make the derived tables of months anew from their records: those that a file lacks or has in another version, or all. A
 * month is done as a whole or not at all, so that cut off, the next time goes on with the months that are left. Resolves to
 * the months that were changed; rejects with errors of the disk.
 */
export async function rebuildMonths(parts: RebuildParts): Promise<readonly Month[]> {
  const { folder, force, append, now, derived = DERIVED } = parts;
  const months = listMonths(folder);
  const changed: Month[] = [];
  for (const month of months) {
    if (month !== (parts.month ?? month)) continue;
    const path = monthPath(folder, month);
    const stale = force ? derived : outdatedIn(path, derived);
    if (stale.length === 0) continue;
    if (month !== months.at(-1)) await append(openingRecord(month, 'derived tables are made anew', now()));
    const db = new Database(path, { fileMustExist: true });
    try {
      prepareForWriting(db);
      rebuild(db, stale, (records) => parts.onProgress?.(month, records));
    } finally {
      closeWritten(db);
    }
    changed.push(month);
  }
  for (const closing of closingsAfter(folder, changed)) await append(closingRecord(closing, now()));
  return changed;
}

function outdatedIn(path: string, derived: readonly DerivedTable[]): readonly DerivedTable[] {
  const db = new Database(path, { readonly: true, fileMustExist: true });
  try {
    return outdated(db, derived);
  } finally {
    db.close();
  }
}
