import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { modelWith } from './bundle.js';
import { type Transition, wander } from './explore.js';
import { FAMILIES, IMPOSSIBLE, RESTARTS, WILD } from './families.js';
import { tableOf, unseen } from './table.js';

describe('the core keeps its promises in every order of events', () => {
  let explore: Awaited<ReturnType<typeof modelWith>>['explore'];
  const transitions = new Set<Transition>();
  let states = 0;

  beforeAll(async () => {
    ({ explore } = await modelWith(null));
  });

  it.each(FAMILIES.map((budget) => [budget.name, budget] as const))('%s', (name, budget) => {
    const seen = explore(budget);
    states += seen.states;
    for (const transition of seen.transitions) transitions.add(transition);
    console.log(
      `${name}: ${seen.states} states, ${seen.steps} steps, ${seen.ended} ends, deepest ${seen.deepest}`,
    );
    expect(seen.ended).toBeGreaterThan(0);
  });

  it('a million states and more', () => {
    console.log(`${states} states in ${FAMILIES.length} families, 0 violations`);
    expect(states).toBeGreaterThanOrEqual(1_000_000);
  });

  it('every event in every phase in which it can come', () => {
    expect(unseen(transitions).sort()).toEqual(IMPOSSIBLE);
  });

  it('src/call/TRANSITIONS.md tells what was seen', () => {
    const written = readFileSync(new URL('../../../src/call/TRANSITIONS.md', import.meta.url), 'utf8');
    expect(written).toBe(tableOf(transitions));
  });
});

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
    ['on anchored media', { ...WILD, layout: { ...WILD.layout, anchored: true } }],
    ['on media that can be mixed', { ...WILD, layout: { ...WILD.layout, anchored: true, mixes: true } }],
  ])('%s', (name, budget) => {
    const seed = 1;
    const { steps, deepest } = wander(budget, 4_000, seed);
    console.log(`4000 histories ${name} from seed ${seed}: ${steps} steps, longest ${deepest}`);
    expect(steps).toBeGreaterThan(4_000);
  });
});
