import type { DialPlan } from '../../dialplan/plan.js';
import { wallClock } from '../../ledger/export/wall-clock.js';
import { CityCalendar } from '../../ledger/statistics/city-calendar.js';
import type { ApiContext } from '../context.js';
import type { SeenLedger } from '../rights/scoped-ledger.js';
import type { Sight } from '../rights/sight.js';
import { makeReport } from './make-report.js';
import type { PeriodReport } from './period-report-schemas.js';
import type { ReportNames } from './report-names.js';
import { type ReportLength, reportPeriod } from './report-period.js';

/** Which report is wanted. */
export interface ReportQuestion {
  readonly of: ReportLength;
  /** A day of the period, `YYYY-MM-DD`; undefined: so many periods after the one that it is now. */
  readonly at?: string | undefined;
  readonly member?: string | undefined;
  /** With `at` undefined; default -1, the last one that is over. */
  readonly later?: number;
}

/** What a report may be made of. */
export interface ReportSight extends Pick<Sight, 'members'> {
  readonly ledger: Pick<SeenLedger, 'statistics'>;
}

/** The report; undefined when there is no such day, or it has not come yet. Rejects with a `LedgerReadError`. */
export async function askReport(
  { dialPlan, now: clock = Date.now, surgeBounds }: Pick<ApiContext, 'dialPlan' | 'now' | 'surgeBounds'>,
  { ledger, members }: ReportSight,
  { of, at, member, later = -1 }: ReportQuestion,
): Promise<PeriodReport | undefined> {
  const now = clock();
  const { timezone } = dialPlan().policies;
  const calendar = new CityCalendar(timezone);
  const today = new Date(wallClock(timezone)(now)).toISOString().slice(0, 10);
  const period = reportPeriod(of, at ?? today, { calendar, now }, at === undefined ? later : 0);
  if (period === undefined) return undefined;
  return makeReport(ledger, { period, member, members, calendar, now, bounds: surgeBounds ?? null });
}

/** Names out of the dial plan; what it does not know is called as it is. */
export function namesOf(plan: DialPlan, language: 'zh' | 'en'): ReportNames {
  return {
    order: [...plan.members.keys()],
    member: (id) => {
      const member = plan.members.get(id);
      return member === undefined ? id : `${member.numbers[0] ?? ''} ${member.name[language]}`.trim();
    },
    short: (id) => plan.members.get(id)?.numbers[0] ?? id,
    matter: (code) => {
      const matter = plan.matters.get(code);
      if (matter === undefined) return code;
      return language === 'zh' ? matter.name.zh : (matter.en ?? matter.name.zh);
    },
  };
}
