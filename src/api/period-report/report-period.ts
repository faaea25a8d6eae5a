import type { CityCalendar } from '../../ledger/statistics/city-calendar.js';
import { HOUR_MS, type HourRange, hourOf } from '../../ledger/statistics/hours.js';

/** What a report is of. Weeks begin on Monday (ISO 8601), quarters in January, April, July and October. */
export const REPORT_LENGTHS = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type ReportLength = (typeof REPORT_LENGTHS)[number];

/** What the course of each is shown by. */
export const COURSE_BY = { day: 'hour', week: 'day', month: 'day', quarter: 'day', year: 'month' } as const;

/** The time of a report, and the time that it is held against. */
export interface ReportPeriod {
  readonly of: ReportLength;
  /** All of it. */
  readonly whole: HourRange;
  /** As far as it has come: with the hour that it is now; the whole when that is over. */
  readonly now: HourRange;
  /** The period before; of one that goes on its first part, as long as this one has gone on. */
  readonly before: HourRange;
}

/** A day as if it were UTC; milliseconds. */
type Wall = number;
const DAY_MS = 86_400_000;

/**
 * The period that a day lies in, or one so many periods later; undefined when there is no such day, or nothing of the
 * period has come yet.
 *
 * @param date `YYYY-MM-DD`, of the city
 */
export function reportPeriod(
  of: ReportLength,
  date: string,
  { calendar, now }: { readonly calendar: CityCalendar; readonly now: number },
  later = 0,
): ReportPeriod | undefined {
  if (calendar.dayBegins(date) === undefined) return undefined;
  const day = Date.parse(`${date}T00:00:00Z`);
  const begin = (periods: number): number | undefined =>
    calendar.dayBegins(new Date(firstDay(of, day, later + periods)).toISOString().slice(0, 10));
  const [was, from, to] = [begin(-1), begin(0), begin(1)];
  if (was === undefined || from === undefined || to === undefined) return undefined;
  const whole = { from: hourOf(from), to: hourOf(to) };
  const come = { from: whole.from, to: Math.min(whole.to, hourOf(now) + 1) };
  if (come.from >= come.to) return undefined;
  const before = { from: hourOf(was), to: whole.from };
  const over = come.to === whole.to && now >= whole.to * HOUR_MS;
  return {
    of,
    whole,
    now: come,
    before: over ? before : { ...before, to: Math.min(before.to, before.from + come.to - come.from) },
  };
}

/** First day of the period that a day lies in, or of one so many periods later. */
function firstDay(of: ReportLength, day: Wall, later: number): Wall {
  const at = new Date(day);
  const year = at.getUTCFullYear();
  const month = at.getUTCMonth();
  switch (of) {
    case 'day':
      return day + later * DAY_MS;
    case 'week':
      return day - ((at.getUTCDay() + 6) % 7) * DAY_MS + later * 7 * DAY_MS;
    case 'month':
      return Date.UTC(year, month + later, 1);
    case 'quarter':
      return Date.UTC(year, month - (month % 3) + later * 3, 1);
    case 'year':
      return Date.UTC(year + later, 0, 1);
  }
}
