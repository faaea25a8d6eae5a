import { describe, expect, it } from 'vitest';
import { city, type ExpectedFault, onlyFault, policies } from './plan-changes.js';

describe('a fault in hours is told with its place, and what to do about it', () => {
  it.each<ExpectedFault>([
    [
      'a time zone',
      city('hours: { timezone: Asia/Shanghia, weekly: [mon 08:00-09:00] }'),
      'Asia/Shanghia',
      'members.city.hours.timezone',
      /no time zone "Asia\/Shanghia"/,
      /did you mean "Asia\/Shanghai"/,
    ],
    [
      'an offset as time zone',
      policies('timezone: "+08:00"'),
      '"+08:00"',
      'policies.timezone',
      /no time zone/,
      /such as Asia\/Shanghai/,
    ],
    [
      'hours without spans',
      city('hours: { timezone: UTC }'),
      'hours',
      'members.city.hours.weekly',
      /missing/,
      /mon-fri 08:30-12:00/,
    ],
    [
      'hours without weekdays',
      city('hours: { weekly: [mon-fri 08:30-12:00, 13:30-17:30] }'),
      '13:30-17',
      'members.city.hours.weekly[1]',
      /weekdays/,
      /in quotes/,
    ],
    [
      'a weekday that is none',
      city('hours: { weekly: [mon-fry 08:30-12:00] }'),
      'mon-fry',
      'members.city.hours.weekly[0]',
      /weekdays/,
      /mon-fri/,
    ],
    [
      'an hour that is none',
      city('hours: { weekly: [mon 08:30-25:00] }'),
      'mon 08',
      'members.city.hours.weekly[0]',
      /"08:30-25:00" is no span/,
      /00:00 to 24:00/,
    ],
    [
      'a minute that is none',
      city('hours: { weekly: [mon 08:60-09:00] }'),
      'mon 08',
      'members.city.hours.weekly[0]',
      /no span/,
      /08:30-12:00/,
    ],
    [
      'an empty span',
      city('hours: { weekly: [mon 08:00-08:00] }'),
      'mon 08',
      'members.city.hours.weekly[0]',
      /ends when it begins/,
      /00:00-24:00/,
    ],
    [
      'spans that overlap in a line',
      city('hours: { weekly: ["mon 08:00-12:00, 11:00-13:00"] }'),
      '"mon 08',
      'members.city.hours.weekly[0]',
      /11:00/,
      /one span/,
    ],
    [
      'a line that would replace another',
      city('hours: { weekly: [mon-fri 08:00-17:00, wed 09:00-12:00] }'),
      'wed',
      'members.city.hours.weekly[1]',
      /overlap those in members\.city\.hours\.weekly\[0\]/,
      /take the days out/,
    ],
    [
      'a night that runs into another line',
      city('hours: { weekly: [sat 22:00-06:00, sun 05:00-09:00] }'),
      'sun',
      'members.city.hours.weekly[1]',
      /overlap/,
      /take the days out/,
    ],
    [
      'a date that is none',
      city('hours: { weekly: [mon 08:00-09:00], holidays: { 2026-02-30: closed } }'),
      '2026-02-30',
      'members.city.hours.holidays.2026-02-30',
      /no date/,
      /2026-10-01\.\.2026-10-07/,
    ],
    [
      'a range backwards',
      policies('holidays: { 2026-10-07..2026-10-01: closed }'),
      '2026-10-07',
      'policies.holidays["2026-10-07..2026-10-01"]',
      /does not come within a year/,
      /first date/,
    ],
    [
      'a range of a thousand years',
      policies('holidays: { 2026-10-07..3026-10-01: closed }'),
      '2026-10-07',
      'policies.holidays["2026-10-07..3026-10-01"]',
      /within a year/,
      /two dots/,
    ],
    [
      'a date twice',
      policies('holidays: { 2026-10-01..2026-10-07: closed, 2026-10-03: closed }'),
      '2026-10-03',
      'policies.holidays.2026-10-03',
      /2026-10-03 is in policies\.holidays\["2026-10-01\.\.2026-10-07"\] already/,
      /one of the two/,
    ],
    [
      'hours of a date',
      policies('holidays: { 2026-10-01: shut }'),
      'shut',
      'policies.holidays.2026-10-01',
      /"shut" is no span/,
      /08:30-12:00/,
    ],
    [
      'hours of a date that are no text',
      policies('holidays: { 2026-10-01: false }'),
      'false',
      'policies.holidays.2026-10-01',
      /false is not accepted/,
      /closed, or spans/,
    ],
  ])('%s', (_, change, piece, path, message, remedy) => {
    const fault = onlyFault(change, piece);
    expect(fault).toMatchObject({ path, place: fault.expectedPlace });
    expect(fault.message).toMatch(message);
    expect(fault.remedy).toMatch(remedy);
  });
});
