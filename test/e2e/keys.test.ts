import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from './harness/world.js';

describe('keys of an agent’s telephone, by INFO', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });

  it('move the caller', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-presses-keys' },
        { at: 'pbx-110', scenario: 'target-is-hung-up', with: { referredBy: 'sip:12345@' } },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'police', legs: 3 });
    expect(transfers).toMatchObject([{ trigger: 'key', mode: 'blind', outcome: 'completed' }]);
  });

  it('consult and complete', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-waits-for-consultation' },
        { at: 'pbx-12345', scenario: 'agent-consults-by-keys' },
        { at: 'pbx-110', scenario: 'target-is-consulted' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'police' });
    expect(transfers).toMatchObject([{ trigger: 'key', mode: 'consult', outcome: 'completed' }]);
  });

  it('take the caller back', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up', with: { talk: 2500 } },
        { at: 'pbx-12345', scenario: 'agent-takes-back-by-keys' },
        {
          at: 'pbx-110',
          scenario: 'called-is-cancelled',
          with: { kind: 'called-by-transfer', role: 'target' },
        },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'city' });
    expect(transfers).toMatchObject([{ trigger: 'key', outcome: 'abandoned', cause: 'taken-back' }]);
  });

  it('reach the caller, in order, when they are no code', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-gets-keys' },
        { at: 'pbx-12345', scenario: 'agent-presses-other-keys' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'city' });
    expect(transfers).toEqual([]);
  });
});
