import { describe, expect, it } from 'vitest';
import { periodAt, REPORT_PERIODS } from '../../../../src/api/reports/report-periods.js';

/** 00:30 on Sunday, 1 March 2026, in China. */
const NOW = Date.UTC(2026, 1, 28, 16, 30);

function days(period: (typeof REPORT_PERIODS)[number], now = NOW, zone = 'Asia/Shanghai'): string {
  const { from, to } = periodAt(period, now, zone);
  return [from, to].map((time) => new Date(time).toISOString().slice(0, 16)).join(' ');
}

describe('a period', () => {
  it.each([
    ['today', '2026-02-28T16:00 2026-03-01T16:00'],
    ['yesterday', '2026-02-27T16:00 2026-02-28T16:00'],
    ['this-week', '2026-02-22T16:00 2026-03-01T16:00'],
    ['last-week', '2026-02-15T16:00 2026-02-22T16:00'],
    ['this-month', '2026-02-28T16:00 2026-03-01T16:00'],
    ['last-month', '2026-01-31T16:00 2026-02-28T16:00'],
    ['this-quarter', '2025-12-31T16:00 2026-03-01T16:00'],
    ['last-quarter', '2025-09-30T16:00 2025-12-31T16:00'],
    ['this-year', '2025-12-31T16:00 2026-03-01T16:00'],
    ['last-year', '2024-12-31T16:00 2025-12-31T16:00'],
    ['last-7-days', '2026-02-21T16:00 2026-02-28T16:00'],
    ['last-30-days', '2026-01-29T16:00 2026-02-28T16:00'],
  ] as const)('%s is %s', (period, expected) => {
    expect(days(period)).toBe(expected);
  });

  it('goes over the end of a year, and where clocks are changed', () => {
    expect(days('last-month', Date.UTC(2026, 0, 5))).toBe('2025-11-30T16:00 2025-12-31T16:00');
    expect(days('last-month', Date.UTC(2026, 3, 5), 'Europe/Berlin')).toBe(
      '2026-02-28T23:00 2026-03-31T22:00',
    );
  });

  it('is known of every name', () => {
    for (const period of REPORT_PERIODS) {
      const { from, to } = periodAt(period, NOW, 'Asia/Shanghai');
      expect(to).toBeGreaterThan(from);
    }
  });
});
