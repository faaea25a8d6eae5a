/** Bugs of conferences. */
import type { Mutant } from './mutants.js';

export const CONFERRED: readonly Mutant[] = [
  {
    bug: 'an agent who leaves a conference leaves the other two to themselves',
    file: 'departure.ts',
    from: "case 'conferring':\n      if (leg.id === phase.transferor) {\n        complete(w);",
    to: "case 'conferring':\n      if (leg.id === phase.transferor) {",
    family: 'conference',
    rule: 'has a part in conferring, but is gone',
  },
  {
    bug: 'a target who leaves a conference takes the caller along',
    file: 'departure.ts',
    from: 'if (leg.id === phase.target) return targetLeftConference(w);',
    to: 'if (leg.id === phase.target) return endCall(w, hungUpEnd);',
    family: 'conference',
    rule: 'promise 1',
  },
  {
    bug: 'a mixer that dies leaves three in silence',
    file: 'step.ts',
    from: 'return mixingLost(w);',
    to: 'return;',
    family: 'conference',
    rule: 'the caller is not with the agent',
  },
  {
    bug: 'a mixer that dies leaves the caller with music',
    file: 'confer.ts',
    from: 'link: { a: transferor, b: transferee, rounds: 0 }',
    to: 'link: { a: transferor, b: target, rounds: 0 }',
    family: 'conference',
    rule: 'the caller is not with the agent',
  },
  {
    bug: 'the target is not in the conference',
    file: 'confer.ts',
    from: '[phase.transferee, phase.transferor, phase.target]',
    to: '[phase.transferee, phase.transferor]',
    family: 'conference',
    rule: 'two hear each other without a mixer',
  },
  {
    bug: 'who was in a conference is taken for being with the party it had before',
    file: 'anchored.ts',
    from: 'for (const id of legs) remember(w, id, id);',
    to: '',
    family: 'conference',
    rule: 'hears',
  },
];
