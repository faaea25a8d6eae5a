import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSipServer, type SipServer } from '../../src/sip/server.js';
import { freePort } from './harness/ports.js';
import { Server } from './harness/server.js';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

/** A SIP server in a process of its own kind: the engine reaches it over its control port alone. */
describe('with a SIP server that runs elsewhere (sip.server: drachtio)', () => {
  const secret = randomBytes(12).toString('hex');
  let world: World;
  let sip: SipServer;
  let sipPort: number;
  let controlPort: number;

  function newServer(): SipServer {
    return createSipServer({
      listeners: [
        { transport: 'udp', host: '127.0.0.1', port: sipPort },
        { transport: 'tcp', host: '127.0.0.1', port: sipPort },
      ],
      control: { host: '127.0.0.1', port: controlPort, secret },
    });
  }

  beforeAll(async () => {
    sipPort = await freePort();
    controlPort = await freePort();
    sip = newServer();
    await sip.start();
    world = await World.open({
      sipPort,
      settings: { sip: { server: 'drachtio', drachtio: { host: '127.0.0.1', port: controlPort, secret } } },
    });
  });
  afterAll(async () => {
    await world.close();
    await sip.stop();
  });

  const transfer = () =>
    world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-refers', with: { referTo: '110' } },
        { at: 'pbx-110', scenario: 'target-is-hung-up', with: { referredBy: 'sip:desk7@' } },
      ],
    });

  it('a transfer is the same', async () => {
    const { call, transfers } = await transfer();
    expect(call).toMatchObject({ outcome: 'answered', legs: 3, transfers: 1 });
    expect(transfers[0]).toMatchObject({ outcome: 'completed' });
  });

  it('a call goes on when the program is killed and that server is not', async () => {
    const { call, legs } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-stays-after-restart' },
        { at: 'pbx-12345', scenario: 'agent-hangs-up-after-restart' },
      ],
      meanwhile: async () => {
        await until('the two to talk', async () =>
          (await world.server.api.liveCalls()).some(({ phase }) => phase === 'talking') ? true : undefined,
        );
        await sleep(300);
        const { options, ports } = world.server;
        await world.server.crash();
        world.server = await Server.start({ ...options, ports });
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'agent' });
    expect(legs).toHaveLength(2);
  });

  it('says that it is not ready while that server is away, and takes calls again when it is back', async () => {
    await sip.stop();
    await until('health to fail', async () => ((await world.server.api.healthy()) ? undefined : true));
    sip = newServer();
    await sip.start();
    await until('health to return', async () => (await world.server.api.healthy()) || undefined, 20_000);
    const { call } = await transfer();
    expect(call).toMatchObject({ outcome: 'answered', legs: 3, transfers: 1 });
  });
});
