import { describe, expect, it } from 'vitest';
import { wallClock } from '../../../../src/ledger/export/wall-clock.js';

describe('what clocks show', () => {
  it('is eight hours ahead in China', () => {
    const clock = wallClock('Asia/Shanghai');
    expect(clock(Date.UTC(2026, 0, 31, 16, 0, 0, 5))).toBe(Date.UTC(2026, 1, 1, 0, 0, 0, 5));
  });

  it('jumps when they are put forward', () => {
    const clock = wallClock('Europe/Berlin');
    const change = Date.UTC(2026, 2, 29, 1);
    expect(clock(change - 1)).toBe(Date.UTC(2026, 2, 29, 2) - 1);
    expect(clock(change)).toBe(Date.UTC(2026, 2, 29, 3));
  });

  it('takes zones that are no whole hours from UTC', () => {
    expect(wallClock('Asia/Kathmandu')(Date.UTC(2026, 0, 1))).toBe(Date.UTC(2026, 0, 1, 5, 45));
  });

  it('is the same for ten thousand quarters asked for twice', () => {
    const clock = wallClock('America/New_York');
    const once = Array.from({ length: 10_000 }, (_, n) => clock(n * 900_000));
    expect(Array.from({ length: 10_000 }, (_, n) => clock(n * 900_000))).toEqual(once);
  });

  it('does not know a zone that is none', () => {
    expect(() => wallClock('Asia/Nowhere')).toThrow(RangeError);
  });
});
