import { describe, expect, it } from 'vitest';
import { weightedOrder } from '../../../src/engine/weighted-order.js';
import { randomFrom } from '../dialplan/plan-text.js';

const items = [
  { name: 'a', weight: 6 },
  { name: 'b', weight: 3 },
  { name: 'c', weight: 1 },
];

describe('weighted random order', () => {
  const below = randomFrom(33358);
  const random = (): number => below(2 ** 30) / 2 ** 30;
  const rounds = 20_000;
  const orders = Array.from({ length: rounds }, () =>
    weightedOrder(items, random)
      .map(({ name }) => name)
      .join(''),
  );
  const share = (test: (order: string) => boolean): number => orders.filter(test).length / rounds;

  it('has every item once', () => {
    expect(new Set(orders.map((order) => [...order].sort().join('')))).toEqual(new Set(['abc']));
    expect(items.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('draws the first in proportion to the weights, and the second in proportion to those left', () => {
    expect(share((order) => order.startsWith('a'))).toBeCloseTo(0.6, 1.5);
    expect(share((order) => order.startsWith('b'))).toBeCloseTo(0.3, 1.5);
    expect(share((order) => order.startsWith('c'))).toBeCloseTo(0.1, 1.5);
    expect(share((order) => order === 'abc')).toBeCloseTo(0.6 * 0.75, 1.5);
    expect(share((order) => order === 'bca')).toBeCloseTo(0.3 * (1 / 7), 1.5);
    expect(share((order) => order === 'cab')).toBeCloseTo(0.1 * (6 / 9), 1.5);
  });

  it('is the order of the list when the lowest number is always drawn, and the reverse for the highest', () => {
    expect(weightedOrder(items, () => 0).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(weightedOrder(items, () => 1 - 2 ** -53).map(({ name }) => name)).toEqual(['c', 'b', 'a']);
  });
});
