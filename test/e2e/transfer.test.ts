import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

describe('a blind transfer from 12345 to 110', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });

  it.each(['110', '*2', '022110', '%2A2'])('moves the caller when the agent names %s', async (referTo) => {
    const { call, legs, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-refers', with: { referTo } },
        { at: 'pbx-110', scenario: 'target-is-hung-up', with: { referredBy: 'sip:desk7@' } },
      ],
    });
    expect(call).toMatchObject({
      outcome: 'answered',
      endedBy: 'caller',
      firstMember: 'city',
      lastMember: 'police',
    });
    expect(call).toMatchObject({ legs: 3, transfers: 1, missed: false });
    expect(legs.map((leg) => [leg.role, leg.member, leg.outcome]).sort()).toEqual([
      ['agent', 'city', 'answered'],
      ['caller', null, 'answered'],
      ['target', 'police', 'answered'],
    ]);
    expect(transfers).toHaveLength(1);
    expect(transfers[0]).toMatchObject({ trigger: 'refer', fromMember: 'city', toMember: 'police' });
    expect(transfers[0]).toMatchObject({ outcome: 'completed', cause: null });
    expect(legs.find((leg) => leg.role === 'target')?.transferId).toBe(transfers[0]?.id);
  });

  it('lets the target hang up when they have talked', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred-and-hung-up' },
        { at: 'pbx-12345', scenario: 'agent-refers', with: { referTo: '110' } },
        { at: 'pbx-110', scenario: 'target-hangs-up' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'target', legs: 3, transfers: 1 });
  });

  it('goes on to the second desk of the target', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-refers', with: { referTo: '96456' } },
        {
          at: 'pbx-96456',
          scenario: 'called-refuses',
          with: { kind: 'called-by-transfer', role: 'target', status: '486 Busy Here' },
        },
        { at: 'pbx-96456-b', scenario: 'target-is-hung-up' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'funeral', legs: 4 });
    expect(transfers[0]).toMatchObject({ outcome: 'completed', toMember: 'funeral' });
  });

  it('says nothing of its progress to an agent who wants no NOTIFY', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-refers-without-subscription', with: { referTo: '110' } },
        { at: 'pbx-110', scenario: 'target-is-hung-up', with: { referredBy: 'sip:desk7@' } },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'police' });
    expect(transfers).toMatchObject([{ trigger: 'refer', outcome: 'completed' }]);
  });

  it('can be asked for over the API', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-is-hung-up' },
        { at: 'pbx-110', scenario: 'target-is-hung-up' },
      ],
      meanwhile: async (caller) => {
        const id = await talking(caller);
        const answer = await world.server.api.ask('POST', `/v1/calls/${id}/transfers`, { to: '110' });
        expect(answer.status, JSON.stringify(answer.body)).toBe(202);
        expect(answer.body).toMatchObject({ transferId: expect.stringMatching(/.{8}/) });
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police', legs: 3, transfers: 1 });
    expect(transfers[0]).toMatchObject({ trigger: 'api', outcome: 'completed' });
  });

  it('is refused over the API when it names a stranger, and the call goes on until it is ended there', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-hung-up' },
        { at: 'pbx-12345', scenario: 'agent-is-hung-up' },
      ],
      meanwhile: async (caller) => {
        const { api } = world.server;
        const id = await talking(caller);
        const refused = await api.ask('POST', `/v1/calls/${id}/transfers`, { to: '13900139000' });
        expect(refused.status, JSON.stringify(refused.body)).toBe(422);
        expect(refused.body).toMatchObject({ error: { code: 'not-a-member' } });
        expect((await api.liveCalls()).map((live) => live.phase)).toEqual(['talking']);
        const ended = await api.ask('POST', `/v1/calls/${id}/hangup`);
        expect(ended.status, JSON.stringify(ended.body)).toBeLessThan(300);
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'operator' });
  });

  async function talking(caller: string): Promise<string> {
    return until('the caller to talk', async () => {
      const live = await world.server.api.liveCalls();
      return live.find((call) => call.callerNumber === caller && call.phase === 'talking')?.id;
    });
  }
});
