import { expect, test } from 'vitest';
import { playCityDay } from './queues/city-day.js';

test.each([1, 2, 3])(
  '4 queues with 20 agents under load: nobody rung twice, nobody passed over (seed %i)',
  async (seed) => {
    const verdict = await playCityDay({ queues: 4, agents: 20, callsPerSecond: 0.5, seconds: 240, seed });
    expect(verdict).toMatchObject({ rungTwice: [], passedOver: [], otherTimes: [], lost: 0 });
    expect(verdict.answered).toBeGreaterThan(50);
    expect(verdict.offers).toBeGreaterThan(verdict.answered);
  },
);
