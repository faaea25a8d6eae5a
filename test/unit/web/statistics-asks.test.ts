import { describe, expect, it } from 'vitest';
import type { Statistics } from '../../../src/web/ops/server/shapes.js';
import { busyMonth, knownMonths, wishOf } from '../../../src/web/ops/statistics-asks.js';

/** Months up to October 2026, in which so many calls came. */
function months(...offered: readonly number[]): Statistics {
  const known = {
    timezone: 'Asia/Shanghai',
    endsAt: '2026-10-20T06:00:00.000Z',
    periods: offered.map((count) => ({ offered: count })),
  };
  return known as unknown as Statistics;
}

describe('what the statistics page looks at', () => {
  it('is the last month with calls', () => {
    expect(busyMonth(months(5, 7, 0, 3))).toBe('2026-10');
    expect(busyMonth(months(5, 7, 0, 0))).toBe('2026-08');
    expect(busyMonth(months(0, 0))).toBe('2026-10');
  });

  it('can be any month since the first call', () => {
    expect(knownMonths(months(0, 7, 0, 3))).toEqual(['2026-10', '2026-09', '2026-08']);
    expect(knownMonths(months(0, 0))).toEqual(['2026-10']);
  });

  it('is said by the address; what that says wrongly is as if it were not there', () => {
    const otherwise = { month: '2026-10' };
    expect(wishOf({}, otherwise)).toEqual({ month: '2026-10', beside: '2026-09', member: '', by: 'day' });
    expect(
      wishOf({ month: '2026-01', with: '2025-01', member: 'city-12345', by: 'week' }, otherwise),
    ).toEqual({ month: '2026-01', beside: '2025-01', member: 'city-12345', by: 'week' });
    expect(wishOf({ month: '2026-20', with: 'x', by: 'year' }, otherwise)).toEqual(wishOf({}, otherwise));
  });
});
