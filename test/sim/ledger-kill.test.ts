import { expect, it } from 'vitest';
import { playKillRounds } from './ledger-kill/kill-rounds.js';

const ROUNDS = 25;
const SEED = 20260302;

it(`a ledger whose program is killed ${ROUNDS} times loses nothing that was confirmed (seed ${SEED})`, async () => {
  const { faults, answered, done, left, months } = await playKillRounds({
    rounds: ROUNDS,
    seed: SEED,
    perLedger: 25,
  });
  expect(faults).toEqual([]);
  // The rounds were worth their name: calls were done, calls were cut off, months turned.
  expect(answered).toBeGreaterThan(ROUNDS);
  expect(done).toBeGreaterThan(ROUNDS);
  expect(left).toBeGreaterThan(0);
  expect(months).toBeGreaterThan(1);
});
