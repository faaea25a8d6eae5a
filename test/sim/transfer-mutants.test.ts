import { describe, expect, it } from 'vitest';
import { mutants } from './transfers/mutants.js';
import { withBug } from './transfers/mutate.js';

describe('the simulator notices when', () => {
  it.each(mutants.map((mutant) => [mutant.bug, mutant] as const))('%s', async (_, mutant) => {
    const seed = mutant.seed ?? 1;
    const { violations } = await withBug(mutant, ({ runBatch }) =>
      runBatch({ seed, calls: 100, withinMs: 12_000, faults: 'all' }),
    );
    expect(violations.map(({ what }) => what)).toContainEqual(expect.stringMatching(mutant.noticed));
  });
});
