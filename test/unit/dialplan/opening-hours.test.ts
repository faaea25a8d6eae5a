import { describe, expect, it } from 'vitest';
import { isOpen, isTimezone, nextOpening, type OpeningHours } from '../../../src/dialplan/opening-hours.js';
import { planOf, planText, randomFrom } from './plan-text.js';

/** Hours of a member, written as in a dial plan. */
function hoursOf(
  weekly: readonly string[],
  timezone: string,
  holidays: Record<string, string> = {},
): OpeningHours {
  const written = JSON.stringify({ timezone, weekly, holidays });
  const hours = planOf(planText(['source: field', `source: field\n    hours: ${written}`])).members.get(
    'city',
  )?.hours;
  if (!hours) throw new Error('the member has no hours');
  return hours;
}

const at = (time: string): number => Date.parse(time);
const iso = (utc: number | null): string | null => (utc === null ? null : new Date(utc).toISOString());

describe('in a zone without summer time', () => {
  const hours = hoursOf(['mon-fri 08:30-12:00, 13:30-17:30', 'sat 09:00-12:00'], 'Asia/Shanghai');

  it.each([
    ['before the morning', '2026-11-23T08:29:59.999+08:00', false],
    ['its first moment', '2026-11-23T08:30:00+08:00', true],
    ['its last moment', '2026-11-23T11:59:59.999+08:00', true],
    ['its end', '2026-11-23T12:00:00+08:00', false],
    ['the lunch break', '2026-11-23T12:30:00+08:00', false],
    ['the afternoon', '2026-11-23T13:30:00+08:00', true],
    ['the evening', '2026-11-23T17:30:00+08:00', false],
    ['Saturday morning', '2026-11-28T10:00:00+08:00', true],
    ['Saturday afternoon', '2026-11-28T14:00:00+08:00', false],
    ['Sunday', '2026-11-29T10:00:00+08:00', false],
    ['Monday there, Sunday in UTC', '2026-11-22T23:00:00-02:00', true],
  ])('%s', (_, time, open) => {
    expect(isOpen(hours, at(time))).toBe(open);
  });

  it.each([
    ['2026-11-23T07:00:00+08:00', '2026-11-23T00:30:00.000Z'],
    ['2026-11-23T12:15:30+08:00', '2026-11-23T05:30:00.000Z'],
    ['2026-11-27T18:00:00+08:00', '2026-11-28T01:00:00.000Z'],
    ['2026-11-28T12:00:00+08:00', '2026-11-30T00:30:00.000Z'],
  ])('closed at %s it opens at %s', (time, opening) => {
    expect(iso(nextOpening(hours, at(time)))).toBe(opening);
  });
});

describe('in a zone with summer time', () => {
  const hours = hoursOf(['mon-fri 09:00-17:00', 'sun 01:15-02:45'], 'America/New_York');

  it.each([
    ['winter, 13:59 UTC', '2026-01-14T13:59:00Z', false],
    ['winter, 14:00 UTC', '2026-01-14T14:00:00Z', true],
    ['winter, 21:59 UTC', '2026-01-14T21:59:00Z', true],
    ['winter, 22:00 UTC', '2026-01-14T22:00:00Z', false],
    ['summer, 12:59 UTC', '2026-07-15T12:59:00Z', false],
    ['summer, 13:00 UTC', '2026-07-15T13:00:00Z', true],
    ['summer, 20:59 UTC', '2026-07-15T20:59:00Z', true],
    ['summer, 21:00 UTC', '2026-07-15T21:00:00Z', false],
    ['the night when it begins: 01:59', '2026-03-08T06:59:00Z', true],
    ['the minute after, 03:00', '2026-03-08T07:00:00Z', false],
    ['the night when it ends: 01:30 the first time', '2026-11-01T05:30:00Z', true],
    ['01:10 the second time', '2026-11-01T06:10:00Z', false],
    ['01:30 the second time', '2026-11-01T06:30:00Z', true],
    ['02:45', '2026-11-01T07:45:00Z', false],
  ])('%s', (_, time, open) => {
    expect(isOpen(hours, at(time))).toBe(open);
  });

  it.each([
    ['2026-01-14T08:00:00Z', '2026-01-14T14:00:00.000Z'],
    ['2026-07-15T08:00:00Z', '2026-07-15T13:00:00.000Z'],
    ['2026-03-06T22:00:00Z', '2026-03-08T06:15:00.000Z'],
    ['2026-10-31T12:00:00Z', '2026-11-01T05:15:00.000Z'],
  ])('closed at %s it opens at %s', (time, opening) => {
    expect(iso(nextOpening(hours, at(time)))).toBe(opening);
  });

  it('opens when the clocks have gone past an opening that they leave out', () => {
    expect(
      iso(nextOpening(hoursOf(['sun 02:30-04:00'], 'America/New_York'), at('2026-03-08T00:00:00Z'))),
    ).toBe('2026-03-08T07:00:00.000Z');
  });

  it('does not open for a span that the clocks leave out', () => {
    const night = hoursOf(['sun 02:15-02:45'], 'America/New_York');
    expect(iso(nextOpening(night, at('2026-03-08T00:00:00Z')))).toBe('2026-03-15T06:15:00.000Z');
  });
});

it('a change of half an hour is one, too', () => {
  const hours = hoursOf(['daily 08:00-09:00'], 'Australia/Lord_Howe');
  expect(iso(nextOpening(hours, at('2026-06-30T12:00:00Z')))).toBe('2026-06-30T21:30:00.000Z');
  expect(iso(nextOpening(hours, at('2026-12-30T12:00:00Z')))).toBe('2026-12-30T21:00:00.000Z');
});

describe('over midnight', () => {
  const hours = hoursOf(['fri 22:00-06:00'], 'Asia/Shanghai', {
    '2026-12-04': 'closed',
    '2026-12-12': 'closed',
    '2026-12-18': '21:00-00:00',
  });

  it.each([
    ['Friday before', '2026-11-27T21:59:00+08:00', false],
    ['Friday', '2026-11-27T22:00:00+08:00', true],
    ['midnight', '2026-11-28T00:00:00+08:00', true],
    ['Saturday until six', '2026-11-28T05:59:00+08:00', true],
    ['Saturday at six', '2026-11-28T06:00:00+08:00', false],
    ['Friday before six', '2026-11-27T05:00:00+08:00', false],
    ['a Friday that is a holiday', '2026-12-04T23:00:00+08:00', false],
    ['the night after that Friday', '2026-12-05T01:00:00+08:00', false],
    ['a holiday on which a shift ends', '2026-12-12T05:00:00+08:00', true],
    ['a day until midnight', '2026-12-18T23:59:00+08:00', true],
    ['and no longer', '2026-12-19T00:00:00+08:00', false],
  ])('%s', (_, time, open) => {
    expect(isOpen(hours, at(time))).toBe(open);
  });

  it('around the clock is never closed, not in the nights when clocks change either', () => {
    const always = hoursOf(['daily 00:00-24:00'], 'Europe/Berlin');
    for (let utc = at('2026-03-28T00:00:00Z'); utc < at('2026-03-31T00:00:00Z'); utc += 5 * 60_000) {
      expect(isOpen(always, utc)).toBe(true);
    }
  });
});

describe('holidays', () => {
  const plan = planOf(
    planText(
      [
        'members:\n',
        'policies: { holidays: { 2026-10-01..2026-10-07: closed, "2026-10-10": "08:30-17:30", 2027-01-01: closed } }\nmembers:\n',
      ],
      [
        'source: field',
        'source: field\n    hours: { weekly: ["mon-fri 08:30-17:30"], holidays: { 2026-10-07: 10:00-12:00 } }',
      ],
    ),
  );
  const hours = plan.members.get('city')?.hours;
  if (!hours) throw new Error('the member has no hours');

  it.each([
    ['the day before', '2026-09-30T10:00:00+08:00', true],
    ['the first', '2026-10-01T10:00:00+08:00', false],
    ['one within', '2026-10-05T10:00:00+08:00', false],
    ['the last, which the member has other hours on', '2026-10-07T10:00:00+08:00', true],
    ['the same, earlier', '2026-10-07T09:00:00+08:00', false],
    ['the day after', '2026-10-08T10:00:00+08:00', true],
    ['a Saturday on which people work instead', '2026-10-10T10:00:00+08:00', true],
    ['the Saturday after', '2026-10-17T10:00:00+08:00', false],
    ['New Year', '2027-01-01T10:00:00+08:00', false],
  ])('%s', (_, time, open) => {
    expect(isOpen(hours, at(time))).toBe(open);
  });

  it('are passed over for the next opening', () => {
    expect(iso(nextOpening(hours, at('2026-09-30T20:00:00+08:00')))).toBe('2026-10-07T02:00:00.000Z');
  });

  it('hold in the zone of the plan for a member that names none', () => {
    expect(hours.timezone).toBe('Asia/Shanghai');
    const text = planText(
      ['members:\n', 'policies: { timezone: Europe/Berlin }\nmembers:\n'],
      ['source: field', 'source: field\n    hours: { weekly: [mon 08:00-09:00] }'],
    );
    expect(planOf(text).members.get('city')?.hours?.timezone).toBe('Europe/Berlin');
  });
});

it('a member that is closed for more than a year has no next opening', () => {
  const hours = hoursOf(['mon 08:00-09:00'], 'Asia/Shanghai', {
    '2026-01-01..2026-12-31': 'closed',
    '2027-01-01..2027-12-31': 'closed',
  });
  expect(nextOpening(hours, at('2026-01-01T00:00:00Z'))).toBeNull();
});

it('the next opening is the first quarter of an hour found open, in any zone at any time of the year', () => {
  const random = randomFrom(20261121);
  const zones = [
    'Asia/Shanghai',
    'America/New_York',
    'Europe/Berlin',
    'Asia/Kolkata',
    'Australia/Sydney',
    'UTC',
  ];
  const clock = (minute: number): string =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const quarter = 15 * 60_000;
  let checked = 0;
  while (checked < 120) {
    // Clocks change before four in the morning: spans that begin later begin once a day.
    const from = 240 + 15 * random(64);
    const day = ['mon', 'wed-thu', 'sun', 'daily'][random(4)] ?? '';
    const zone = zones[random(zones.length)] ?? 'UTC';
    const hours = hoursOf([`${day} ${clock(from)}-${clock((from + 15 + 15 * random(60)) % 1440)}`], zone);
    const start = at('2026-01-01T00:00:00Z') + random(365 * 96) * quarter;
    if (isOpen(hours, start)) continue;
    let first = start;
    while (!isOpen(hours, first)) first += quarter;
    expect([hours, iso(start), iso(nextOpening(hours, start))]).toEqual([hours, iso(start), iso(first)]);
    checked += 1;
  }
});

it.each([
  ['Asia/Shanghai', true],
  ['UTC', true],
  ['America/Argentina/Buenos_Aires', true],
  ['+08:00', false],
  ['Asia/Tientsin', false],
  ['', false],
])('%j is a time zone: %s', (name, known) => {
  expect(isTimezone(name)).toBe(known);
});
