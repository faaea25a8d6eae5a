import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from './harness/world.js';
import { World } from './harness/world.js';

const uuid = 'c0'.repeat(16);
const agentUuid = 'a1'.repeat(16);
const targetUuid = 'b2'.repeat(16);

const present = '<ereg regexp="^ ?id$" search_in="hdr" header="Privacy:" check_it="true" assign_to="check"/>';
const absent = '<ereg regexp="Privacy:" search_in="msg" check_it_inverse="true" assign_to="check"/>';
/** History-Info: what the carrier told, then where the call went. */
const arrived = '2260000@carrier[.]invalid[^,]*;index=1, *.sip:12345@carrier[.]invalid.;index=1[.]1';
const moved = (to: string) => `${arrived}, .sip:${to}@[0-9.:]+.;index=1[.]1[.]1;mp=1[.]1$`;

/** What a call carries reaches whoever takes it, and nothing that is not for a citizen to say. */
describe('a caller whose carrier tells place, privacy and history', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open({ settings: { http: { publicUrl: 'https://desk.example/onekey' } } });
  });
  afterAll(async () => {
    await world.close();
  });

  const caller: Role = {
    at: 'caller',
    scenario: 'caller-is-found-and-transferred',
    with: { uuid, agentUuid, targetUuid },
  };
  const agent = (referTo: string): Role => ({
    at: 'pbx-12345',
    scenario: 'agent-hears-and-refers',
    with: {
      ...{ uuid, agentUuid, referTo, privacyCheck: present },
      ...{ way: `${arrived}$`, pop: '[0-9A-Za-z]+' },
    },
  });
  const told = '[0-9A-Za-z]+-t[0-9]+';

  it('is located, anonymous to desks and known to their PBX, all the way through a transfer', async () => {
    const { call, transfers } = await world.play({
      parties: [
        caller,
        agent('96456'),
        {
          at: 'pbx-96456',
          scenario: 'target-hears-and-talks',
          with: { uuid, targetUuid, way: moved('96456'), pop: told, privacyCheck: present },
        },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'funeral' });
    expect(transfers).toMatchObject([{ outcome: 'completed' }]);
  });

  it('is known by number to an emergency member', async () => {
    const { call } = await world.play({
      parties: [
        caller,
        agent('110'),
        {
          at: 'pbx-110',
          scenario: 'target-hears-and-talks',
          with: {
            ...{ uuid, targetUuid, way: moved('110'), pop: told },
            ...{ privacyCheck: absent, from: 'sip:138[0-9]+@' },
          },
        },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police' });
  });

  it('reaches a PBX that takes no location', async () => {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-found', with: { uuid } },
        { at: 'pbx-12345', scenario: 'called-takes-no-location' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', legs: 2 });
  });
});
