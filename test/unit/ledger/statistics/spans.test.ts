import { describe, expect, it } from 'vitest';
import {
  bucketOf,
  percentiles,
  SWITCH_BOUNDS_MS,
  WAIT_BOUNDS_MS,
} from '../../../../src/ledger/statistics/buckets.js';
import { CityCalendar, type Period } from '../../../../src/ledger/statistics/city-calendar.js';
import { hourOf, spansOf } from '../../../../src/ledger/statistics/hours.js';

describe('a range of hours', () => {
  it.each([
    [16, 16],
    [16, 17],
    [17, 23],
    [15, 25],
    [16, 40],
    [1, 1000],
    [-9, 9],
  ])('from %i to %i is made of hours and blocks, each hour once', (from, to) => {
    const spans = spansOf({ from, to });
    const hours = spans.flatMap((span) =>
      Array.from({ length: span.to - span.from }, (_, i) => span.from + i),
    );
    expect(hours).toEqual(Array.from({ length: to - from }, (_, i) => from + i));
    for (const span of spans.filter(({ scale }) => scale === 'block'))
      expect([span.from % 8, span.to % 8].map(Math.abs)).toEqual([0, 0]);
    expect(spans.filter(({ scale }) => scale === 'hour').every((span) => span.to - span.from < 15)).toBe(
      true,
    );
  });

  it('of a day in China is blocks alone', () => {
    const midnight = hourOf(Date.parse('2026-03-01T16:00:00Z'));
    const span = { from: midnight, to: midnight + 24 };
    expect(spansOf(span)).toEqual([{ scale: 'block', ...span }]);
  });
});

describe('a histogram', () => {
  it('has what is not above a bound below it', () => {
    expect(
      [0, 2000, 2001, 15_000, 15_001, 600_000, 600_001].map((ms) => bucketOf(WAIT_BOUNDS_MS, ms)),
    ).toEqual([0, 0, 1, 3, 4, 12, 13]);
  });

  it('tells percentiles within the width of a bucket', () => {
    const counts = new Array<number>(SWITCH_BOUNDS_MS.length + 1).fill(0);
    for (let ms = 1; ms <= 10_000; ms++) {
      const bucket = bucketOf(SWITCH_BOUNDS_MS, ms);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    const { p50, p95, p99 } = percentiles(SWITCH_BOUNDS_MS, counts) ?? { p50: 0, p95: 0, p99: 0 };
    expect(Math.abs(p50 / 5000 - 1)).toBeLessThan(0.02);
    expect(Math.abs(p95 / 9500 - 1)).toBeLessThan(0.1);
    expect(Math.abs(p99 / 9900 - 1)).toBeLessThan(0.1);
  });

  it('tells nothing of nothing, and the last bound of what is above it', () => {
    expect(percentiles(WAIT_BOUNDS_MS, [])).toBeNull();
    const above = [...new Array<number>(13).fill(0), 5];
    expect(percentiles(WAIT_BOUNDS_MS, above)).toEqual({ p50: 600_000, p95: 600_000, p99: 600_000 });
  });
});

describe('the calendar of a city', () => {
  const times = (zone: string, from: string, to: string, by: Period): string[] =>
    new CityCalendar(zone)
      .periods({ from: hourOf(Date.parse(from)), to: hourOf(Date.parse(to)) }, by)
      .map((period) => new Date(period.from * 3_600_000).toISOString().slice(0, 13));

  it('has days, weeks from Monday and months, cut off at the ends of the range', () => {
    const [from, to] = ['2026-02-27T10:00Z', '2026-03-09T10:00Z'];
    expect(times('Asia/Shanghai', from, '2026-03-01T10:00Z', 'day')).toEqual([
      '2026-02-27T10',
      '2026-02-27T16',
      '2026-02-28T16',
    ]);
    expect(times('Asia/Shanghai', from, to, 'week')).toEqual([
      '2026-02-27T10',
      '2026-03-01T16',
      '2026-03-08T16',
    ]);
    expect(times('Asia/Shanghai', from, to, 'month')).toEqual(['2026-02-27T10', '2026-02-28T16']);
    expect(times('Asia/Shanghai', from, '2026-02-27T12:00Z', 'hour')).toEqual([
      '2026-02-27T10',
      '2026-02-27T11',
    ]);
  });

  it('follows summer time: a day of 23 hours, one of 25', () => {
    const lengths = (from: string, to: string): number[] =>
      new CityCalendar('Europe/Berlin')
        .periods({ from: hourOf(Date.parse(from)), to: hourOf(Date.parse(to)) }, 'day')
        .map((day) => day.to - day.from);
    expect(lengths('2026-03-27T23:00Z', '2026-03-30T22:00Z')).toEqual([24, 23, 24]);
    expect(lengths('2026-10-23T22:00Z', '2026-10-26T23:00Z')).toEqual([24, 25, 24]);
  });

  it('begins a day with the hour of its midnight where zones differ by half an hour', () => {
    expect(times('Asia/Kolkata', '2026-03-01T18:00Z', '2026-03-03T19:00Z', 'day')).toEqual([
      '2026-03-01T18',
      '2026-03-02T18',
      '2026-03-03T18',
    ]);
  });

  it('knows months and days, and what is none', () => {
    const calendar = new CityCalendar('Asia/Shanghai');
    const december = {
      from: hourOf(Date.parse('2026-11-30T16:00Z')),
      to: hourOf(Date.parse('2026-12-31T16:00Z')),
    };
    expect(calendar.month('2026-12')).toEqual(december);
    expect(calendar.month('2027-01', -1)).toEqual(december);
    expect(calendar.monthOf(Date.parse('2026-12-31T15:59:59Z'))).toBe('2026-12');
    expect(calendar.monthOf(Date.parse('2026-12-31T16:00:00Z'))).toBe('2027-01');
    expect(calendar.dayBegins('2026-02-28')).toBe(Date.parse('2026-02-27T16:00Z'));
    expect([calendar.dayBegins('2026-02-30'), calendar.month('2026-13')]).toEqual([undefined, undefined]);
  });
});
