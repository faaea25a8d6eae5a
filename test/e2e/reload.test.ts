import { appendFileSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DialPlanFile, planText, testPlan } from './harness/plan.js';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

describe('a dial plan that changes while calls are up', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });

  function withPoliceAs(numbers: readonly string[]): DialPlanFile {
    const plan = testPlan(world.ports);
    const { police, ...others } = plan.members;
    if (police === undefined) throw new Error('the test plan has no member police');
    return { ...plan, members: { ...others, police: { ...police, numbers } } };
  }

  it('stays in force when the new file is broken: the call goes on, the fault is told', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up', with: { talk: 1500 } },
        { at: 'pbx-12345', scenario: 'agent-is-hung-up' },
      ],
      meanwhile: async () => {
        const good = readFileSync(world.server.dialPlanFile, 'utf8');
        world.server.reload(`${good}\nmembers: [this is no plan`);
        await until('the fault to be told', () =>
          /plan\.yaml/.test(world.server.logged()) ? true : undefined,
        );
        const answer = await world.server.api.ask('POST', '/v1/dialplan/reload');
        expect(answer.status, JSON.stringify(answer.body)).toBe(422);
        expect(JSON.stringify(answer.body)).toContain('plan.yaml');
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller' });
    await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up', with: { dial: '110' } },
        { at: 'pbx-110', scenario: 'agent-is-hung-up' },
      ],
    });
  });

  it('takes effect for new calls when the file is good, without touching the call that is up', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-refers', with: { referTo: '110' } },
        { at: 'pbx-110', scenario: 'target-is-hung-up', with: { ring: 1200 } },
      ],
      meanwhile: async () => {
        world.server.reload(planText(withPoliceAs(['110', '95110'])));
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police' });
    const after = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up', with: { dial: '95110' } },
        { at: 'pbx-110', scenario: 'agent-is-hung-up' },
      ],
    });
    expect(after.call).toMatchObject({ outcome: 'answered', firstMember: 'police', firstDialled: '95110' });
  });

  it('may be edited without a reload: nothing changes', async () => {
    appendFileSync(world.server.dialPlanFile, '\n# a note\n');
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up', with: { dial: '95110' } },
        { at: 'pbx-110', scenario: 'agent-is-hung-up' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered' });
  });
});
