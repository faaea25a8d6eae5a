import { wallClock } from '../../ledger/export/wall-clock.js';
import { CityCalendar } from '../../ledger/statistics/city-calendar.js';

/** Stretches of time that move on with the calendar. Weeks begin on Monday (ISO 8601). */
export const REPORT_PERIODS = [
  'today',
  'yesterday',
  'this-week',
  'last-week',
  'this-month',
  'last-month',
  'this-quarter',
  'last-quarter',
  'this-year',
  'last-year',
  'last-7-days',
  'last-30-days',
] as const;
export type ReportPeriod = (typeof REPORT_PERIODS)[number];

const DAY_MS = 86_400_000;

/**
 * A period as it is now, whole days in a time zone: from its first moment up to, and not with, the last; UTC
 * milliseconds. Those that go on end with today; the last 7 and 30 days are those before today.
 *
 * @param zone IANA name
 */
export function periodAt(
  period: ReportPeriod,
  now: number,
  zone: string,
): { readonly from: number; readonly to: number } {
  const wall = new Date(wallClock(zone)(now));
  const year = wall.getUTCFullYear();
  const month = wall.getUTCMonth();
  const today = Math.floor(wall.getTime() / DAY_MS);
  const monday = today - ((wall.getUTCDay() + 6) % 7);
  const first = (y: number, m: number): number => Date.UTC(y, m, 1) / DAY_MS;
  const days: Readonly<Record<ReportPeriod, readonly [number, number]>> = {
    today: [today, today + 1],
    yesterday: [today - 1, today],
    'this-week': [monday, today + 1],
    'last-week': [monday - 7, monday],
    'this-month': [first(year, month), today + 1],
    'last-month': [first(year, month - 1), first(year, month)],
    'this-quarter': [first(year, month - (month % 3)), today + 1],
    'last-quarter': [first(year, month - (month % 3) - 3), first(year, month - (month % 3))],
    'this-year': [first(year, 0), today + 1],
    'last-year': [first(year - 1, 0), first(year, 0)],
    'last-7-days': [today - 7, today],
    'last-30-days': [today - 30, today],
  };
  const calendar = new CityCalendar(zone);
  const begin = (day: number): number =>
    calendar.dayBegins(new Date(day * DAY_MS).toISOString().slice(0, 10)) ?? day * DAY_MS;
  const [from, to] = days[period];
  return { from: begin(from), to: begin(to) };
}
