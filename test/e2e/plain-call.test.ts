import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startParty } from './harness/party.js';
import { freePort } from './harness/ports.js';
import { World } from './harness/world.js';

describe('a plain call to 12345', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });

  it('ends when the caller hangs up', async () => {
    const { call, legs, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up' },
        { at: 'pbx-12345', scenario: 'agent-is-hung-up' },
      ],
    });
    expect(call).toMatchObject({
      outcome: 'answered',
      endedBy: 'caller',
      missed: false,
      legs: 2,
      transfers: 0,
    });
    expect(call).toMatchObject({ firstDialled: '12345', firstMember: 'city', lastMember: 'city' });
    expect(legs.map((leg) => [leg.role, leg.outcome, leg.trunk]).sort()).toEqual([
      ['agent', 'answered', 'pbx-12345'],
      ['caller', 'answered', 'city-line'],
    ]);
    expect(transfers).toEqual([]);
  });

  it('ends when the agent hangs up', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-hung-up' },
        { at: 'pbx-12345', scenario: 'agent-hangs-up' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'agent', missed: false, legs: 2 });
  });

  it('goes through over TCP as over UDP', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up', transport: 'tcp' },
        { at: 'pbx-12345', scenario: 'agent-is-hung-up' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller' });
  });

  it('is taken back from the agent when the caller gives up while it rings', async () => {
    const { call, legs } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-cancels' },
        { at: 'pbx-12345', scenario: 'called-is-cancelled', with: { role: 'agent' } },
      ],
    });
    expect(call).toMatchObject({ outcome: 'abandoned', endedBy: 'caller', legs: 2 });
    expect(legs.map((leg) => [leg.role, leg.outcome]).sort()).toEqual([
      ['agent', 'cancelled'],
      ['caller', 'cancelled'],
    ]);
  });

  it('leaves no agent behind whose answer crosses the CANCEL', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-cancels' },
        {
          at: 'pbx-12345',
          scenario: 'called-answers-when-cancelled',
          with: { role: 'agent', kind: 'called', media: 31000 },
        },
      ],
    });
    expect(call).toMatchObject({ outcome: 'abandoned', endedBy: 'caller', legs: 2 });
  });

  it('passes the announcement before the answer to the caller', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hears-early-media' },
        { at: 'pbx-12345', scenario: 'agent-gives-early-media' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller' });
  });

  it('is refused with 404 for a number that is no member', async () => {
    const { call, legs } = await world.play({
      parties: [{ at: 'caller', scenario: 'caller-is-refused', with: { dial: '55555', status: 404 } }],
    });
    expect(call).toMatchObject({ outcome: 'refused', firstDialled: '55555', firstMember: null, legs: 1 });
    expect(legs).toHaveLength(1);
  });

  it('is refused with 403 from a source that no trunk allows, and no agent rings', async () => {
    const stranger = await startParty(
      {
        scenario: 'caller-is-refused',
        port: await freePort(),
        calls: true,
        parameters: { caller: '13900139000', dial: '12345', status: 403 },
        transport: 'udp',
        times: 1,
        rate: 1,
        seesCopies: false,
      },
      world.server.sip,
      world.folder,
    );
    expect(await stranger.done, stranger.account()).toBe(0);
    expect(await world.server.api.liveCalls()).toEqual([]);
  });

  it.each(['022110', '+8622110'])('reaches 110 when it is written %s', async (dial) => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up', with: { dial } },
        { at: 'pbx-110', scenario: 'agent-is-hung-up' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', firstMember: 'police', firstDialled: dial });
  });
});
