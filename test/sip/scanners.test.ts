import { expect, test } from 'vitest';
import { runAttacks, wasDropped } from './hostile/run-attacks.js';

test('no good call is lost while scanners and floods attack, and each of them is dropped', async () => {
  const dropped: string[] = [];
  const { good, results } = await runAttacks({
    blockMs: 3000,
    afterMs: 300,
    rate: 10,
    told: (result) => {
      if (wasDropped(result)) dropped.push(result.name);
    },
  });
  expect(results).toHaveLength(8);
  expect(dropped).toEqual(results.map(({ name }) => name));
  for (const { rounds } of results) {
    expect(rounds.map((round) => round.blockSeconds)).toEqual([3, 6]);
  }
  expect(good.begun).toBeGreaterThan(50);
  expect(good.completed).toBe(good.begun);
}, 60_000);
