import { expect, test } from 'vitest';
import { type BatchOptions, type BatchResult, runBatch } from './transfers/batch.js';

const EVERY_MS = 120;

async function play(
  options: Pick<BatchOptions, 'calls' | 'seed' | 'faults' | 'wheel'>,
): Promise<BatchResult> {
  const result = await runBatch({ ...options, withinMs: options.calls * EVERY_MS, ladders: true });
  const { violations } = result;
  const first = violations.find(({ story }) => story !== null)?.story;
  if (first !== undefined && first !== null) console.error(result.ladder(first).join('\n'));
  expect(violations).toEqual([]);
  return result;
}

test('300 callers are transferred in every way while network and PBXs fail', async () => {
  const { tally } = await play({ calls: 300, seed: 7, faults: 'all' });
  expect(tally['caller: DROPPED']).toBeUndefined();
  for (const way of [
    'refer/blind',
    'refer/consult',
    'replaces/consult',
    'key/blind',
    'api/blind',
    'api/consult',
  ])
    expect(tally[`transfer ${way}: completed`], way).toBeGreaterThan(0);
  for (const outcome of ['reached', 'abandoned', 'busy', 'no-answer'])
    expect(tally[`call back: ${outcome}`], outcome).toBeGreaterThan(0);
  expect(tally['monitor: call-ended']).toBeGreaterThan(0);
  for (const outcome of ['failed', 'refused', 'abandoned'])
    expect(tally[`transfer refer/blind: ${outcome}`], outcome).toBeGreaterThan(0);
});

test('100 callers on a network that loses nothing', async () => {
  await play({ calls: 100, seed: 2, faults: 'none' });
});

test('the same with the timing wheel under the SIP server', async () => {
  await play({ calls: 60, seed: 3, faults: 'all', wheel: true });
});

test('the same seed brings the same run to the last byte', async () => {
  const first = await play({ calls: 30, seed: 4, faults: 'all' });
  const again = await play({ calls: 30, seed: 4, faults: 'all' });
  expect(again.fingerprint).toBe(first.fingerprint);
  expect(again.tally).toEqual(first.tally);
  const other = await play({ calls: 30, seed: 5, faults: 'all' });
  expect(other.fingerprint).not.toBe(first.fingerprint);
});
