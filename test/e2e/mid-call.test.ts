import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from './harness/world.js';

describe('in the middle of a call', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });

  it.each([
    ['hold and taking back, from either side', 'caller-holds', 'agent-is-held-and-holds'],
    ['INFO and UPDATE', 'caller-informs', 'agent-is-informed'],
  ])('%s reach the other party and are answered by it', async (_, caller, agent) => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: caller },
        { at: 'pbx-12345', scenario: agent },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', legs: 2, transfers: 0 });
  });

  it('re-INVITEs of both sides at once are refused with 491, tried again, and both succeed', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-reinvites-into-glare' },
        { at: 'pbx-12345', scenario: 'agent-reinvites-into-glare' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', legs: 2 });
  });
});
