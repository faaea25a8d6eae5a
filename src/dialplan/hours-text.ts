import { dateOf, dayOf, type Span } from './opening-hours.js';

/** How opening hours are written: `mon-fri 08:30-12:00, 13:30-17:30`; `2026-10-01..2026-10-07: closed`. */

export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string; readonly remedy: string };

/** Spans that begin on certain weekdays; 0 is Sunday. */
export interface WeeklySpans {
  readonly days: readonly number[];
  readonly spans: readonly Span[];
}

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAY_MINUTES = 1440;
const LONGEST_RANGE_DAYS = 366;
/** Longer ones are nobody's hours; the bound keeps odd input cheap. */
const LONGEST_TEXT = 300;

export const WEEKLY_FORM = 'days and spans in quotes, such as "mon-fri 08:30-12:00, 13:30-17:30"';
export const SPANS_FORM = 'closed, or spans such as 08:30-12:00, 13:30-17:30';
export const DATES_FORM =
  'a date such as 2026-10-01, or the first and last of several: 2026-10-01..2026-10-07';

/** Read `mon-fri 08:30-12:00, 13:30-17:30`, `sat, sun 09:00-12:00` or `daily 00:00-24:00`. */
export function parseWeekly(text: string): Reading<WeeklySpans> {
  const match = text.length > LONGEST_TEXT ? null : /^\s*([a-z][a-z\s,-]*?)\s+(\d.*)$/is.exec(text);
  const days = match?.[1] === undefined ? undefined : parseDays(match[1]);
  if (match?.[2] === undefined || days === undefined) {
    return {
      ok: false,
      message: `${JSON.stringify(text)} does not begin with weekdays`,
      remedy: `write ${WEEKLY_FORM}`,
    };
  }
  const spans = parseSpans(match[2]);
  return spans.ok ? { ok: true, value: { days, spans: spans.value } } : spans;
}

/** Read `closed` (no span) or `08:30-12:00, 13:30-17:30`. A span that ends before it begins goes over midnight. */
export function parseSpans(text: string): Reading<readonly Span[]> {
  if (text.trim().toLowerCase() === 'closed') return { ok: true, value: [] };
  const spans: Span[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*$/.exec(part);
    const [from, to] = [minutes(match?.[1], match?.[2]), minutes(match?.[3], match?.[4])];
    if (from === undefined || to === undefined || from === DAY_MINUTES) {
      const message = `${JSON.stringify(part.trim())} is no span of time`;
      return {
        ok: false,
        message,
        remedy: 'write hours and minutes from 00:00 to 24:00, such as 08:30-12:00',
      };
    }
    if (from === to) {
      const message = `${part.trim()} ends when it begins`;
      return { ok: false, message, remedy: 'write 00:00-24:00 for the whole day, or closed for none of it' };
    }
    spans.push({ from, to: to > from ? to : to + DAY_MINUTES });
  }
  return { ok: true, value: spans.sort((a, b) => a.from - b.from) };
}

/** Read a date or a range of dates into its dates. */
export function parseDates(text: string): Reading<readonly string[]> {
  const [first = '', last = first, ...more] = text.split('..').map((date) => date.trim());
  const [from, to] = [dayOf(first), dayOf(last)];
  if (from === undefined || to === undefined || more.length > 0) {
    return { ok: false, message: `${JSON.stringify(text)} is no date`, remedy: `write ${DATES_FORM}` };
  }
  if (to < from || to - from >= LONGEST_RANGE_DAYS) {
    const message = `${last} does not come within a year after ${first}`;
    return { ok: false, message, remedy: 'write the first date, two dots, and the last one' };
  }
  return { ok: true, value: Array.from({ length: to - from + 1 }, (_, index) => dateOf(from + index)) };
}

/** True when some moment of the week lies in both. */
export function weeklyOverlap(a: WeeklySpans, b: WeeklySpans): boolean {
  const week = 7 * DAY_MINUTES;
  const overlaps = (dayA: number, spanA: Span, dayB: number, spanB: Span): boolean =>
    [-week, 0, week].some((shift) => {
      const [startA, startB] = [dayA * DAY_MINUTES, dayB * DAY_MINUTES + shift];
      return startA + spanA.from < startB + spanB.to && startB + spanB.from < startA + spanA.to;
    });
  return a.days.some((dayA) =>
    b.days.some((dayB) =>
      a.spans.some((spanA) => b.spans.some((spanB) => overlaps(dayA, spanA, dayB, spanB))),
    ),
  );
}

/** The first two spans of one day that overlap, as the later of them; undefined when none do. */
export function overlapWithin(spans: readonly Span[]): Span | undefined {
  return spans.find((span, index) => {
    const before = spans[index - 1];
    return before !== undefined && span.from < before.to;
  });
}

function parseDays(text: string): number[] | undefined {
  const days = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    if (part.trim() === 'daily') {
      for (let day = 0; day < 7; day++) days.add(day);
      continue;
    }
    const [first = '', last = first, ...more] = part.split('-').map((day) => day.trim());
    const [from, to] = [WEEKDAYS.indexOf(first), WEEKDAYS.indexOf(last)];
    if (from < 0 || to < 0 || more.length > 0) return undefined;
    for (let day = from; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === to) break;
    }
  }
  return [...days];
}

function minutes(hour: string | undefined, minute: string | undefined): number | undefined {
  if (hour === undefined || minute === undefined || Number(minute) > 59) return undefined;
  const total = Number(hour) * 60 + Number(minute);
  return total <= DAY_MINUTES ? total : undefined;
}
