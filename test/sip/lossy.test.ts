import { expect, test } from 'vitest';
import { runLossyCalls } from './lossy/lossy-calls.js';

test('60 calls over real sockets, through a relay that loses, doubles and holds up one datagram in ten', async () => {
  const { figures, network, retransmissions, left, legs } = await runLossyCalls({
    plan: { calls: 60, everyMs: 20, ringMs: 100, talkMs: 300 },
    seed: 4711,
    weather: { loss: 0.1, duplication: 0.1, reordering: 0.1, delayMs: 2, heldUpMs: 60 },
    timers: { t1: 100, t2: 800, t4: 1000 },
  });
  expect([...figures.failures]).toEqual([]);
  expect(figures).toMatchObject({ completed: 60, doubled: 0, calling: 60, called: 60 });
  expect(Object.values(left).every((count) => count === 0)).toBe(true);
  expect(legs).toBe(0);
  expect(network.lost).toBeGreaterThan(30);
  expect(retransmissions).toBeGreaterThan(20);
}, 40_000);
