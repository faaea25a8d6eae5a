import { describe, expect, it } from 'vitest';
import { type ReportLength, reportPeriod } from '../../../../src/api/period-report/report-period.js';
import { CityCalendar } from '../../../../src/ledger/statistics/city-calendar.js';
import { HOUR_MS } from '../../../../src/ledger/statistics/hours.js';

const calendar = new CityCalendar('Asia/Shanghai');
const NOW = Date.parse('2026-03-10T04:30:00Z');

function days(of: ReportLength, at: string, later = 0) {
  const period = reportPeriod(of, at, { calendar, now: NOW }, later);
  return period && [period.whole, period.before].map(({ from, to }) => [wall(from), wall(to)]);
}

function wall(hour: number): string {
  const text = calendar.wallClock(hour);
  return text.endsWith(' 00:00') ? text.slice(0, 10) : text;
}

describe('the period that a day lies in', () => {
  it.each([
    ['day', '2026-03-01', ['2026-03-01', '2026-03-02'], ['2026-02-28', '2026-03-01']],
    ['week', '2026-03-01', ['2026-02-23', '2026-03-02'], ['2026-02-16', '2026-02-23']],
    ['month', '2026-02-28', ['2026-02-01', '2026-03-01'], ['2026-01-01', '2026-02-01']],
    ['quarter', '2025-12-31', ['2025-10-01', '2026-01-01'], ['2025-07-01', '2025-10-01']],
    ['year', '2024-02-29', ['2024-01-01', '2025-01-01'], ['2023-01-01', '2024-01-01']],
  ] as const)('%s of %s, and the one before', (of, at, whole, before) => {
    expect(days(of, at)).toEqual([whole, before]);
  });

  it('is the last one that is over when one before is asked for', () => {
    expect(days('month', '2026-03-10', -1)?.[0]).toEqual(['2026-02-01', '2026-03-01']);
    expect(days('quarter', '2026-03-10', -1)?.[0]).toEqual(['2025-10-01', '2026-01-01']);
  });

  it('that goes on ends with this hour, and is held against as long a part of the one before', () => {
    const period = reportPeriod('month', '2026-03-10', { calendar, now: NOW });
    expect(period?.now.to).toBe(Math.floor(NOW / HOUR_MS) + 1);
    expect(days('month', '2026-03-10')).toEqual([
      ['2026-03-01', '2026-04-01'],
      ['2026-02-01', '2026-02-10 13:00'],
    ]);
  });

  it('that is longer than the one before is held against all of that', () => {
    const late = { calendar, now: Date.parse('2026-03-30T15:30:00Z') };
    const period = reportPeriod('month', '2026-03-10', late);
    expect(period && wall(period.before.to)).toBe('2026-03-01');
  });

  it.each(['2026-02-30', '2026-04-01', 'today'])('is none for %s', (at) => {
    expect(days('month', at)).toBeUndefined();
  });
});
