import type { CityCalendar } from '../ledger/statistics/city-calendar.js';
import { HOUR_MS, type HourRange, hourOf } from '../ledger/statistics/hours.js';
import type { Moment } from './statistics-schemas.js';

/** What says which time an answer is of. */
export interface RangeWish {
  readonly from?: Moment | undefined;
  readonly to?: Moment | undefined;
  readonly month?: string | undefined;
}

export type RangeResult =
  | { readonly ok: true; readonly range: HourRange }
  | { readonly ok: false; readonly field: string; readonly message: string };

/** Longest range; ten years. */
const MOST_HOURS = 10 * 366 * 24;

/** The hours that a query means. Days and months are those of the city. */
export function rangeOf(wish: RangeWish, calendar: CityCalendar, now: number): RangeResult {
  if (wish.month !== undefined) {
    if (wish.from !== undefined || wish.to !== undefined)
      return wrong('month', 'expected either `month`, or `from` and `to`');
    const range = calendar.month(wish.month);
    return range === undefined ? wrong('month', 'there is no such month') : { ok: true, range };
  }
  const thisMonth = { day: `${calendar.monthOf(now)}-01` };
  const from = momentOf(wish.from ?? thisMonth, calendar);
  if (from === undefined) return wrong('from', 'there is no such day');
  const to = momentOf(wish.to ?? { utc: now + 1 }, calendar);
  if (to === undefined) return wrong('to', 'there is no such day');
  const range = { from: hourOf(from), to: hourOf(to + HOUR_MS - 1) };
  if (range.from >= range.to) return wrong('to', 'expected a time after `from`');
  if (range.to - range.from > MOST_HOURS) return wrong('from', 'expected at most ten years');
  return { ok: true, range };
}

function momentOf(moment: Moment, calendar: CityCalendar): number | undefined {
  return 'utc' in moment ? moment.utc : calendar.dayBegins(moment.day);
}

function wrong(field: string, message: string): RangeResult {
  return { ok: false, field, message };
}
