import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planText, testPlan } from './harness/plan.js';
import { World } from './harness/world.js';

describe('with the SIP server in a thread of its own (sip.embedded.thread)', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open({ settings: { sip: { embedded: { thread: true } } } });
  });
  // Closing checks that the program ends in good order.
  afterAll(async () => {
    await world.close();
  });

  const transfer = () =>
    world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-refers', with: { referTo: '110' } },
        { at: 'pbx-110', scenario: 'target-is-hung-up', with: { referredBy: 'sip:desk7@' } },
      ],
    });

  it('a transfer is the same', async () => {
    const { call, transfers } = await transfer();
    expect(call).toMatchObject({ outcome: 'answered', legs: 3, transfers: 1 });
    expect(transfers[0]).toMatchObject({ outcome: 'completed' });
  });

  it('its figures are among the metrics', async () => {
    const text = await world.server.api.metrics();
    expect(text).toMatch(/onekey_sip_messages_total\{direction="in",method="REFER",status=""\} [1-9]/);
  });

  it('a reload of the dial plan reaches it, and calls go on', async () => {
    world.server.reload(`${planText(testPlan(world.ports))}\n# changed\n`);
    const { call } = await transfer();
    expect(call).toMatchObject({ outcome: 'answered', transfers: 1 });
  });
});
