/** Explores all families of histories and writes the table of transitions that was seen. */
import { writeFileSync } from 'node:fs';
import type { Transition } from '../../test/sim/model/explore.js';
import { exploreAll } from '../../test/sim/model/explore-all.js';
import { FAMILIES } from '../../test/sim/model/families.js';
import { Seen } from '../../test/sim/model/fingerprint.js';
import { tableOf, unseen } from '../../test/sim/model/table.js';

const transitions = new Set<Transition>();
const situations = new Seen();
let states = 0;
const explored = exploreAll(FAMILIES, situations);
for (const [at, budget] of FAMILIES.entries()) {
  const seen = await explored[at];
  if (seen === undefined) continue;
  states += seen.states;
  for (const transition of seen.transitions) transitions.add(transition);
  console.log(`${budget.name}: ${seen.states} states, ${seen.steps} steps`);
}
writeFileSync(new URL('../../src/call/TRANSITIONS.md', import.meta.url), tableOf(transitions));
console.log(
  `${states} states, ${situations.size} different; src/call/TRANSITIONS.md is written. Not seen:\n${unseen(transitions).join('\n')}`,
);
