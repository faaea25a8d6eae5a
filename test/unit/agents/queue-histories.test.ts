import { describe, expect, it } from 'vitest';
import { playQueues } from './queue-histories.js';

describe('queues in random histories', () => {
  it.each([
    { agents: 3, queues: 1, ringAtOnce: 1 },
    { agents: 8, queues: 3, ringAtOnce: 1 },
    { agents: 8, queues: 2, ringAtOnce: 3 },
  ])('with %o ring nobody twice, and who has been idle longest first', (layout) => {
    let offers = 0;
    let answered = 0;
    for (let seed = 1; seed <= 700; seed++) {
      const seen = playQueues({ ...layout, seed, steps: 120 });
      expect(seen.violation === null ? null : `seed ${seed}: ${seen.violation}`).toBeNull();
      offers += seen.offers;
      answered += seen.answered;
    }
    // The histories are about something.
    expect(offers).toBeGreaterThan(5_000);
    expect(answered).toBeGreaterThan(1_000);
  });
});
