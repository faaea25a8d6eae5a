import { describe, expect, it } from 'vitest';
import { inCity, isMonth, monthAfter, spanName } from '../../../src/web/ops/city-time.js';

describe('times of the city', () => {
  it('are those of its time zone, whatever that of the browser is', () => {
    // Midnight of the first of May in China.
    const midnight = '2026-04-30T16:00:00.000Z';
    expect(inCity(midnight, 'Asia/Shanghai')).toEqual({ date: '2026-05-01', hour: '00' });
    expect(inCity(midnight, 'Europe/Berlin')).toEqual({ date: '2026-04-30', hour: '18' });
    expect(spanName(midnight, 'month', 'Asia/Shanghai')).toBe('2026-05');
    expect(spanName(midnight, 'day', 'Asia/Shanghai')).toBe('05-01');
    expect(spanName(midnight, 'hour', 'Asia/Shanghai')).toBe('05-01 00:00');
  });

  it('knows the months around a month', () => {
    expect(monthAfter('2026-01', -1)).toBe('2025-12');
    expect(monthAfter('2026-11', 2)).toBe('2027-01');
    expect(monthAfter('2026-05', -12)).toBe('2025-05');
    expect(isMonth('2026-12')).toBe(true);
    expect(['2026-13', '2026-1', 'now', undefined].some(isMonth)).toBe(false);
  });
});
