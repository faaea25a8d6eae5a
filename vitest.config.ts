import { defineConfig } from 'vitest/config';

/** Pure logic: on every core, before the rest. */
const computing = { maxWorkers: '100%', sequence: { groupOrder: 0 } };
/** Real sockets and real time: one file after the other, with nothing beside it. */
const alone = { fileParallelism: false, sequence: { groupOrder: 1 } };

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000, ...computing } },
      { test: { name: 'sip', include: ['test/sip/**/*.test.ts'], testTimeout: 20_000, ...alone } },
      { test: { name: 'sim', include: ['test/sim/**/*.test.ts'], testTimeout: 300_000, ...computing } },
      {
        test: {
          name: 'media',
          include: ['test/media/**/*.test.ts'],
          testTimeout: 20_000,
          ...alone,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          ...alone,
        },
      },
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
});
