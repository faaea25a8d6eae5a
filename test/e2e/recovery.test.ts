import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPlan } from './harness/plan.js';
import { Server } from './harness/server.js';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

describe('a program that is killed and started again', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open({
      settings: { calls: { drainSeconds: 0 } },
      // A timer of each call runs when the program stops under it.
      plan: (ports) => {
        const plan = testPlan(ports);
        return { ...plan, policies: { ...plan.policies, maxCallSeconds: 3600 } };
      },
    });
  });
  // Closing verifies the ledger's chain.
  afterAll(async () => {
    await world.close();
  });

  /** Calls in this phase. */
  async function callsIn(phase: string, wanted = 1): Promise<void> {
    await until(`${wanted} calls to be ${phase}`, async () => {
      const calls = await world.server.api.liveCalls();
      return calls.filter((call) => call.phase === phase).length === wanted ? true : undefined;
    });
    // The last messages are on their way: the crash of these stories comes while people talk or wait.
    await sleep(300);
  }

  async function startAgain(end: 'killed' | 'stopped' = 'killed'): Promise<void> {
    const { options, ports } = world.server;
    if (end === 'killed') await world.server.crash();
    else expect(await world.server.stop()).toBe(0);
    world.server = await Server.start({ ...options, ports });
  }

  it('goes on with a call, twice: the transfer key works, the agent is released, the caller hangs up', async () => {
    const { calls, call, legs, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-outlives-restarts' },
        { at: 'pbx-12345', scenario: 'agent-outlives-restarts', with: { referTo: '*2' } },
        { at: 'pbx-110', scenario: 'target-is-hung-up' },
      ],
      meanwhile: async () => {
        for (let kills = 0; kills < 2; kills += 1) {
          await callsIn('talking');
          await startAgain();
        }
      },
    });
    expect(calls).toHaveLength(1);
    expect(call).toMatchObject({
      outcome: 'answered',
      endedBy: 'caller',
      legs: 3,
      transfers: 1,
      missed: false,
    });
    // No clock ran all the time that the call lasted.
    expect(call.durationMs).toBeNull();
    expect(legs.map((leg) => [leg.role, leg.outcome, leg.endedBy, leg.durationMs === null]).sort()).toEqual([
      ['agent', 'answered', 'us', true],
      ['caller', 'answered', 'caller', true],
      ['target', 'answered', 'us', false],
    ]);
    expect(transfers).toMatchObject([{ outcome: 'completed', toMember: 'police' }]);
  });

  it('passes a hang-up on', async () => {
    const { call, legs } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-stays-after-restart' },
        { at: 'pbx-12345', scenario: 'agent-hangs-up-after-restart' },
      ],
      meanwhile: async () => {
        await callsIn('talking');
        await startAgain();
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'agent', legs: 2 });
    expect(legs).toHaveLength(2);
  });

  it('goes on with the calls that were up when it was stopped in good order, too', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-stays-after-restart' },
        { at: 'pbx-12345', scenario: 'agent-hangs-up-after-restart' },
      ],
      meanwhile: async () => {
        await callsIn('talking');
        await startAgain('stopped');
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'agent' });
  });

  it('while a target rings: it stops ringing, the caller stays with the agent, who is told', async () => {
    const { call, legs, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-stays-after-restart' },
        { at: 'pbx-12345', scenario: 'agent-transfers-into-restart', with: { referTo: '110' } },
        {
          at: 'pbx-110',
          scenario: 'called-is-cancelled',
          with: { kind: 'called-by-transfer', role: 'target' },
        },
      ],
      meanwhile: async () => {
        await callsIn('transferring');
        await startAgain();
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'agent' });
    expect(transfers).toMatchObject([{ outcome: 'interrupted', cause: 'restart' }]);
    expect(legs.map((leg) => [leg.role, leg.outcome, leg.endedBy]).sort()).toEqual([
      ['agent', 'answered', 'agent'],
      ['caller', 'answered', 'us'],
      ['target', 'interrupted', 'crash'],
    ]);
  });

  it('while the caller waits for the first answer: the same INVITE is answered by the next desk', async () => {
    const { calls, call, legs } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-waits-through-restart', with: { dial: '96456' } },
        // Nobody is there any more when it is called anew.
        { at: 'pbx-96456', scenario: 'called-is-cancelled', with: { role: 'agent' } },
        { at: 'pbx-96456-b', scenario: 'agent-is-hung-up' },
      ],
      meanwhile: async () => {
        await callsIn('seeking');
        await startAgain();
      },
    });
    expect(calls).toHaveLength(1);
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', missed: false });
    expect(legs.map((leg) => [leg.role, leg.outcome]).sort()).toEqual([
      ['agent', 'answered'],
      ['agent', 'interrupted'],
      ['agent', 'unreachable'],
      ['caller', 'answered'],
    ]);
  });

  it('goes on with fifty calls at once', async () => {
    const times = 50;
    const caller = await world.perform({
      parties: [
        { at: 'caller', scenario: 'caller-stays-after-restart', times, rate: 50 },
        { at: 'pbx-12345', scenario: 'agent-hangs-up-after-restart', times, with: { talk: 1000 } },
      ],
      meanwhile: async () => {
        await callsIn('talking', times);
        await startAgain();
      },
    });
    // Records come to the disk shortly after the last call has left.
    const calls = await until('a record of each call', async () => {
      const written = await world.server.api.calls(`caller=${caller}`);
      return written.length >= times ? written : undefined;
    });
    expect(calls).toHaveLength(times);
    expect(new Set(calls.map((call) => `${call.outcome} ${call.endedBy} ${call.legs}`))).toEqual(
      new Set(['answered agent 2']),
    );
  });
});
