import { expect, test } from 'vitest';
import { CALLEE, type LossyResult, runLossyWorld } from './lossy-world.js';
import { FAIR, ROUGH } from './world/network.js';
import { SERVER_HOST } from './world/world.js';

const NOTHING = {
  timers: 0,
  legs: 0,
  server: {
    clientTransactions: 0,
    serverTransactions: 0,
    dialogs: 0,
    inboundRequests: 0,
    outboundRequests: 0,
  },
};

function expectAllComplete({ figures, left }: LossyResult, calls: number): void {
  expect([...figures.failures]).toEqual([]);
  expect(figures).toMatchObject({ completed: calls, doubled: 0, calling: calls, called: calls });
  expect(left).toEqual(NOTHING);
}

test('300 calls on a network that loses, doubles and holds up one datagram in ten', async () => {
  const result = await runLossyWorld({ calls: 300, seed: 4711, weather: ROUGH });
  expectAllComplete(result, 300);
  const { sent, lost, duplicated, heldUp } = result.network;
  for (const count of [lost, duplicated, heldUp]) expect(count / sent).toBeCloseTo(0.1, 1);
  expect(result.retransmissions).toBeGreaterThan(100);
});

test('the same seed brings the same run, another seed another one', async () => {
  const run = (seed: number): Promise<LossyResult> => runLossyWorld({ calls: 40, seed, weather: ROUGH });
  const first = await run(1);
  const again = await run(1);
  expect(again.fingerprint).toBe(first.fingerprint);
  expect(again).toEqual(first);
  expect((await run(2)).fingerprint).not.toBe(first.fingerprint);
});

test('nothing is said twice on a network that loses nothing', async () => {
  const result = await runLossyWorld({ calls: 20, seed: 1, weather: FAIR });
  expectAllComplete(result, 20);
  expect(result.retransmissions).toBe(0);
  // INVITE, 100 to the caller, 180, 200, ACK, BYE, 200.
  expect(result.network.sent).toBe(20 * 13);
});

test('calls to a party behind a partition end with 408, and later ones go through once it is healed', async () => {
  const result = await runLossyWorld({
    calls: 10,
    seed: 1,
    weather: FAIR,
    plan: { everyMs: 10_000 },
    disturb: ({ network, time }) => {
      network.partition(SERVER_HOST, CALLEE);
      time.setTimeout(() => network.heal(SERVER_HOST, CALLEE), 45_000);
    },
  });
  // The INVITEs of the calls from 20 s on are still said when the partition ends.
  expect([...result.figures.failures]).toEqual([['caller: our INVITE got 408', 2]]);
  expect(result.figures).toMatchObject({ completed: 8, doubled: 0, called: 8 });
  expect(result.left).toEqual(NOTHING);
});

test('a party that crashes in its calls leaves nothing behind in the server', async () => {
  const result = await runLossyWorld({
    calls: 20,
    seed: 1,
    weather: FAIR,
    plan: { talkMs: 5_000 },
    disturb: ({ network, time }) => {
      time.setTimeout(() => network.crash(CALLEE, 5060), 2_000);
    },
  });
  expect(result.figures.completed).toBe(0);
  expect(result.left.timers).toBe(0);
  // Calls that the dead party was to hang up stay up: nothing tells anybody.
  expect(result.left.server).toMatchObject({ clientTransactions: 0, serverTransactions: 0, dialogs: 20 });
});
