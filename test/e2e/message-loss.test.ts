import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from './harness/world.js';
import { World } from './harness/world.js';

/** UDP loses messages; nobody may notice. */
describe('a message that is lost', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });

  const caller: Role = { at: 'caller', scenario: 'caller-hangs-up', with: { talk: 1500 } };
  const agent: Role = { at: 'pbx-12345', scenario: 'agent-is-hung-up' };

  it.each<[string, Role, Role]>([
    ['the 200 to the caller', { at: 'caller', scenario: 'caller-loses-answer', seesCopies: true }, agent],
    [
      'the INVITE to the agent',
      caller,
      { at: 'pbx-12345', scenario: 'called-loses-invite', seesCopies: true },
    ],
    ['the ACK to the agent', caller, { at: 'pbx-12345', scenario: 'called-loses-ack', seesCopies: true }],
    ['the 200 to a BYE', { at: 'caller', scenario: 'caller-repeats-bye', seesCopies: true }, agent],
  ])('%s: the call is as good as any', async (_, one, other) => {
    const { call, calls } = await world.play({ parties: [one, other] });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', legs: 2, missed: false });
    expect(calls).toHaveLength(1);
  });

  const transferred: Role = { at: 'caller', scenario: 'caller-is-transferred', with: { talk: 2500 } };
  const target: Role = { at: 'pbx-110', scenario: 'target-is-hung-up' };
  const slowTarget: Role = { at: 'pbx-110', scenario: 'target-is-slow' };

  it.each<[string, Role, Role, Role]>([
    [
      'the NOTIFYs',
      transferred,
      {
        at: 'pbx-12345',
        scenario: 'agent-loses-notify',
        seesCopies: true,
        with: { referTo: '110', final: 200 },
      },
      slowTarget,
    ],
    [
      'the 202 to the REFER',
      transferred,
      { at: 'pbx-12345', scenario: 'agent-loses-accepted', with: { referTo: '110' } },
      slowTarget,
    ],
    [
      'the re-INVITE to the caller',
      { at: 'caller', scenario: 'caller-loses-reinvite', seesCopies: true },
      { at: 'pbx-12345', scenario: 'agent-refers', with: { referTo: '110' } },
      target,
    ],
  ])('%s: the transfer completes, once', async (_, one, two, three) => {
    const { call, transfers } = await world.play({ parties: [one, two, three] });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police', legs: 3, transfers: 1 });
    expect(transfers).toHaveLength(1);
    expect(transfers[0]).toMatchObject({ outcome: 'completed' });
  });
});
