import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beginLedger } from './begin-ledger.js';
import { RECORD_KINDS, type RecordKind, TABLES } from './columns.js';
import type { LedgerFault, LedgerLog } from './faults.js';
import { ledgerFolder, listMonths } from './ledger-folder.js';
import { MonthCalendar } from './month.js';
import { MonthFiles } from './month-files.js';
import { hasOldLedger, judgeOldLedger, keptLedgerPath, OldLedger, oldLedgerPath } from './old-ledger.js';
import type { AuditRecord, LedgerRecord } from './records.js';
import { unreadable } from './sqlite-file.js';
import { verifySteps } from './verify-ledger.js';
import { WriterStore } from './writer-store.js';

export interface TakeOverOptions {
  /** Data folder, whose lock is held. */
  readonly dir: string;
  readonly timezone: string;
  /** UTC milliseconds. */
  readonly now: () => number;
  readonly log?: LedgerLog | undefined;
  readonly onProgress?: (records: number, total: number) => void;
}

export type TakeOverResult =
  /** There was nothing to take over. */
  | { readonly ok: true; readonly records: null }
  /** `broken` tells what was wrong with the old chain before; null when nothing was. */
  | { readonly ok: true; readonly records: number; readonly broken: string | null; readonly kept: string }
  | { readonly ok: false; readonly fault: LedgerFault };

/** Records in one transaction. */
const BATCH = 2000;
/** Records between two lines of the log. */
const STRIDE = 100_000;

/**
 * Take over a ledger of the old kind, one file for all, if the data folder has one: record by record in order, into the
 * files of the months in which they ended, under the numbers that they had; checked against the old chain on the way, and
 * as a whole against the new one afterwards. The old file stays under another name. Cut off at any moment, it begins anew
 * the next time, or has been done. Blocks until it is done.
 */
export function takeOverOldLedger(options: TakeOverOptions): TakeOverResult {
  const { dir, log } = options;
  if (!hasOldLedger(dir)) return { ok: true, records: null };
  const fault = judgeOldLedger(dir);
  if (fault !== null) return { ok: false, fault };
  try {
    const done = existsSync(ledgerFolder(dir)) && listMonths(ledgerFolder(dir)).length > 0;
    if (done && !tookOver(dir)) return { ok: false, fault: twoLedgers(dir) };
    const result = done ? null : copy(options);
    // From here on there is nothing to be done but the name.
    renameSync(oldLedgerPath(dir), keptLedgerPath(dir));
    log?.info(
      { kept: keptLedgerPath(dir) },
      'ledger: the old ledger was taken over, and kept under another name',
    );
    return result ?? { ok: true, records: 0, broken: null, kept: keptLedgerPath(dir) };
  } catch (error) {
    return { ok: false, fault: unreadable(oldLedgerPath(dir), error) };
  }
}

function copy(options: TakeOverOptions): TakeOverResult {
  const { dir, log } = options;
  const folder = join(resolve(dir), 'ledger.taking-over');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o750 });
  const old = new OldLedger(oldLedgerPath(dir));
  try {
    const total = old.head().count;
    log?.info({ file: oldLedgerPath(dir), records: total }, 'ledger: taking over the old ledger into months');
    const broken = copyRecords(old, folder, options);
    if (broken !== null)
      log?.error(
        { broken },
        'ledger: the old ledger was not as it had been written; what is there was taken over',
      );
    check(folder, old);
    finish(folder, old, broken, options);
    renameSync(folder, ledgerFolder(dir));
    return { ok: true, records: total, broken, kept: keptLedgerPath(dir) };
  } finally {
    old.close();
  }
}

/** The moment at which a record was written, as far as it tells: no later than now. */
function endOf(record: LedgerRecord, now: number): number {
  const end =
    record.kind === 'audit'
      ? record.doneAt
      : record.kind === 'transfer'
        ? (record.completedAt ?? record.failedAt ?? record.requestedAt)
        : record.endedAt;
  return Number.isFinite(end) ? Math.min(end, now) : now;
}

/** Returns what was wrong with the old chain; null when nothing was. */
function copyRecords(
  old: OldLedger,
  folder: string,
  { timezone, now, log, onProgress }: TakeOverOptions,
): string | null {
  const calendar = new MonthCalendar(timezone);
  const total = old.head().count;
  const steps = old.records();
  let step = steps.next();
  const first = step.done === true ? now() : endOf(step.value.record, now());
  beginLedger({ folder, timezone, now: first });
  let moment = first;
  const store = new WriterStore({ folder, timezone, now: () => moment });
  let batch: LedgerRecord[] = [];
  let copied = 0;
  const write = (): void => {
    if (batch.length === 0) return;
    store.commit({ number: store.lastBatch + 1, records: batch, journal: [] });
    if (Math.floor(copied / STRIDE) < Math.floor((copied + batch.length) / STRIDE))
      log?.info({ records: copied + batch.length, total }, 'ledger: records taken over');
    copied += batch.length;
    batch = [];
    onProgress?.(copied, total);
  };
  try {
    for (; step.done !== true; step = steps.next()) {
      const end = endOf(step.value.record, now());
      if (batch.length === BATCH || calendar.monthOf(end) > calendar.monthOf(moment)) write();
      moment = Math.max(moment, end);
      batch.push(step.value.record);
    }
    write();
    return step.value;
  } finally {
    store.close();
  }
}

/** The copy must be whole: its chain fits, and there are as many records of each kind. Throws when it is not. */
function check(folder: string, old: OldLedger): void {
  const steps = verifySteps(folder);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  if (!step.value.ok) throw new Error(`the copy does not verify: ${step.value.break.message}`);
  const months = new MonthFiles(folder);
  try {
    for (const kind of RECORD_KINDS) {
      const copied = countOf(months, kind);
      if (copied !== old.count(kind))
        throw new Error(`the copy has ${copied} records of kind ${kind} instead of ${old.count(kind)}`);
    }
  } finally {
    months.close();
  }
}

function countOf(months: MonthFiles, kind: RecordKind): number {
  let count = 0;
  for (const { db } of months.each('oldest'))
    count += Number(db.prepare(`SELECT count(*) FROM ${TABLES[kind].table}`).pluck().get());
  return count;
}

/** Live calls, and a record of what was done. */
function finish(
  folder: string,
  old: OldLedger,
  broken: string | null,
  { timezone, now }: TakeOverOptions,
): void {
  const { count, hash } = old.head();
  const doneAt = now();
  const record: AuditRecord = {
    kind: 'audit',
    id: `taken-over-${hash.slice(0, 16)}`,
    doneAt,
    actor: 'onekey',
    action: 'ledger-taken-over',
    subject: `${count}:${hash}`,
    callId: null,
    detail: broken === null ? 'all as it was written' : `broken before: ${broken}`,
  };
  const store = new WriterStore({ folder, timezone, now });
  try {
    store.commit({ number: store.lastBatch + 1, records: [record], journal: old.liveCalls() });
  } finally {
    store.close();
  }
}

/** True when the months that are there came from the old file that is still there. */
function tookOver(dir: string): boolean {
  const old = new OldLedger(oldLedgerPath(dir));
  const months = new MonthFiles(ledgerFolder(dir));
  try {
    const { count, hash } = old.head();
    for (const { db } of months.each('oldest')) {
      const found = db
        .prepare("SELECT 1 FROM audits WHERE action = 'ledger-taken-over' AND subject = ?")
        .get(`${count}:${hash}`);
      if (found !== undefined) return true;
    }
    return false;
  } finally {
    months.close();
    old.close();
  }
}

function twoLedgers(dir: string): LedgerFault {
  const path = oldLedgerPath(dir);
  return {
    code: 'two-ledgers',
    path,
    message: `there are two ledgers: ${path}, as older versions wrote it, and the months in ${ledgerFolder(dir)}, which are not of it`,
    remedy:
      'Move the one that does not belong there away; an old file is taken over into a folder without months.',
  };
}
