/** Bugs of waiting in a queue. */
import type { Mutant } from './mutants.js';

export const QUEUED: readonly Mutant[] = [
  {
    bug: 'a caller loses the place when the agent whom the queue named does not answer',
    file: 'hunt.ts',
    from: 'return next.waiting === null ? callNext(w, on) : waitOn(w, on, next.waiting);',
    to: 'return callNext(w, on);',
    family: 'a queue',
    rule: 'loses its place in the queue',
  },
  {
    bug: 'a queue keeps the place of a caller who has left',
    file: 'queue.ts',
    from: "w.emit({ type: 'queue-leave', queue: before.queue, entry: before.entry });",
    to: '',
    family: 'a queue',
    rule: 'has left the queue, which was not told',
  },
  {
    bug: 'whom a queue named for an earlier wait is called',
    file: 'queue.ts',
    from: 'if (hunt.search.hunt.waiting?.ticket !== ticket) return;',
    to: '',
    family: 'consultation with a queue, and what it says too late',
    rule: 'of 0 whom the queue has named, 1 are called',
  },
  {
    bug: 'a caller waits for ever when the queue falls silent',
    file: 'hunt.ts',
    from: "w.emit({ type: 'start-timer', timer: 'queue', ms: maxWaitMs });",
    to: '',
    family: 'a queue',
    rule: 'may wait in the queue for ever',
  },
  {
    bug: 'an agent whom the queue named rings on when the wait is over',
    file: 'queue.ts',
    from: 'if (last.ringing.length > 0) hunt.goOn(last);\n  else hunt.goOn(',
    to: 'hunt.goOn(',
    family: 'a queue',
    rule: 'is up and forgotten in seeking',
  },
  {
    bug: 'the queue is not asked again when the agent whom it named is busy',
    file: 'hunt.ts',
    from: "w.emit({ type: 'queue-wait', ...waiting, again, from, emergency, lastHope });",
    to: "if (!again) w.emit({ type: 'queue-wait', ...waiting, again, from, emergency, lastHope });",
    family: 'a queue',
    rule: 'waits in a queue that does not know of it',
  },
];
