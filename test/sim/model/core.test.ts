import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Explored, Transition } from './explore.js';
import { exploreAll } from './explore-all.js';
import { FAMILIES } from './families.js';
import { Seen } from './fingerprint.js';
import { IMPOSSIBLE } from './impossible.js';
import { tableOf, unseen } from './table.js';

describe('the core keeps its promises in every order of events', () => {
  const transitions = new Set<Transition>();
  const situations = new Seen();
  let states = 0;

  let explored: readonly Promise<Explored>[];
  beforeAll(() => {
    explored = exploreAll(FAMILIES, situations);
  });

  it.each(FAMILIES.map(({ name }, at) => [name, at] as const))('%s', async (name, at) => {
    const seen = await explored[at];
    if (seen === undefined) throw new Error('no such family');
    states += seen.states;
    for (const transition of seen.transitions) transitions.add(transition);
    console.log(
      `${name}: ${seen.states} states, ${seen.steps} steps, ${seen.ended} ends, deepest ${seen.deepest}`,
    );
    expect(seen.ended).toBeGreaterThan(0);
  });

  it('a million different situations and more', () => {
    console.log(
      `${states} states visited in ${FAMILIES.length} families, ${situations.size} of calls and wire different, 0 violations`,
    );
    expect(situations.size).toBeGreaterThanOrEqual(1_000_000);
  });

  it('every event in every phase in which it can come', () => {
    expect(unseen(transitions).sort()).toEqual(IMPOSSIBLE);
  });

  it('src/call/TRANSITIONS.md tells what was seen', () => {
    const written = readFileSync(new URL('../../../src/call/TRANSITIONS.md', import.meta.url), 'utf8');
    expect(written).toBe(tableOf(transitions));
  });
});
