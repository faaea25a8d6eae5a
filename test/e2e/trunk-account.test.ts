import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPlan } from './harness/plan.js';
import { World } from './harness/world.js';

describe('a PBX that wants name and password', () => {
  const auth = { username: 'onekey', password: 'of the tests 739182' };
  let world: World;
  beforeAll(async () => {
    world = await World.open({
      plan: (ports) => {
        const plan = testPlan(ports);
        const trunk = plan.trunks['pbx-12345'];
        if (typeof trunk !== 'object') throw new Error('the test plan has lost its trunk');
        return { ...plan, trunks: { ...plan.trunks, 'pbx-12345': { ...trunk, auth } } };
      },
    });
  });
  afterAll(async () => {
    await world.close();
  });

  it('gets them when it asks, and its agent answers', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up' },
        { at: 'pbx-12345', scenario: 'called-challenges', with: auth },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', legs: 2 });
  });

  it('refuses the call when they are wrong', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-refused', with: { dial: '12345', status: 503 } },
        { at: 'pbx-12345', scenario: 'called-challenges', with: { ...auth, password: 'another' } },
      ],
    });
    expect(call).toMatchObject({ outcome: 'missed' });
  });

  it('is the only one to hear of the password: neither log nor API have it', async () => {
    expect(world.server.logged()).not.toContain('739182');
    expect(JSON.stringify(await world.server.api.get('/v1/dialplan'))).not.toContain('739182');
  });
});
