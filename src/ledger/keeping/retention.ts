import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { errorText, type LedgerLog } from '../faults.js';
import type { Ledger } from '../ledger.js';
import { listMonths, monthPath } from '../ledger-folder.js';
import { readHead, readMeta, readPrevious } from '../meta.js';
import type { Month } from '../month.js';
import { syncFolder } from '../sync-folder.js';
import { type ChainSpan, deletionRecord } from './deleted-months.js';
import type { Hold, Holds } from './holds.js';

/** What retention works with. */
export interface RetentionParts {
  /** Folder of the ledger. */
  readonly folder: string;
  readonly ledger: Pick<Ledger, 'append' | 'flush'>;
  readonly holds: Pick<Holds, 'active'>;
  readonly log: LedgerLog;
}

/** Months whose files are in use by the writer, also across the turn of a month: never deleted. */
const IN_USE = 2;

/** The month that is so many before another. */
export function monthsBefore(month: Month, count: number): Month {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 - count)).toISOString().slice(0, 7);
}

/**
 * Delete the files of months whose time is over: those before the `keep` months before the current one. The audit record
 * of a deletion is durable before the file goes. A month with records that are held stays, as long as they are. Resolves
 * to the months that were deleted; what the disk refuses is logged, and tried again the next time.
 *
 * @param current the month of now
 * @param keep whole months besides the current one; 0 keeps all
 */
export async function deleteOldMonths(
  { folder, ledger, holds, log }: RetentionParts,
  current: Month,
  keep: number,
  now: number,
): Promise<readonly Month[]> {
  if (keep === 0) return [];
  const months = listMonths(folder);
  const [before] = months.slice(-IN_USE);
  if (before === undefined) return [];
  // A clock that jumps years ahead must not cost years: no more than a month passes between two files.
  const nextToBefore = monthsBefore(before, -1);
  const first = monthsBefore(current < nextToBefore ? current : nextToBefore, keep);
  const old = months.slice(0, -IN_USE).filter((month) => month < first);
  const deleted: Month[] = [];
  for (const month of old) {
    try {
      const judged = judge(folder, month, holds.active());
      if (!judged.ok) {
        log.info({ month, holds: judged.holds }, `ledger: a month whose time is over stays: ${judged.why}`);
        continue;
      }
      const stays =
        listMonths(folder)
          .filter((other) => other < month)
          .at(-1) ?? null;
      ledger.append([deletionRecord(month, { ...judged.span, stays }, now)]);
      await ledger.flush();
      removeMonth(folder, month);
      log.info({ month, records: judged.span.end.count - judged.span.start.count }, 'ledger: month deleted');
      deleted.push(month);
    } catch (error) {
      log.error({ month, ...errorText(error) }, 'ledger: a month whose time is over could not be deleted');
    }
  }
  return deleted;
}

type Judged =
  | { readonly ok: true; readonly span: ChainSpan }
  | { readonly ok: false; readonly why: string; readonly holds: readonly string[] };

/** Whether a month may go; read from its file. */
function judge(folder: string, month: Month, holds: readonly Hold[]): Judged {
  const db = new Database(monthPath(folder, month), { readonly: true, fileMustExist: true, timeout: 2000 });
  try {
    const start = readPrevious(db);
    const end = readHead(db);
    if (start === undefined || end === undefined || readMeta(db, 'closed_at') === undefined)
      return { ok: false, why: 'its file is not complete; run onekey ledger verify', holds: [] };
    const holding = holds.filter((hold) => isIn(db, month, hold));
    if (holding.length > 0)
      return { ok: false, why: 'some of its records are held', holds: holding.map(({ id }) => id) };
    return { ok: true, span: { start: { count: start.count, hash: start.hash }, end } };
  } finally {
    db.close();
  }
}

/** Whether a month's file has anything that a hold is about. */
function isIn(db: Database.Database, month: Month, { target }: Hold): boolean {
  const there = (sql: string, value: string): boolean => db.prepare(sql).get(value) !== undefined;
  switch (target.kind) {
    case 'month':
      return target.month === month;
    case 'call':
      return (
        there('SELECT 1 FROM calls WHERE id = ?', target.callId) ||
        there('SELECT 1 FROM legs WHERE call_id = ? LIMIT 1', target.callId)
      );
    case 'caller':
      return (
        there('SELECT 1 FROM calls WHERE caller_number = ? LIMIT 1', target.number) ||
        there('SELECT 1 FROM legs WHERE caller_number = ? LIMIT 1', target.number)
      );
  }
}

function removeMonth(folder: string, month: Month): void {
  const path = monthPath(folder, month);
  for (const suffix of ['-wal', '-shm', '']) rmSync(path + suffix, { force: true });
  syncFolder(folder);
}
