import { parseDates, parseSpans, parseWeekly } from './hours-text.js';
import type { OpeningHours, Span } from './opening-hours.js';
import type { DialPlanEntry, HoursEntry } from './schema.js';

/** Hours of a member as written, with the holidays of all members. Its own dates come before those. */
export function openingHoursOf(entry: HoursEntry, policies: DialPlanEntry['policies']): OpeningHours {
  const weekly: Span[][] = Array.from({ length: 7 }, () => []);
  for (const text of entry.weekly) {
    const parsed = parseWeekly(text);
    if (!parsed.ok) continue;
    for (const day of parsed.value.days) weekly[day]?.push(...parsed.value.spans);
  }
  for (const spans of weekly) spans.sort((a, b) => a.from - b.from);
  return {
    timezone: entry.timezone ?? policies.timezone,
    weekly,
    dates: { ...datesOf(policies.holidays), ...datesOf(entry.holidays) },
    text: [...entry.weekly],
  };
}

function datesOf(holidays: Readonly<Record<string, string>>): Record<string, readonly Span[]> {
  const found: Record<string, readonly Span[]> = {};
  for (const [key, text] of Object.entries(holidays)) {
    const [dates, spans] = [parseDates(key), parseSpans(text)];
    if (!dates.ok || !spans.ok) continue;
    for (const date of dates.value) found[date] = spans.value;
  }
  return found;
}
