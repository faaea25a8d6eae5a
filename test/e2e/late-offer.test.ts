import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from './harness/world.js';

describe('an INVITE without an offer', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });

  it.each(['udp', 'tcp'] as const)(
    'gets the offer of the agent, and the ACK takes the answer to them (%s)',
    async (transport) => {
      const { call, legs } = await world.play({
        parties: [
          { at: 'caller', scenario: 'caller-leaves-offer', transport },
          { at: 'pbx-12345', scenario: 'agent-offers' },
        ],
      });
      expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', legs: 2, transfers: 0 });
      expect(legs.map((leg) => leg.outcome)).toEqual(['answered', 'answered']);
    },
  );

  it('that is cancelled before the answer leaves nothing behind', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-cancels', with: { begin: 'caller-calls-without-offer' } },
        {
          at: 'pbx-12345',
          scenario: 'called-is-cancelled',
          with: { role: 'agent', kind: 'called-without-offer' },
        },
      ],
    });
    expect(call).toMatchObject({ outcome: 'abandoned', endedBy: 'caller' });
  });
});
