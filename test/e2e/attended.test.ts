import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Linphone } from './harness/linphone.js';
import type { SeenDialog } from './harness/seen-dialog.js';
import { World } from './harness/world.js';

describe('an agent who calls the target first, and then joins the two calls', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });

  const named = ({ callId, serverTag, ownTag }: SeenDialog) => ({
    replaced: callId.replace('@', '%40'),
    replacedServerTag: serverTag,
    replacedOwnTag: ownTag,
  });
  const desk = { caller: '8002' };
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it('hands the caller over by REFER with Replaces', async () => {
    const { call, legs, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred', with: { talk: 800 } },
        { at: 'pbx-12345', scenario: 'agent-is-hung-up' },
        { at: 'pbx-110', scenario: 'target-is-handed-over' },
      ],
      meanwhile: async (_, stage) => {
        const dialog = await stage.dialogOf('agent-is-hung-up');
        await stage.enter({ at: 'desk', scenario: 'desk-hands-over', with: { ...desk, ...named(dialog) } });
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'police' });
    expect(transfers).toMatchObject([
      { trigger: 'refer', mode: 'consult', fromMember: 'city', toMember: 'police', outcome: 'completed' },
    ]);
    // Both legs of the agent and that of the target are the caller's now.
    expect(legs.map((leg) => [leg.role, leg.outcome]).sort()).toEqual([
      ['agent', 'answered'],
      ['agent', 'answered'],
      ['caller', 'answered'],
      ['target', 'answered'],
    ]);
    const [consultation] = await world.server.api.calls('caller=8002');
    expect(consultation).toMatchObject({ outcome: 'answered', cause: 'merged' });
  });

  it('is refused when Replaces names a dialog that there is not, and both calls go on', async () => {
    const nobody = { replaced: 'nobody', replacedServerTag: 'x', replacedOwnTag: 'y' };
    await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up', with: { talk: 2500 } },
        { at: 'pbx-12345', scenario: 'agent-is-hung-up' },
        {
          at: 'pbx-110',
          scenario: 'agent-is-hung-up',
          with: { caller: '8002', offered: 34000, media: 32000 },
        },
      ],
      meanwhile: async (_, stage) => {
        await stage.dialogOf('agent-is-hung-up');
        await stage.enter({ at: 'desk', scenario: 'desk-is-refused', with: { ...desk, ...nobody } });
      },
    });
  });

  it('hands the caller over from a real softphone', async () => {
    const phone = await Linphone.start('8001', world.ports.pbx['pbx-12345'], join(world.folder, 'linphone'));
    try {
      const { call, transfers } = await world.play({
        parties: [
          {
            at: 'caller',
            scenario: 'caller-is-held-and-transferred',
            with: { heard: '[0-9]+', from: '[0-9.]+', to: 32000 },
          },
          {
            at: 'pbx-110',
            scenario: 'target-is-handed-over-after-hold',
            with: { desk: '[^@]+', offered: '[0-9]+', offeredFrom: '[0-9.]+', payloads: '.*' },
          },
        ],
        meanwhile: async () => {
          await phone.says(/Call 1 .*(connected|answered|running)/i);
          // It says nothing when a hold is settled, and holds only calls that have settled themselves.
          await pause(700);
          phone.type('pause');
          await pause(1000);
          phone.type(`call sip:110@${world.server.sip}`);
          await phone.says(/Call 2 .*(connected|running)/i);
          await pause(500);
          phone.type('transfer 1 --to-call 2');
        },
      });
      expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'police' });
      expect(transfers).toMatchObject([{ trigger: 'refer', mode: 'consult', outcome: 'completed' }]);
    } finally {
      await phone.stop();
    }
  });

  describe('an INVITE with Replaces', () => {
    it('lets another phone of the agent take over the call', async () => {
      const { call, transfers } = await world.play({
        parties: [
          { at: 'caller', scenario: 'caller-is-transferred', with: { to: 34000 } },
          { at: 'pbx-12345', scenario: 'agent-is-hung-up' },
        ],
        meanwhile: async (_, stage) => {
          const { callId, serverTag, ownTag } = await stage.dialogOf('agent-is-hung-up');
          const replaced = { replaced: callId, replacedServerTag: serverTag, replacedOwnTag: ownTag };
          await stage.enter({ at: 'desk', scenario: 'desk-takes-over', with: { ...desk, ...replaced } });
        },
      });
      expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'city' });
      expect(transfers).toMatchObject([{ trigger: 'replaces', outcome: 'completed', toMember: 'city' }]);
    });

    it.each([
      ['names a dialog that there is not', '481', ''],
      ['wants an early dialog only', '486', ';early-only'],
    ])('is turned away when it %s', async (_, status, earlyOnly) => {
      await world.play({
        parties: [
          { at: 'caller', scenario: 'caller-hangs-up', with: { talk: 2000 } },
          { at: 'pbx-12345', scenario: 'agent-is-hung-up' },
        ],
        meanwhile: async (__, stage) => {
          const { callId, serverTag, ownTag } = await stage.dialogOf('agent-is-hung-up');
          const replaced = {
            replaced: status === '481' ? `${callId}x` : callId,
            replacedServerTag: serverTag,
            replacedOwnTag: ownTag,
          };
          await stage.enter({
            at: 'desk',
            scenario: 'desk-may-not-take-over',
            with: { ...desk, ...replaced, status, earlyOnly },
          });
        },
      });
    });
  });
});
