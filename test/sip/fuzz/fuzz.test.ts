import { expect, test } from 'vitest';
import { runFuzz } from './run-fuzz.js';

test('damaged messages neither throw nor go on to the application in a form it cannot read', () => {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 4_294_967_296);
  console.log(`fuzz: FUZZ_SEED=${seed}`);
  const figures = runFuzz({ seed, count: 20_000 });
  expect(figures.sound + figures.faulty + figures.notSip).toBe(20_000);
  // The damage is neither so small that nothing is refused nor so great that nothing is understood.
  expect(figures.sound).toBeGreaterThan(2000);
  expect(figures.faulty).toBeGreaterThan(2000);
  expect(figures.answers).toBeGreaterThan(2000);
  expect(figures.fromStreams).toBeGreaterThan(500);
});

test('the same seed makes the same messages', () => {
  expect(runFuzz({ seed: 4711, count: 3000 })).toEqual(runFuzz({ seed: 4711, count: 3000 }));
});
