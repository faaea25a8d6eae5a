import { describe, expect, it } from 'vitest';
import type { Budget } from './choices.js';
import { mutants } from './mutants.js';
import { exploreWith } from './mutate.js';

const RICH: Budget = { refers: 2, apiTransfers: 1, offers: 2, glares: 2, refusedOffers: 1, rings: 3 };

describe('the model notices when', () => {
  it.each(mutants.map((mutant) => [mutant.bug, mutant] as const))('%s', async (_, mutant) => {
    const { wander } = await exploreWith(mutant);
    expect(() => {
      wander(RICH, 20_000, 1);
      wander({ ...RICH, lateOffers: true }, 20_000, 1);
    }).toThrow();
  });
});
