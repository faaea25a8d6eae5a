/** What the table of transitions leaves empty, and why. */

interface Never {
  readonly why: string;
  readonly phases: readonly string[];
  readonly events: readonly string[];
}

const NEVER: readonly Never[] = [
  {
    why: 'nobody has a place of ours yet: no queue and no conference was there',
    phases: ['calling-agent', 'calling-back'],
    events: [
      'timer hunt',
      'candidate-ready',
      'queue-news',
      'queue-over',
      'timer queue',
      'announcement-begun',
      'timer announcement',
      'notify-answered',
      'timer notify',
      'timer keys',
      'mixing-lost',
    ],
  },
  {
    why: 'no phone of the agent has answered: there is no dialog, and none whose place another could take',
    phases: ['calling-agent'],
    events: ['answer-failed', 'acked', 'referred', 'attended', 'offer-answered', 'timer glare'],
  },
  {
    why: 'the caller is not answered yet: there is no dialog, and nothing of ours to answer in it',
    phases: ['seeking'],
    events: [
      'answer-failed',
      'acked',
      'referred',
      'attended',
      'notify-answered',
      'timer notify',
      'offer-answered',
      'timer glare',
      'timer keys',
    ],
  },
  {
    why: 'nobody is being called: what was, has answered or was cancelled, and its timers were stopped',
    phases: ['talking', 'consulting', 'conferring', 'switching', 'announcing', 'ending'],
    events: ['timer silent', 'timer ring'],
  },
  {
    why: 'its time begins and ends with the phase',
    phases: [
      'seeking',
      'talking',
      'transferring',
      'consulting',
      'conferring',
      'switching',
      'returning',
      'ending',
    ],
    events: ['timer announcement'],
  },
  {
    why: 'it follows at once when somebody is told that nobody is left; from there the way is to a target that is called',
    phases: ['seeking', 'consulting', 'conferring', 'switching'],
    events: ['announcement-begun'],
  },
  {
    why: 'its time ends with the first answer, or with the return of the caller',
    phases: ['talking', 'transferring', 'consulting', 'conferring', 'announcing', 'ending'],
    events: ['timer hunt'],
  },
  {
    why: 'nobody waits in a queue',
    phases: ['talking', 'consulting', 'conferring', 'switching', 'announcing', 'ending'],
    events: ['timer queue'],
  },
  { why: 'an ending call has stopped them', phases: ['ending'], events: ['timer limit', 'timer keys'] },
];

/** Pairs of phase and event that cannot come. */
export const IMPOSSIBLE: readonly string[] = NEVER.flatMap(({ phases, events }) =>
  phases.flatMap((phase) => events.map((event) => `${phase}: ${event}`)),
).sort();
