import { expect, it } from 'vitest';
import { bundled } from './bundle.js';
import type * as Monitor from './monitor-explore.js';
import { MONITORED } from './mutants-monitor.js';

it('who listens to a call does it no harm, leaves nothing behind and is in the audit, in every order of events', async () => {
  const { exploreMonitor }: typeof Monitor = await import(
    /* @vite-ignore */ await bundled('monitor-explore.ts', null)
  );
  const { states, ended } = exploreMonitor();
  console.log(`somebody who listens: ${states} states, ${ended} ends`);
  expect(ended).toBeGreaterThan(0);
});

it.each(MONITORED.map((mutant) => [mutant.bug, mutant] as const))(
  'the model notices when %s',
  async (_, mutant) => {
    const { exploreMonitor }: typeof Monitor = await import(
      /* @vite-ignore */ `${await bundled('monitor-explore.ts', mutant)}#${encodeURIComponent(mutant.bug)}`
    );
    expect(() => exploreMonitor()).toThrow(mutant.rule);
  },
);
