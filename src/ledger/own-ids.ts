import { CallScope, withOwnCallBack } from './call-scope.js';
import type { MonthFiles } from './month-files.js';
import type { AuditRecord, LedgerRecord } from './records.js';

/** Records of calls that are theirs, with no id in them of a call that is not. Throws SQLite's errors. */
export function withOwnIds<T extends LedgerRecord>(
  months: MonthFiles,
  records: readonly T[],
  scope: readonly string[],
): readonly T[] {
  const missed = records.flatMap((record) => missedCallOf(record) ?? []);
  const [newest = ''] = missed.length === 0 ? [] : [...months.list()].reverse();
  const theirs = missed.length === 0 ? missed : new CallScope(months, scope).of(missed, newest);
  const known = new Set(theirs);
  return records.map((record) => {
    if (record.kind === 'call') return { ...record, ...withOwnCallBack(record, scope) };
    const id = missedCallOf(record);
    // Then it is told of the call back alone.
    return id === null || known.has(id) ? record : { ...record, subject: callOf(record) };
  });
}

/** The missed call that somebody tried to call back for, in another call that the audit is of; else null. */
function missedCallOf(record: LedgerRecord): string | null {
  if (record.kind !== 'audit' || !ATTEMPTS.has(record.action)) return null;
  return record.callId === null || record.subject === record.callId ? null : record.subject;
}

const ATTEMPTS: ReadonlySet<AuditRecord['action']> = new Set(['called-back', 'call-back-failed']);

function callOf(record: LedgerRecord): string {
  return record.kind === 'audit' ? (record.callId ?? '') : '';
}
