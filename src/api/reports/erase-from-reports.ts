import { randomBytes } from 'node:crypto';
import type { EraseRequest } from '../../ledger/erase-caller.js';
import type { AuditRecord } from '../../ledger/records.js';
import { isLongPrefix } from '../../ledger/served-filters.js';
import type { Report } from './report-schemas.js';
import type { ReportStore } from './report-store.js';

export interface EraseFromReports {
  readonly store: Pick<ReportStore, 'list' | 'change'>;
  /** Resolves when the record is on the disk; rejects when the disk refuses. */
  readonly append: (record: AuditRecord) => Promise<void>;
  /** UTC milliseconds. */
  readonly now: () => number;
}

/**
 * Puts the pseudonym in place of a caller's number in saved reports: in filters, and in names. They find from then on what
 * is left of the caller's calls. Each is audited, before it is done. Resolves to their names. Rejects with errors of the
 * disk, and a ReportFileError.
 */
export async function eraseFromReports(
  request: EraseRequest,
  { store, append, now }: EraseFromReports,
): Promise<readonly string[]> {
  const holding = (await store.list()).filter((report) => holds(report, request.numbers));
  for (const report of holding) {
    const doneAt = now();
    await append({
      kind: 'audit',
      id: `audit-${doneAt.toString(36)}-${randomBytes(6).toString('hex')}`,
      doneAt,
      actor: request.by,
      action: 'report-erased',
      subject: without(report.name, request.numbers),
      callId: null,
      detail: JSON.stringify({ reason: request.reason, pseudonym: request.pseudonym }),
    });
  }
  if (holding.length === 0) return [];
  const erased: string[] = [];
  await store.change((reports) => {
    erased.length = 0;
    const taken = new Set(reports.map(({ name }) => name));
    return reports.map((report) => {
      if (!holds(report, request.numbers)) return report;
      const name = freeName(without(report.name, request.numbers), report.name, taken);
      taken.add(name);
      erased.push(name);
      return { ...report, name, filter: erasedFilter(report.filter, request), erasedAt: now() };
    });
  });
  return erased;
}

function holds({ name, filter }: Report, numbers: readonly string[]): boolean {
  return [name, ...Object.values(filter)].some((text) => numbers.some((number) => tells(text, number)));
}

/** True for a text that has the number in it, or the beginning of it that few have. */
function tells(text: string, number: string): boolean {
  return text.includes(number) || (isLongPrefix(text) && number.startsWith(text.slice(0, -1)));
}

function erasedFilter(
  filter: Report['filter'],
  { numbers, pseudonym }: Pick<EraseRequest, 'numbers' | 'pseudonym'>,
): Report['filter'] {
  return Object.fromEntries(
    Object.entries(filter).map(([field, text]) => [
      field,
      numbers.some((number) => tells(text, number)) ? pseudonym : text,
    ]),
  );
}

function without(name: string, numbers: readonly string[]): string {
  // A name begins with a letter or a digit, as the number did.
  return [...numbers]
    .sort((a, b) => b.length - a.length)
    .reduce((text, number) => text.replaceAll(number, 'erased'), name);
}

function freeName(wanted: string, own: string, taken: ReadonlySet<string>): string {
  if (wanted === own || !taken.has(wanted)) return wanted;
  for (let count = 2; ; count += 1) if (!taken.has(`${wanted}-${count}`)) return `${wanted}-${count}`;
}
