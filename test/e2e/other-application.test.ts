import { randomBytes } from 'node:crypto';
import Srf from 'drachtio-srf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inbox, type SrfClient } from '../sip/support/rig.js';
import { WireCall } from '../sip/support/wire-call.js';
import { WirePeer } from '../sip/support/wire-peer.js';
import { freePort } from './harness/ports.js';
import { World } from './harness/world.js';

describe('another drachtio-srf application on the embedded server', () => {
  const secret = randomBytes(12).toString('hex');
  let world: World;
  let srf: SrfClient;
  let peer: WirePeer;

  beforeAll(async () => {
    const port = await freePort();
    const sipPort = await freePort();
    const listeners = ['udp', 'tcp'].map((transport) => ({ transport, host: '127.0.0.1', port: sipPort }));
    world = await World.open({
      sipPort,
      settings: { sip: { listeners, embedded: { control: { port, secret } } } },
    });
    peer = await WirePeer.open();
    srf = new Srf() as unknown as SrfClient;
    await new Promise<void>((resolve, reject) => {
      srf.on('connect', ((error: Error | null) => (error ? reject(error) : resolve())) as never);
      srf.on('error', reject as never);
      srf.connect({ host: '127.0.0.1', port, secret });
    });
  });
  afterAll(async () => {
    srf.disconnect();
    peer.close();
    await world.close();
  });

  it('gets the requests that it asks for, and calls stay with us', async () => {
    const messages = new Inbox<string>();
    srf.use('message', (request, response) => {
      messages.put(request.body);
      response.send(200);
    });
    const port = Number(world.server.sip.split(':').at(-1));
    const answer = async (seq: number): Promise<number> => {
      peer.send(port, new WireCall(peer, port, `message-${seq}`).lines('MESSAGE', seq), 'hello');
      const received = await peer.received.next();
      return received.kind === 'response' ? received.status : 0;
    };
    // Until the application is registered the engine answers, which takes no messages.
    let status = 0;
    for (let seq = 1; seq <= 50 && status !== 200; seq++) status = await answer(seq);
    expect(status).toBe(200);
    expect(await messages.next()).toBe('hello');
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up' },
        { at: 'pbx-12345', scenario: 'agent-is-hung-up' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', legs: 2 });
  });
});
