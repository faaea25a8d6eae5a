import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allTimersMs } from './harness/wait.js';
import type { Role } from './harness/world.js';
import { World } from './harness/world.js';

/** 96456 has two desks: when the first cannot take the call the second gets it. */
describe('a call to a hotline with two desks', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });

  const caller: Role = { at: 'caller', scenario: 'caller-hangs-up', with: { dial: '96456', heard: 31000 } };
  const second: Role = { at: 'pbx-96456-b', scenario: 'agent-is-hung-up' };

  it.each([
    ['486 Busy Here', 486],
    ['503 Service Unavailable', 503],
    ['603 Decline', 603],
  ])('goes on to the second when the first says %s', async (status, code) => {
    const { call, legs } = await world.play({
      parties: [
        caller,
        second,
        { at: 'pbx-96456', scenario: 'called-refuses', with: { role: 'agent', status } },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', legs: 3, missed: false });
    expect(legs.find((leg) => leg.trunk === 'pbx-96456')).toMatchObject({
      outcome: 'rejected',
      sipStatus: code,
    });
    expect(legs.find((leg) => leg.trunk === 'pbx-96456-b')).toMatchObject({ outcome: 'answered' });
  });

  it('goes on to the second when the first does not answer in time', async () => {
    const { call, legs } = await world.play({
      parties: [
        caller,
        second,
        { at: 'pbx-96456', scenario: 'called-is-cancelled', with: { role: 'agent' } },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', legs: 3 });
    expect(legs.find((leg) => leg.trunk === 'pbx-96456')).toMatchObject({ outcome: 'unanswered' });
  });

  it('goes on to the second when nothing listens at the first', async () => {
    const { call, legs } = await world.play({ parties: [caller, second] });
    expect(call).toMatchObject({ outcome: 'answered', legs: 3 });
    expect(legs.find((leg) => leg.trunk === 'pbx-96456')).toMatchObject({ outcome: 'unreachable' });
  });

  it('goes on to the second when the first stays silent', async () => {
    const { call, legs } = await world.silentAt('pbx-96456', () =>
      world.play({ parties: [caller, second], settleMs: allTimersMs }),
    );
    expect(call).toMatchObject({ outcome: 'answered', legs: 3 });
    expect(legs.find((leg) => leg.trunk === 'pbx-96456')).toMatchObject({ outcome: 'unreachable' });
  });

  it('is refused and owed a call back when both are busy', async () => {
    const busy = { role: 'agent', status: '486 Busy Here' };
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-refused', with: { dial: '96456', status: 486 } },
        { at: 'pbx-96456', scenario: 'called-refuses', with: busy },
        { at: 'pbx-96456-b', scenario: 'called-refuses', with: busy },
      ],
    });
    expect(call).toMatchObject({ outcome: 'missed', missed: true, legs: 3 });
  });

  it('goes to the fallback member when its own desks fail', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up', with: { dial: '12345' } },
        {
          at: 'pbx-12345',
          scenario: 'called-refuses',
          with: { role: 'agent', status: '480 Temporarily Unavailable' },
        },
        { at: 'pbx-12333', scenario: 'agent-is-hung-up' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', firstMember: 'city', lastMember: 'duty', legs: 3 });
  });
});
