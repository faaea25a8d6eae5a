import { describe, expect, it } from 'vitest';
import type { Budget } from './choices.js';
import { explore, wander } from './explore.js';

const RICH: Budget = { refers: 2, apiTransfers: 1, offers: 2, glares: 2, refusedOffers: 1, rings: 3 };

describe('the core keeps its promises in every order of events', () => {
  it.each<[string, Budget]>([
    ['one REFER', { refers: 1, apiTransfers: 0, offers: 0, glares: 0, refusedOffers: 0, rings: 1 }],
    [
      'a re-INVITE and glare',
      { refers: 0, apiTransfers: 0, offers: 1, glares: 1, refusedOffers: 1, rings: 0 },
    ],
    [
      'a transfer by the API',
      { refers: 0, apiTransfers: 1, offers: 0, glares: 0, refusedOffers: 1, rings: 0 },
    ],
  ])('every state of a call with %s', (_, budget) => {
    const seen = explore(budget, 60_000);
    console.log(`states ${seen.states}, steps ${seen.steps}, ended ${seen.ended}, deepest ${seen.deepest}`);
    expect(seen.ended).toBeGreaterThan(0);
  });

  it.each([
    ['offers in the INVITE', RICH],
    ['offers in our answers', { ...RICH, lateOffers: true }],
  ])('long random histories with %s', (_, budget) => {
    const seed = 1;
    const { steps, deepest } = wander(budget, 20_000, seed);
    console.log(`20000 histories from seed ${seed}: ${steps} steps, longest ${deepest}`);
    expect(steps).toBeGreaterThan(20_000);
  });
});
