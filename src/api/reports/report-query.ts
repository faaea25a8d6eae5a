import { type Exported, readExport } from '../export-schemas.js';
import { isoTime } from '../wire.js';
import type { FilterFault } from './filter-fault.js';
import { periodAt } from './report-periods.js';
import type { Report } from './report-schemas.js';
import { questionOf } from './statistics-report.js';

/** A report that is a listing. */
export type ListingReport = Report & { readonly what: Exported };

export function isListing(report: Report): report is ListingReport {
  return report.what !== 'statistics';
}

/**
 * The export that a report stands for at this time; what is wrong with its filter where that is not understood any more.
 *
 * @param now UTC milliseconds
 * @param zone IANA name, of the days of its period
 */
export function exportOf(report: ListingReport, now: number, zone: string): ReturnType<typeof readExport> {
  const { what, filter, period, format, language } = report;
  const query = { ...filter, format, language };
  if (period === null) return readExport(what, query);
  const { from, to } = periodAt(period, now, zone);
  return readExport(what, { ...query, from: isoTime(from), to: isoTime(to) });
}

/** What is wrong with the filter of a report; null when nothing is. */
export function filterFault(
  report: Pick<Report, 'what' | 'filter' | 'period' | 'format' | 'language'>,
): FilterFault | null {
  const { what, filter, period, format, language } = report;
  if (what === 'statistics') {
    const read = questionOf(report);
    return read.ok ? null : read.fault;
  }
  for (const field of ['format', 'language'])
    if (field in filter) return { field, message: 'it stands beside the filter' };
  if (period !== null && ('from' in filter || 'to' in filter))
    return { field: null, message: 'from and to come from the period; leave out one of them' };
  const read = readExport(what, { ...filter, format, language });
  if (read.success) return null;
  const [issue] = read.error.issues;
  if (issue?.code === 'unrecognized_keys')
    return { field: issue.keys[0] ?? '', message: `is no filter of ${what}` };
  return { field: String(issue?.path[0] ?? ''), message: issue?.message ?? 'is wrong' };
}
