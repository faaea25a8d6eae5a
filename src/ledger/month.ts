/** A month of the city's calendar, `YYYY-MM`; later months are greater as text, too. */
export type Month = string;

/** Time zone of the months where nothing else is said. */
export const DEFAULT_TIMEZONE = 'Asia/Shanghai';

/** Time zones differ from UTC by multiples of this, so no month begins within such a span; milliseconds. */
const SPAN_MS = 15 * 60_000;

/** True for `YYYY-MM`. */
export function isMonth(text: string): text is Month {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}

/** Tells the month of a moment, in one time zone. */
export class MonthCalendar {
  readonly #format: Intl.DateTimeFormat;
  #span = Number.NaN;
  #month: Month = '';

  /** @param timezone IANA name; throws a RangeError when there is no such */
  constructor(timezone: string = DEFAULT_TIMEZONE) {
    this.#format = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
      timeZone: timezone,
      year: 'numeric',
      month: '2-digit',
    });
  }

  /** @param utc milliseconds */
  monthOf(utc: number): Month {
    const span = Math.floor(utc / SPAN_MS);
    if (span === this.#span) return this.#month;
    const parts = new Map(this.#format.formatToParts(span * SPAN_MS).map(({ type, value }) => [type, value]));
    this.#month = `${(parts.get('year') ?? '').padStart(4, '0')}-${parts.get('month') ?? ''}`;
    this.#span = span;
    return this.#month;
  }
}
