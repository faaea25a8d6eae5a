import { describe, expect, it } from 'vitest';
import { modelWith } from './bundle.js';
import { wander } from './explore.js';
import { RESTARTS, WILD } from './families.js';
import type { Budget } from './world.js';

const BACK: Budget = {
  ...WILD,
  times: { ...WILD.times, tone: 1, restart: 1 },
  callsBack: 'two phones',
};
const KILLED = { ...WILD, times: { ...WILD.times, restart: 1 } };

describe('the core keeps its promises when the program is', () => {
  it.each(RESTARTS.map((budget) => [budget.name, budget] as const))('%s', async (name, budget) => {
    const { explore } = await modelWith(null);
    const { states, ended } = explore(budget);
    console.log(`${name}: ${states} states, ${ended} ends`);
    expect(ended).toBeGreaterThan(0);
  });
});

describe('the core keeps its promises in long random histories', () => {
  it.each([
    ['of a citizen', WILD],
    ['whose INVITE has no SDP', { ...WILD, lateOffer: true }],
    ['of an agent who calls', { ...WILD, agentCalls: true }],
    ['with UPDATE', { ...WILD, updates: true }],
    ['that outlive the program', KILLED],
    ['that outlive program and media server', { ...KILLED, layout: { ...WILD.layout, anchored: true } }],
    ['of a citizen who is called back', BACK],
    [
      'of a citizen who is called back, on anchored media',
      { ...BACK, layout: { ...WILD.layout, anchored: true } },
    ],
    ['on anchored media', { ...WILD, layout: { ...WILD.layout, anchored: true } }],
    ['on media that can be mixed', { ...WILD, layout: { ...WILD.layout, anchored: true, mixes: true } }],
  ])('%s', (name, budget) => {
    const seed = 1;
    const { steps, deepest } = wander(budget, 4_000, seed);
    console.log(`4000 histories ${name} from seed ${seed}: ${steps} steps, longest ${deepest}`);
    expect(steps).toBeGreaterThan(4_000);
  });
});
