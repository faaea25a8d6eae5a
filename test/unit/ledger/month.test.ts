import { describe, expect, it } from 'vitest';
import { isMonth, MonthCalendar } from '../../../src/ledger/month.js';

describe('MonthCalendar', () => {
  it.each([
    ['Asia/Shanghai', '2026-02-28T15:59:59.999Z', '2026-02'],
    ['Asia/Shanghai', '2026-02-28T16:00:00.000Z', '2026-03'],
    ['Asia/Shanghai', '2026-12-31T16:00:00.000Z', '2027-01'],
    ['Asia/Kathmandu', '2026-03-31T18:14:59.999Z', '2026-03'],
    ['Asia/Kathmandu', '2026-03-31T18:15:00.000Z', '2026-04'],
    ['America/New_York', '2026-04-01T03:59:59.999Z', '2026-03'],
    ['America/New_York', '2026-04-01T04:00:00.000Z', '2026-04'],
    ['UTC', '0999-12-31T23:59:59.999Z', '0999-12'],
  ])('in %s, %s is in %s', (timezone, time, month) => {
    expect(new MonthCalendar(timezone).monthOf(Date.parse(time))).toBe(month);
  });

  it('gives the same in whatever order it is asked', () => {
    const calendar = new MonthCalendar();
    const [before, after] = [Date.UTC(2026, 1, 28, 15, 59), Date.UTC(2026, 1, 28, 16)];
    expect([after, before, after, before].map((utc) => calendar.monthOf(utc))).toEqual([
      '2026-03',
      '2026-02',
      '2026-03',
      '2026-02',
    ]);
  });

  it('knows no time zone that there is none of', () => {
    expect(() => new MonthCalendar('Mars/Olympus')).toThrow(RangeError);
  });
});

it('a month is written with four and two digits', () => {
  expect(['2026-01', '2026-12', '2026-13', '2026-00', '26-01', '2026-1', 'live'].filter(isMonth)).toEqual([
    '2026-01',
    '2026-12',
  ]);
});
