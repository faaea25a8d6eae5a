/** Explores all families of histories and writes the table of transitions that was seen. */
import { writeFileSync } from 'node:fs';
import { modelWith } from '../../test/sim/model/bundle.js';
import type { Transition } from '../../test/sim/model/explore.js';
import { FAMILIES } from '../../test/sim/model/families.js';
import { Seen } from '../../test/sim/model/fingerprint.js';
import { tableOf, unseen } from '../../test/sim/model/table.js';

const { explore } = await modelWith(null);
const transitions = new Set<Transition>();
const situations = new Seen();
let states = 0;
for (const budget of FAMILIES) {
  const seen = explore(budget, situations);
  states += seen.states;
  for (const transition of seen.transitions) transitions.add(transition);
  console.log(`${budget.name}: ${seen.states} states, ${seen.steps} steps`);
}
writeFileSync(new URL('../../src/call/TRANSITIONS.md', import.meta.url), tableOf(transitions));
console.log(
  `${states} states, ${situations.size} different; src/call/TRANSITIONS.md is written. Not seen:\n${unseen(transitions).join('\n')}`,
);
