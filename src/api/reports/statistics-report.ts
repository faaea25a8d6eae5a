import type { ReportQuestion } from '../period-report/ask-report.js';
import { periodReportQuery } from '../period-report/period-report-schemas.js';
import type { ReportLength } from '../period-report/report-period.js';
import type { FilterFault } from './filter-fault.js';
import type { ReportPeriod } from './report-periods.js';
import type { Report } from './report-schemas.js';

/** Periods that a report can be of, and which one it is beside the one that it is now. */
const PERIODS: Readonly<
  Partial<Record<ReportPeriod, { readonly of: ReportLength; readonly later: number }>>
> = {
  today: { of: 'day', later: 0 },
  yesterday: { of: 'day', later: -1 },
  'this-week': { of: 'week', later: 0 },
  'last-week': { of: 'week', later: -1 },
  'this-month': { of: 'month', later: 0 },
  'last-month': { of: 'month', later: -1 },
  'this-quarter': { of: 'quarter', later: 0 },
  'last-quarter': { of: 'quarter', later: -1 },
  'this-year': { of: 'year', later: 0 },
  'last-year': { of: 'year', later: -1 },
};

export type QuestionRead =
  | { readonly ok: true; readonly question: ReportQuestion }
  | { readonly ok: false; readonly fault: FilterFault };

/** The report of a period that was saved; or what is wrong with it. */
export function questionOf({
  filter,
  period,
  format,
}: Pick<Report, 'filter' | 'period' | 'format'>): QuestionRead {
  const fault = (field: string | null, message: string): QuestionRead => ({
    ok: false,
    fault: { field, message },
  });
  if (format !== 'xlsx') return fault(null, 'of statistics there is xlsx only');
  const read = periodReportQuery.safeParse(filter);
  if (!read.success) {
    const [issue] = read.error.issues;
    return issue?.code === 'unrecognized_keys'
      ? fault(issue.keys[0] ?? '', 'is no filter of statistics; they have member, of and at')
      : fault(String(issue?.path[0] ?? ''), issue?.message ?? 'is wrong');
  }
  if (period === null)
    return 'of' in filter && 'at' in filter
      ? { ok: true, question: read.data }
      : fault(null, 'expected of and at, or a period');
  if ('of' in filter || 'at' in filter)
    return fault(null, 'of and at come from the period; leave out one of them');
  const moving = PERIODS[period];
  if (moving === undefined) return fault(null, `no statistics are made of ${period}`);
  return { ok: true, question: { ...moving, member: read.data.member } };
}
