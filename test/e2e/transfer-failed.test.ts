import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allTimersMs } from './harness/wait.js';
import type { Role, Trace } from './harness/world.js';
import { World } from './harness/world.js';

/** Promise 1: whatever becomes of a transfer, the caller is not dropped. */
describe('a transfer that fails', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });

  const agent = (final: number, cause: string): Role => ({
    at: 'pbx-12345',
    scenario: 'agent-hangs-up-after-failure',
    with: { referTo: '110', final, why: `.*Reason: SIP;cause=${final};text=.${cause}.` },
  });
  const caller: Role = { at: 'caller', scenario: 'caller-is-hung-up' };
  const target = (status: string): Role => ({
    at: 'pbx-110',
    scenario: 'called-refuses',
    with: { kind: 'called-by-transfer', role: 'target', status },
  });

  function expectFailure({ call, transfers }: Trace, cause: string): void {
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'agent', lastMember: 'city', missed: false });
    expect(transfers).toHaveLength(1);
    expect(transfers[0]).toMatchObject({ outcome: 'failed', cause, toMember: 'police' });
  }

  it('leaves caller and agent together when the target is busy', async () => {
    expectFailure(
      await world.play({ parties: [caller, agent(486, 'busy'), target('486 Busy Here')] }),
      'busy',
    );
  });

  it('leaves caller and agent together when the target is out of service', async () => {
    expectFailure(
      await world.play({ parties: [caller, agent(503, 'unreachable'), target('503 Service Unavailable')] }),
      'unreachable',
    );
  });

  it('leaves caller and agent together when the target declines', async () => {
    expectFailure(
      await world.play({ parties: [caller, agent(603, 'rejected'), target('603 Decline')] }),
      'rejected',
    );
  });

  it('leaves caller and agent together when the target does not answer', async () => {
    const ringing: Role = {
      at: 'pbx-110',
      scenario: 'called-is-cancelled',
      with: { kind: 'called-by-transfer', role: 'target' },
    };
    expectFailure(await world.play({ parties: [caller, agent(480, 'no-answer'), ringing] }), 'no-answer');
  });

  it('leaves caller and agent together when nothing listens at the target', async () => {
    expectFailure(await world.play({ parties: [caller, agent(503, 'unreachable')] }), 'unreachable');
  });

  it('leaves caller and agent together when the target stays silent', async () => {
    const trace = await world.silentAt('pbx-110', () =>
      world.play({ parties: [caller, agent(408, 'unreachable')], settleMs: allTimersMs }),
    );
    expectFailure(trace, 'unreachable');
  });

  it('leaves caller and agent together when caller and target come to no agreement', async () => {
    const trace = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-moves-at-every-offer' },
        {
          at: 'pbx-12345',
          scenario: 'agent-has-a-caller-back-who-moved',
          with: { referTo: '110', final: 488, why: '.*Reason: SIP;cause=488;text=.media-refused.' },
        },
        { at: 'pbx-110', scenario: 'target-moves-at-every-offer' },
      ],
    });
    expectFailure(trace, 'media-refused');
  });

  it('can be followed by another one that succeeds', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        {
          at: 'pbx-12345',
          scenario: 'agent-tries-again',
          with: { referTo: '110', final: 486, again: '96456' },
        },
        target('486 Busy Here'),
        { at: 'pbx-96456', scenario: 'target-is-hung-up' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'funeral', transfers: 2 });
    expect(transfers.map((transfer) => transfer.outcome).sort()).toEqual(['completed', 'failed']);
  });

  it('is refused with 403 when it names a stranger, and the call goes on', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up', with: { talk: 900 } },
        {
          at: 'pbx-12345',
          scenario: 'agent-is-refused',
          with: { referTo: '13900139000', status: 403, code: 'not-a-member' },
        },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', legs: 2 });
    expect(transfers).toHaveLength(1);
    expect(transfers[0]).toMatchObject({ outcome: 'refused', cause: 'not-a-member', toMember: null });
  });

  it('is refused with 403 when a citizen asks for it, and the call goes on', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-refers' },
        { at: 'pbx-12345', scenario: 'agent-is-hung-up' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', legs: 2 });
    expect(transfers).toHaveLength(1);
    expect(transfers[0]).toMatchObject({ outcome: 'refused', cause: 'not-allowed' });
  });
});
