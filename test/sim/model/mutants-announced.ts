/** Bugs of the end that a caller hears whom nobody can take. */
import type { Mutant } from './mutants.js';

export const ANNOUNCED: readonly Mutant[] = [
  {
    bug: 'a caller goes on listening to a desk that is gone',
    file: 'transfer.ts',
    from: "if (heardFrom !== null) park(w, phase.transferee, 'transferring');",
    to: 'if (heardFrom !== null) return;',
    family: 'anchored: targets that play something',
    rule: 'rings, not null',
  },
  {
    bug: 'a caller whose agent leaves never hears the target that rings',
    file: 'transfer.ts',
    from: '&& !hearTarget(w)) park(',
    to: ') park(',
    family: 'anchored: targets that play something',
    rule: 'hears null while',
  },
  {
    bug: 'a caller whom nobody can take is hung up without a word',
    file: 'announcement.ts',
    from: "return leg.state === 'answered' || (",
    to: "return leg.state !== 'answered' && (",
    family: 'anchored: nobody is left',
    rule: 'is let go in returning without a word',
  },
  {
    bug: 'who was told that the call ends stays on the line',
    file: 'announcement.ts',
    from: "if (phase.name !== 'announcing') return;\n  endNow",
    to: "if (phase.name === 'announcing') return;\n  endNow",
    family: 'anchored: nobody is left',
    rule: 'is told of the end for ever',
  },
  {
    bug: 'the announcement is cut off in the moment in which it begins',
    file: 'announcement.ts',
    from: 'if (ms === null || announcement === null) return announcementOver(w);',
    to: 'if (ms !== null || announcement === null) return announcementOver(w);',
    family: 'anchored: nobody is left',
    rule: 'is dropped (all-targets-failed) in announcing on announcement-begun',
  },
  {
    bug: 'the call ends for a caller whom an operator has just given to somebody',
    file: 'requests.ts',
    from: "w.emit({ type: 'stop-timer', timer: 'announcement' });",
    to: '',
    family: 'anchored: nobody is left',
    rule: 'timers left: c announcement',
  },
  {
    bug: 'a caller who hangs up during the announcement stays in the books',
    file: 'departure.ts',
    from: "case 'announcing':\n      if (leg.id !== phase.party) return;",
    to: "case 'announcing':\n      if (leg.id === phase.party) return;",
    family: 'anchored: nobody is left',
    rule: 'has a part in announcing, but is gone',
  },
  {
    bug: 'desks ring on while the caller hears that nobody is there',
    file: 'step.ts',
    from: "stopHunt(w, phase.hunt, null, 'all-targets-failed');",
    to: '',
    family: 'anchored: nobody is left',
    rule: 'is up and forgotten in announcing',
  },
];
