import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from './harness/world.js';
import { World } from './harness/world.js';

describe('a transfer in which somebody leaves at a bad moment', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });

  const busyTarget: Role = {
    at: 'pbx-110',
    scenario: 'called-rings-then-refuses',
    with: { kind: 'called-by-transfer', role: 'target', status: '486 Busy Here', ring: 600 },
  };

  it('completes when the agent hangs up 200 ms after the 202', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-leaves-early', with: { referTo: '110' } },
        { at: 'pbx-110', scenario: 'target-is-hung-up', with: { ring: 1000 } },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police', endedBy: 'caller' });
    expect(transfers[0]).toMatchObject({ outcome: 'completed' });
  });

  it('brings the caller back to the hotline when the agent has left and the target is busy', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-taken-back', with: { to: 31500 } },
        { at: 'pbx-12345', scenario: 'agent-leaves-then-takes-back', times: 2, with: { referTo: '110' } },
        busyTarget,
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'city', endedBy: 'caller', missed: false });
    expect(transfers[0]).toMatchObject({ outcome: 'failed', cause: 'busy' });
  });

  it('brings the caller to the fallback when the hotline is busy too', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-taken-back', with: { to: 33000 } },
        {
          at: 'pbx-12345',
          scenario: 'agent-leaves-then-takes-back',
          times: 2,
          with: { referTo: '110', second: 'rejects', secondEnd: 'nothing' },
        },
        busyTarget,
        { at: 'pbx-12333', scenario: 'agent-is-hung-up', with: { media: 33000 } },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'duty', endedBy: 'caller', missed: false });
  });

  it('ends the call and owes a call back only when nobody at all can take the caller', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-hung-up' },
        {
          at: 'pbx-12345',
          scenario: 'agent-leaves-then-takes-back',
          times: 2,
          with: { referTo: '110', second: 'rejects', secondEnd: 'nothing' },
        },
        busyTarget,
        { at: 'pbx-12333', scenario: 'called-refuses', with: { role: 'agent', status: '486 Busy Here' } },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'us', missed: true });
    expect(transfers[0]).toMatchObject({ outcome: 'failed', cause: 'busy' });
  });

  it('releases target and agent when the caller hangs up while the target rings', async () => {
    const { call, legs, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-gives-up-in-transfer' },
        { at: 'pbx-12345', scenario: 'agent-is-released-on-abandon', with: { referTo: '110' } },
        {
          at: 'pbx-110',
          scenario: 'called-is-cancelled',
          with: { kind: 'called-by-transfer', role: 'target' },
        },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller' });
    expect(transfers[0]).toMatchObject({ outcome: 'abandoned' });
    expect(legs.find((leg) => leg.role === 'target')).toMatchObject({ outcome: 'cancelled' });
  });

  it('acknowledges and ends a target whose answer crosses the CANCEL', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-gives-up-in-transfer' },
        { at: 'pbx-12345', scenario: 'agent-is-released-on-abandon', with: { referTo: '110' } },
        { at: 'pbx-110', scenario: 'called-answers-when-cancelled', with: { role: 'target', media: 32000 } },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller' });
    expect(transfers[0]).toMatchObject({ outcome: 'abandoned' });
  });

  it('ends every leg when the caller hangs up in the instant of the answer', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-leaves-at-switch' },
        { at: 'pbx-12345', scenario: 'agent-is-released-on-abandon', with: { referTo: '110' } },
        { at: 'pbx-110', scenario: 'target-is-hung-up' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller' });
    expect(transfers).toHaveLength(1);
  });

  it('brings the caller back to the agent when the target hangs up before the switch is done', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-switched-slowly' },
        {
          at: 'pbx-12345',
          scenario: 'agent-stays-after-failure',
          with: { referTo: '110', final: '[4-6][0-9][0-9]' },
        },
        { at: 'pbx-110', scenario: 'target-leaves-at-switch' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'city' });
    expect(transfers[0]).toMatchObject({ outcome: 'failed', cause: 'target-hung-up' });
  });
});
