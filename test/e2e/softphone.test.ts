import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Server } from './harness/server.js';
import { Softphone } from './harness/softphone.js';
import { World } from './harness/world.js';

describe('an agent with a real softphone', () => {
  let world: World;
  let phone: Softphone | undefined;
  let phones = 0;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });
  afterEach(async () => {
    await phone?.stop();
  });

  async function pickUp(): Promise<Softphone> {
    phones += 1;
    phone = await Softphone.start(
      '8001',
      world.ports.pbx['pbx-12345'],
      join(world.folder, `phone-${phones}`),
    );
    return phone;
  }
  // The phone takes the address of this machine's network, and a port of its own choice, for its audio.
  const anyAudio = { heard: '[0-9]+', from: '[0-9.]+' };

  it('moves the caller with its transfer key and is released', async () => {
    const agent = await pickUp();
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred', with: anyAudio },
        { at: 'pbx-110', scenario: 'target-is-hung-up' },
      ],
      meanwhile: async () => {
        await agent.hears('CALL_ESTABLISHED');
        agent.transfer(`sip:110@${world.server.sip}`);
        const closed = await agent.hears('CALL_CLOSED');
        expect(closed.param).toBe('Call transfered');
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', legs: 3, lastMember: 'police' });
    expect(transfers).toMatchObject([{ outcome: 'completed', trigger: 'refer' }]);
  });

  it('moves the caller after the program was killed and started again', async () => {
    const agent = await pickUp();
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-probed-and-transferred', with: anyAudio },
        { at: 'pbx-110', scenario: 'target-is-hung-up' },
      ],
      meanwhile: async () => {
        await agent.hears('CALL_ESTABLISHED');
        await sleep(500);
        const { options, ports } = world.server;
        await world.server.crash();
        world.server = await Server.start({ ...options, ports });
        agent.transfer(`sip:110@${world.server.sip}`);
        expect((await agent.hears('CALL_CLOSED')).param).toBe('Call transfered');
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', legs: 3, lastMember: 'police' });
    expect(transfers).toMatchObject([{ outcome: 'completed', trigger: 'refer' }]);
  });

  it('keeps the caller when the target is busy, is told so, and hangs up normally', async () => {
    const agent = await pickUp();
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-hung-up', with: anyAudio },
        {
          at: 'pbx-110',
          scenario: 'called-refuses',
          with: { kind: 'called-by-transfer', role: 'target', status: '486 Busy Here' },
        },
      ],
      meanwhile: async () => {
        await agent.hears('CALL_ESTABLISHED');
        agent.transfer('sip:*2@127.0.0.1');
        expect((await agent.hears('TRANSFER_FAILED')).param).toContain('486');
        agent.hangUp();
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'agent', legs: 3, lastMember: 'city' });
    expect(transfers).toMatchObject([{ outcome: 'failed', cause: 'busy' }]);
  });
});
