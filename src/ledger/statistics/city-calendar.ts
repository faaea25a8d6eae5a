import { HOUR_MS, type Hour, type HourRange } from './hours.js';

/** What statistics are shown by. Weeks begin on Monday (ISO 8601). */
export const PERIODS = ['hour', 'day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

const DAY_MS = 24 * HOUR_MS;

/** A moment on the wall clock, as if it were UTC; milliseconds. */
type WallTime = number;

/**
 * Days, weeks and months of a city. Statistics are kept by hours of UTC: where the time zone is not a whole number of
 * hours from UTC, a day begins with the hour that its midnight lies in.
 */
export class CityCalendar {
  readonly #format: Intl.DateTimeFormat;

  /** @param timezone IANA name; throws a RangeError when there is no such */
  constructor(readonly timezone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
  }

  /**
   * The periods that make up a range, oldest first; the first and the last one cut off where the range begins and ends.
   */
  periods(range: HourRange, by: Period): readonly HourRange[] {
    const periods: HourRange[] = [];
    for (let from = range.from; from < range.to; ) {
      const to = Math.min(range.to, by === 'hour' ? from + 1 : Math.max(from + 1, this.#after(from, by)));
      periods.push({ from, to });
      from = to;
    }
    return periods;
  }

  /** First moment of a day, `YYYY-MM-DD`; UTC milliseconds, undefined when there is no such day. */
  dayBegins(date: string): number | undefined {
    const wall = Date.parse(`${date}T00:00:00Z`);
    const real = !Number.isNaN(wall) && new Date(wall).toISOString().startsWith(date);
    return real ? this.#utcOf(wall) : undefined;
  }

  /** The hours of a month, `YYYY-MM`, or of one so many months later; undefined when there is no such month. */
  month(month: string, later = 0): HourRange | undefined {
    const first = this.dayBegins(`${month}-01`);
    if (first === undefined) return undefined;
    const wall = new Date(this.#wallOf(first));
    const begin = (months: number): Hour =>
      this.#hourAt(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + months, 1));
    return { from: begin(later), to: begin(later + 1) };
  }

  /** The month that a moment lies in, `YYYY-MM`. */
  monthOf(utc: number): string {
    return new Date(this.#wallOf(utc)).toISOString().slice(0, 7);
  }

  /** An hour on the clocks of the city: `2026-03-02 16:00`. */
  wallClock(hour: Hour): string {
    return new Date(this.#wallOf(hour * HOUR_MS)).toISOString().slice(0, 16).replace('T', ' ');
  }

  /** The hour in which the next period begins. */
  #after(hour: Hour, by: Exclude<Period, 'hour'>): Hour {
    // An hour belongs to the day that its last moment lies in.
    const wall = this.#wallOf((hour + 1) * HOUR_MS - 1);
    const today = Math.floor(wall / DAY_MS) * DAY_MS;
    if (by === 'day') return this.#hourAt(today + DAY_MS);
    const date = new Date(today);
    if (by === 'week') return this.#hourAt(today + (7 - ((date.getUTCDay() + 6) % 7)) * DAY_MS);
    return this.#hourAt(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1));
  }

  #hourAt(wall: WallTime): Hour {
    return Math.floor(this.#utcOf(wall) / HOUR_MS);
  }

  #wallOf(utc: number): WallTime {
    return utc + this.#offsetAt(utc);
  }

  #utcOf(wall: WallTime): number {
    // The offset may be another one at the moment that the first guess gives.
    const guess = wall - this.#offsetAt(wall);
    return wall - this.#offsetAt(guess);
  }

  /** What the clocks of the city are ahead of UTC; milliseconds. */
  #offsetAt(utc: number): number {
    const name = this.#format.formatToParts(utc).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  }
}
