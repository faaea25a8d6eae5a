import { formatKeyPath, type KeyPath } from '../config/fault.js';
import type { Complaint } from '../config/issue-faults.js';
import { didYouMean } from '../config/suggest.js';
import type { DatesDraft, Draft, Mention } from './draft.js';
import {
  overlapWithin,
  parseDates,
  parseSpans,
  parseWeekly,
  type WeeklySpans,
  weeklyOverlap,
} from './hours-text.js';
import { isTimezone, type Span } from './opening-hours.js';

/** Opening hours that cannot be read, or say two things of one moment. */
export function checkHours({ members, policies }: Draft): Complaint[] {
  return [
    ...checkTimezone(policies.timezone),
    ...checkHolidays(policies.holidays),
    ...[...members.values()].flatMap(({ hours }) => [
      ...checkTimezone(hours.timezone),
      ...checkWeekly(hours.weekly),
      ...checkHolidays(hours.holidays),
    ]),
  ];
}

function checkTimezone(timezone: Mention | undefined): Complaint[] {
  if (timezone === undefined || isTimezone(timezone.text)) return [];
  const message = `there is no time zone ${JSON.stringify(timezone.text)}`;
  const known = Intl.supportedValuesOf('timeZone');
  const remedy = didYouMean(timezone.text, known, 'write a name such as Asia/Shanghai');
  return [{ path: timezone.path, message, remedy, at: 'value' }];
}

function checkWeekly(weekly: readonly Mention[]): Complaint[] {
  const found: Complaint[] = [];
  const read: { readonly path: KeyPath; readonly spans: WeeklySpans }[] = [];
  for (const { path, text } of weekly) {
    const parsed = parseWeekly(text);
    if (!parsed.ok) {
      found.push({ path, message: parsed.message, remedy: parsed.remedy, at: 'value' });
      continue;
    }
    const other = read.find(({ spans }) => weeklyOverlap(spans, parsed.value));
    if (other !== undefined) {
      const message = `these hours overlap those in ${formatKeyPath(other.path)}; no line replaces another`;
      found.push({ path, message, remedy: 'take the days out of one of the two', at: 'value' });
    }
    found.push(...checkSpans(path, parsed.value.spans));
    read.push({ path, spans: parsed.value });
  }
  return found;
}

function checkHolidays(holidays: readonly DatesDraft[]): Complaint[] {
  const found: Complaint[] = [];
  const taken = new Map<string, KeyPath>();
  for (const { path, dates, text } of holidays) {
    const days = parseDates(dates);
    if (!days.ok) found.push({ path, message: days.message, remedy: days.remedy, at: 'key' });
    const twice = days.ok ? days.value.find((date) => taken.has(date)) : undefined;
    if (twice !== undefined) {
      const message = `${twice} is in ${formatKeyPath(taken.get(twice) ?? [])} already`;
      found.push({ path, message, remedy: 'take it out of one of the two', at: 'key' });
    }
    for (const date of days.ok ? days.value : []) taken.set(date, path);
    const spans = parseSpans(text);
    if (!spans.ok) found.push({ path, message: spans.message, remedy: spans.remedy, at: 'value' });
    else found.push(...checkSpans(path, spans.value));
  }
  return found;
}

function checkSpans(path: KeyPath, spans: readonly Span[]): Complaint[] {
  const span = overlapWithin(spans);
  if (span === undefined) return [];
  const message = `the span that begins at ${clock(span.from)} begins before another ends`;
  return [{ path, message, remedy: 'make one span of the two', at: 'value' }];
}

function clock(minute: number): string {
  const two = (figure: number): string => String(figure).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
