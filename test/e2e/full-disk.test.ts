import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Server } from './harness/server.js';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

describe('a server whose disk is full', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open({ diskMegabytes: 12 });
  });
  // Closing verifies the ledger's chain.
  afterAll(async () => {
    await world.close();
  });

  /** What health says is wrong. */
  async function problems(): Promise<readonly string[]> {
    const { body } = await world.server.api.ask('GET', '/healthz');
    const { problems: lines } = body as { readonly problems: readonly string[] };
    return lines;
  }

  const plain = () =>
    world.perform({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up' },
        { at: 'pbx-12345', scenario: 'agent-is-hung-up' },
      ],
    });
  const transferred = () =>
    world.perform({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-refers', with: { referTo: '110' } },
        { at: 'pbx-110', scenario: 'target-is-hung-up', with: { referredBy: 'sip:desk7@' } },
      ],
    });

  it('connects and transfers callers all the same, says so, and has all of it in the ledger afterwards', async () => {
    const before = await plain();
    expect((await world.traceOf(before)).legs).toHaveLength(2);
    world.disk?.fill();
    const during = [await plain(), await transferred()];
    await until('health to tell of it', async () => {
      const lines = await problems();
      return lines.some((line) => line.startsWith('the ledger cannot write')) || undefined;
    });
    expect(await world.server.api.metrics()).toMatch(/^onekey_ledger_writable 0$/m);

    world.disk?.empty();
    const [first = '', second = ''] = during;
    const simple = await world.traceOf(first);
    expect(simple.call).toMatchObject({ outcome: 'answered', legs: 2 });
    expect(simple.legs).toHaveLength(2);
    const moved = await world.traceOf(second);
    expect(moved.call).toMatchObject({ outcome: 'answered', lastMember: 'police', legs: 3, transfers: 1 });
    expect(moved.legs).toHaveLength(3);
    expect(moved.transfers).toMatchObject([{ outcome: 'completed', toMember: 'police' }]);
    await until('health to be well', async () => (await problems()).length === 0 || undefined);
  });

  it('starts all the same, and takes calls', async () => {
    const { options, ports } = world.server;
    expect(await world.server.stop()).toBe(0);
    world.disk?.fill();
    world.server = await Server.start({ ...options, ports });
    const caller = await plain();
    world.disk?.empty();
    expect(await world.traceOf(caller)).toMatchObject({ call: { outcome: 'answered', legs: 2 } });
  });
});
