import { describe, expect, it } from 'vitest';
import type { Transfer } from '../../../src/web/ops/server/shapes.js';
import { slowestTransfers } from '../../../src/web/ops/slowest-transfers.js';

const PAGE = 50;

/** A listing of transfers in the order of time, and how often it was asked. */
function listing(took: readonly number[]) {
  const asked: number[] = [];
  const page = (minSwitch: number, cursor: string | undefined) => {
    asked.push(minSwitch);
    const rest = took
      .map((switchMs, index) => ({ id: String(index), switchMs }) as Transfer)
      .slice(Number(cursor ?? 0))
      .filter(({ switchMs }) => (switchMs ?? 0) >= minSwitch * 1000);
    const items = rest.slice(0, PAGE);
    const next = rest.length > PAGE ? String(Number(items.at(-1)?.id) + 1) : null;
    return Promise.resolve({ items, next });
  };
  return { page, asked };
}

/** Numbers from 0 to 1 that look like chance, the same each time. */
const some = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => (index * 0.618_033_988_75) % 1);

describe('the slowest transfers', () => {
  const took = some(5000).map((share) => 1000 + share ** 6 * 60_000);
  const sorted = [...took].sort((a, b) => b - a);
  const at = (share: number): number => sorted[Math.floor(sorted.length * (1 - share))] ?? 0;
  const times = { completed: took.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };

  it('are found, slowest first, with few pages out of many transfers', async () => {
    const { page, asked } = listing(took);
    const { items, whole } = await slowestTransfers(times, 10, page);
    expect(items.map(({ switchMs }) => switchMs)).toEqual(sorted.slice(0, 10));
    expect(whole).toBe(true);
    expect(asked.length).toBeLessThan(5);
  });

  it('are found when nothing is known of how long transfers take', async () => {
    const { page, asked } = listing(took);
    const { items, whole } = await slowestTransfers({ completed: 0, p50: 0, p95: 0, p99: 0 }, 10, page);
    expect(items.map(({ switchMs }) => switchMs)).toEqual(sorted.slice(0, 10));
    expect(whole).toBe(true);
    // Each page raises what is asked for.
    expect([...asked].sort((a, b) => a - b)).toEqual(asked);
    expect(asked.at(-1)).toBeGreaterThan(20);
  });

  it('are all there are when there are few', async () => {
    const { page } = listing([2000, 9000, 4000]);
    const few = await slowestTransfers({ completed: 3, p50: 4100, p95: 9100, p99: 9100 }, 10, page);
    expect(few.items.map(({ switchMs }) => switchMs)).toEqual([9000, 4000, 2000]);
  });

  it('say when the listing was left before its end', async () => {
    const growing = Array.from({ length: 2000 }, (_, index) => 1000 + index);
    const { page } = listing(growing);
    const { whole } = await slowestTransfers({ completed: 0, p50: 0, p95: 0, p99: 0 }, 10, page);
    expect(whole).toBe(false);
  });
});
