/** Times of the city, which statistics go by, whatever time zone the browser is in. */
export type Span = 'hour' | 'day' | 'week' | 'month';

const two = (value: number): string => String(value).padStart(2, '0');

/** Date and hour of a moment in a time zone (IANA name): `2026-05-01` and `08`. */
export function inCity(iso: string, timezone: string): { readonly date: string; readonly hour: string } {
  const parts = new Map(
    new Intl.DateTimeFormat('en', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
    })
      .formatToParts(new Date(iso))
      .map(({ type, value }): [string, string] => [type, value]),
  );
  const part = (type: string): string => parts.get(type) ?? '';
  return { date: `${part('year')}-${part('month')}-${part('day')}`, hour: part('hour') };
}

/** How a stretch of time that begins at `iso` is called: `05-01 08:00`, `05-01`, `2026-05`. */
export function spanName(iso: string, span: Span, timezone: string): string {
  const { date, hour } = inCity(iso, timezone);
  if (span === 'month') return date.slice(0, 7);
  return span === 'hour' ? `${date.slice(5)} ${hour}:00` : date.slice(5);
}

/** The month so many months after one; before it when `months` is negative. */
export function monthAfter(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const count = year * 12 + number - 1 + months;
  return `${Math.floor(count / 12)}-${two((count % 12) + 1)}`;
}

/** True for text such as `2026-05`. */
export function isMonth(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}

/** A moment as the fields of forms take it, in the browser's time zone: `2026-05-01T00:00`. */
export function asField(iso: string): string {
  const at = new Date(iso);
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
