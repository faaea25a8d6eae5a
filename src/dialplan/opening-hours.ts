/**
 * When a member takes calls: spans of wall-clock time in a time zone, by weekday, with dates that differ.
 * The rules of time zones, summer time among them, are those of the ICU library in Node.js.
 */

/** Minutes of the day, `from` included, `to` not. A span over midnight ends beyond 1440. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface OpeningHours {
  /** IANA name, such as `Asia/Shanghai`. */
  readonly timezone: string;
  /** Spans that begin on each weekday, Sunday first; each list in the order of time. */
  readonly weekly: readonly (readonly Span[])[];
  /** Dates (`2026-10-01`) with spans of their own instead of the weekday's; none: closed. */
  readonly dates: Readonly<Record<string, readonly Span[]>>;
  /** The weekly spans as they were written. */
  readonly text: readonly string[];
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const DAY_MINUTES = 1440;
/** How far ahead an opening is looked for. */
const HORIZON_DAYS = 366;

/**
 * Whether the member is open at a moment, in UTC milliseconds. A span over midnight belongs to the day on
 * which it begins: a night shift that began before a holiday is finished on it. Of the hour that comes twice
 * when summer time ends, both count.
 */
export function isOpen(hours: OpeningHours, utc: number): boolean {
  const wall = wallTime(utc, hours.timezone);
  const day = Math.floor(wall / DAY);
  const minute = (wall - day * DAY) / MINUTE;
  return (
    spansOf(hours, day).some(({ from, to }) => from <= minute && minute < to) ||
    spansOf(hours, day - 1).some(({ to }) => minute + DAY_MINUTES < to)
  );
}

/** The next moment after `utc` at which a span begins, in UTC milliseconds; null when there is none for a year. */
export function nextOpening(hours: OpeningHours, utc: number): number | null {
  const today = Math.floor(wallTime(utc, hours.timezone) / DAY);
  for (let day = today; day <= today + HORIZON_DAYS; day++) {
    for (const { from } of spansOf(hours, day)) {
      const opening = firstInstant(day * DAY + from * MINUTE, hours.timezone);
      // A span that lies in the hour that summer time leaves out does not take place.
      if (opening > utc && isOpen(hours, opening)) return opening;
    }
  }
  return null;
}

/** True for a name that the time zone database knows. */
export function isTimezone(name: string): boolean {
  // Node.js may take offsets such as +08:00, too; they know no summer time and are no names.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false;
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The date of a day, counted from 1970-01-01. */
export function dateOf(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** The day of a date, counted from 1970-01-01; undefined when there is no such date from 1970 on. */
export function dayOf(date: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
  const day = Date.parse(`${date}T00:00:00Z`) / DAY;
  return day >= 0 && dateOf(day) === date ? day : undefined;
}

function spansOf(hours: OpeningHours, day: number): readonly Span[] {
  // 1970-01-01 was a Thursday.
  return hours.dates[dateOf(day)] ?? hours.weekly[(day + 4) % 7] ?? [];
}

/** What clocks in the zone show, to the minute, as if it were UTC milliseconds. */
function wallTime(utc: number, timezone: string): number {
  const shown: Record<string, number> = {};
  for (const { type, value } of formatterOf(timezone).formatToParts(utc)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute);
}

/** The first moment at which clocks show `wall`, or have gone past it where they leave it out. */
function firstInstant(wall: number, timezone: string): number {
  // Offsets a day earlier and later are those on both sides of a change of the clocks, if there is one.
  const offsets = [wall - DAY, wall + DAY].map((utc) => wallTime(utc, timezone) - utc);
  let low = wall - Math.max(...offsets);
  let high = wall - Math.min(...offsets);
  if (wallTime(low, timezone) === wall) return low;
  if (wallTime(high, timezone) === wall) return high;
  while (high - low > MINUTE) {
    const middle = low + Math.floor((high - low) / (2 * MINUTE)) * MINUTE;
    if (wallTime(middle, timezone) < wall) low = middle;
    else high = middle;
  }
  return high;
}

/** Formatters are slow to make; there are only as many as time zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timezone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timezone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formatters.set(timezone, formatter);
  }
  return formatter;
}
