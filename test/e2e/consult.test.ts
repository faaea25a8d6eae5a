import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './harness/wait.js';
import type { Role } from './harness/world.js';
import { World } from './harness/world.js';

describe('a consultation before a transfer, asked for over the API', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });

  const consulted: Role = { at: 'pbx-110', scenario: 'target-is-consulted' };
  const onlyConsulted: Role = { at: 'pbx-110', scenario: 'target-is-only-consulted' };

  async function live(caller: string, phase: string): Promise<string> {
    return until(`the call to be ${phase}`, async () => {
      const calls = await world.server.api.liveCalls();
      return calls.find((call) => call.callerNumber === caller && call.phase === phase)?.id;
    });
  }

  async function consult(caller: string): Promise<string> {
    const id = await live(caller, 'talking');
    await post(`/v1/calls/${id}/transfers`, {
      to: '110',
      mode: 'consult',
      matter: 'noise',
      note: '扰民 3 次',
    });
    return id;
  }

  async function post(path: string, body: unknown = {}): Promise<void> {
    const answer = await world.server.api.ask('POST', path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  }

  it('connects the caller with the target when the agent completes it', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-waits-for-consultation' },
        { at: 'pbx-12345', scenario: 'agent-consults' },
        consulted,
      ],
      meanwhile: async (caller) => {
        const id = await consult(caller);
        await live(caller, 'consulting');
        await post(`/v1/calls/${id}/transfer/complete`);
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'police', legs: 3 });
    expect(transfers).toMatchObject([
      { mode: 'consult', outcome: 'completed', matter: 'noise', note: '扰民 3 次' },
    ]);
  });

  it('is completed when the agent hangs up', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-waits-for-consultation' },
        { at: 'pbx-12345', scenario: 'agent-consults-and-leaves' },
        consulted,
      ],
      meanwhile: async (caller) => {
        await consult(caller);
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'police', legs: 3 });
    expect(transfers).toMatchObject([{ mode: 'consult', outcome: 'completed' }]);
  });

  it('gives the caller back when the agent cancels it', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-consulted-about' },
        { at: 'pbx-12345', scenario: 'agent-consults-and-returns' },
        onlyConsulted,
      ],
      meanwhile: async (caller) => {
        const id = await consult(caller);
        await live(caller, 'consulting');
        await post(`/v1/calls/${id}/transfer/cancel`);
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'city' });
    expect(transfers).toMatchObject([{ outcome: 'abandoned', cause: 'taken-back' }]);
  });

  it('gives the caller back when the target hangs up', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-consulted-about' },
        { at: 'pbx-12345', scenario: 'agent-consults-and-returns' },
        { at: 'pbx-110', scenario: 'target-leaves-consultation' },
      ],
      meanwhile: async (caller) => {
        await consult(caller);
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'city' });
    expect(transfers).toMatchObject([{ outcome: 'failed', cause: 'target-hung-up' }]);
  });

  it('lets the agent change sides and take the caller back', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-consulted-about-twice' },
        { at: 'pbx-12345', scenario: 'agent-changes-sides' },
        { at: 'pbx-110', scenario: 'target-is-put-on-hold' },
      ],
      meanwhile: async (caller) => {
        const id = await consult(caller);
        await live(caller, 'consulting');
        const pause = () => new Promise((resolve) => setTimeout(resolve, 300));
        await pause();
        await post(`/v1/calls/${id}/transfer/toggle`);
        await pause();
        await post(`/v1/calls/${id}/transfer/toggle`);
        await pause();
        await post(`/v1/calls/${id}/transfer/cancel`);
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'city' });
    expect(transfers).toMatchObject([{ outcome: 'abandoned', cause: 'taken-back' }]);
  });

  it.each(['consult', 'blind'])(
    'takes the caller back while the target of a %s transfer rings',
    async (mode) => {
      const { call, legs, transfers } = await world.play({
        parties: [
          { at: 'caller', scenario: 'caller-is-hung-up' },
          { at: 'pbx-12345', scenario: 'agent-hangs-up', with: { talk: 2500 } },
          {
            at: 'pbx-110',
            scenario: 'called-is-cancelled',
            with: {
              kind: 'called-by-transfer',
              role: 'target',
              offered: mode === 'consult' ? 31000 : 30000,
            },
          },
        ],
        meanwhile: async (caller) => {
          const id = await live(caller, 'talking');
          await post(`/v1/calls/${id}/transfers`, { to: '110', mode });
          await live(caller, 'transferring');
          await new Promise((resolve) => setTimeout(resolve, 200));
          await post(`/v1/calls/${id}/transfer/cancel`);
        },
      });
      expect(call).toMatchObject({ outcome: 'answered', endedBy: 'agent', lastMember: 'city' });
      expect(transfers).toMatchObject([{ outcome: 'abandoned', cause: 'taken-back' }]);
      expect(legs.find((leg) => leg.role === 'target')).toMatchObject({ outcome: 'cancelled' });
    },
  );

  it('refuses a conference while nothing can mix, and says so', async () => {
    await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-hung-up' },
        { at: 'pbx-12345', scenario: 'agent-hangs-up', with: { talk: 1500 } },
      ],
      meanwhile: async (caller) => {
        const id = await live(caller, 'talking');
        const answer = await world.server.api.ask('POST', `/v1/calls/${id}/transfers`, {
          to: '110',
          mode: 'conference',
        });
        expect(answer.body).toMatchObject({ error: { code: 'mode-unavailable' } });
        const control = await world.server.api.ask('POST', `/v1/calls/${id}/transfer/complete`);
        expect(control.body).toMatchObject({ error: { code: 'no-transfer' } });
      },
    });
  });

  it('alerts another hotline while the agent goes on talking with the caller', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-hung-up' },
        { at: 'pbx-12345', scenario: 'agent-hangs-up', with: { talk: 1500 } },
      ],
      meanwhile: async (caller) => {
        const id = await live(caller, 'talking');
        await post(`/v1/calls/${id}/transfers`, { to: '110', mode: 'alert', note: '人在桥上' });
        const alerts = await world.server.api.get('/v1/alerts?member=police');
        expect(alerts).toMatchObject({ items: [{ note: '人在桥上', callerNumber: caller }] });
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'agent', lastMember: 'city', legs: 2 });
    expect(transfers).toMatchObject([{ mode: 'alert', outcome: 'completed', toMember: 'police' }]);
  });
});
