import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from './harness/world.js';

/** Where other systems lose the caller, or hold on to somebody; the races in time are in `transfer-races.test.ts`. */
describe('a known trap:', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });

  it('a second REFER while the first one is pending is refused with 491, and the first one completes', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-asks-twice', with: { referTo: '110' } },
        { at: 'pbx-110', scenario: 'target-is-hung-up', with: { ring: 1000 } },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police', transfers: 2 });
    expect(transfers.map(({ outcome, cause }) => [outcome, cause]).sort()).toEqual([
      ['completed', null],
      ['refused', 'transfer-pending'],
    ]);
  });

  it('the target’s PBX forks and two phones answer: the caller gets the first, the second is let go', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-refers', with: { referTo: '110' } },
        { at: 'pbx-110', scenario: 'target-answers-twice' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police' });
    expect(transfers).toMatchObject([{ outcome: 'completed' }]);
  });

  it('the target answers 3xx: nobody is led out of the alliance, the caller stays with the agent', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-hung-up' },
        {
          at: 'pbx-12345',
          scenario: 'agent-hangs-up-after-failure',
          with: { referTo: '110', final: 302 },
        },
        {
          at: 'pbx-110',
          scenario: 'called-refuses',
          with: { kind: 'called-by-transfer', role: 'target', status: '302 Moved Temporarily' },
        },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'agent', lastMember: 'city' });
    expect(transfers).toMatchObject([{ outcome: 'failed', cause: 'rejected', sipStatus: 302 }]);
  });

  it.each([
    ['without Refer-To', 'X-Nothing: here', '400'],
    ['with two of them', 'Refer-To: <sip:110@127.0.0.1>\nRefer-To: <sip:12333@127.0.0.1>', '400'],
    ['with two in one line', 'Refer-To: <sip:110@127.0.0.1>, <sip:12333@127.0.0.1>', '400'],
    ['with a method in it', 'Refer-To: <sip:110@127.0.0.1;method=BYE>', '501'],
    ['with another scheme', 'Refer-To: <http://127.0.0.1/110>', '400'],
    [
      'with Replaces of no dialog',
      'Refer-To: <sip:110@127.0.0.1?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>',
      '403',
    ],
    ['with half a Replaces', 'Refer-To: <sip:110@127.0.0.1?Replaces=x>', '400'],
  ])('a REFER %s is refused and the call goes on', async (_, lines, status) => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up', with: { talk: 800 } },
        { at: 'pbx-12345', scenario: 'agent-asks-oddly', with: { lines, status } },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'city' });
    expect(transfers).toMatchObject([{ outcome: 'refused', toMember: null }]);
  });

  it('headers in Refer-To are not taken over into the INVITE', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        {
          at: 'pbx-12345',
          scenario: 'agent-refers-oddly',
          with: { lines: 'Refer-To: <sip:110@127.0.0.1?Call-Info=x&Route=%3Csip:127.0.0.1:9%3E>' },
        },
        { at: 'pbx-110', scenario: 'target-is-hung-up' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police' });
  });

  it('the target moves the caller back to the member first called, whatever the limit of moves says', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-goes-there-and-back' },
        { at: 'pbx-12345', scenario: 'agent-then-desk-again', times: 2, with: { referTo: '110' } },
        { at: 'pbx-110', scenario: 'target-transfers-back' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'city', transfers: 2 });
    expect(transfers.map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
  });
});
