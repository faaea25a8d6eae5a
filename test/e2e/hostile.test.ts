import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from './harness/world.js';

/** Nothing that arrives from the network may harm a call. */
describe('hostile messages during a call', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
  });

  const malformed: readonly Buffer[] = [
    '',
    '\0\0\0\0',
    'INVITE',
    'INVITE sip:12345@x SIP/2.0\r\n\r\n',
    'INVITE sip:12345@x SIP/2.0\r\nVia: SIP/2.0/UDP\r\nCSeq: x INVITE\r\nCall-ID: \r\nFrom: \r\nTo: \r\n\r\n',
    `INVITE sip:12345@x SIP/2.0\r\nContent-Length: -5\r\n${'X: y\r\n'.repeat(2000)}\r\n`,
    'BYE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: nobody\r\nCSeq: 1 BYE\r\n\r\n',
    'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKnone\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  ].map((text) => Buffer.from(text, 'latin1'));

  async function sendDatagrams(messages: readonly Buffer[]): Promise<void> {
    const socket = createSocket('udp4');
    for (const message of messages) {
      await new Promise<void>((resolve, reject) =>
        socket.send(message, world.server.ports.sip, '127.0.0.1', (error) =>
          error ? reject(error) : resolve(),
        ),
      );
    }
    await new Promise<void>((resolve) => socket.close(resolve));
  }

  /** Send without end until the server has had enough; resolves to the bytes it took before it closed. */
  function sendEndlessly(head: string, limitBytes: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const socket = connect(world.server.ports.sip, '127.0.0.1');
      let sent = 0;
      const chunk = Buffer.alloc(16_384, 'a');
      const more = (): void => {
        if (sent >= limitBytes) {
          socket.destroy();
          reject(new Error(`the server took ${sent} bytes of one message and kept the connection open`));
          return;
        }
        sent += chunk.length;
        socket.write(chunk, (error) => (error ? undefined : setImmediate(more)));
      };
      socket.on('connect', () => socket.write(head, more));
      socket.on('error', () => resolve(sent));
      socket.on('close', () => resolve(sent));
    });
  }

  const parties = [
    { at: 'caller', scenario: 'caller-is-transferred' },
    { at: 'pbx-12345', scenario: 'agent-refers', with: { referTo: '110' } },
    { at: 'pbx-110', scenario: 'target-is-hung-up', with: { ring: 800 } },
  ] as const;

  it('that are malformed do not disturb it', async () => {
    const { call } = await world.play({ parties, meanwhile: () => sendDatagrams(malformed) });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police' });
  });

  it.each([
    ['a header that never ends', 'INVITE sip:12345@x SIP/2.0\r\nX-Endless: '],
    [
      'a body that never ends',
      'INVITE sip:12345@x SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKe\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: endless\r\nCSeq: 1 INVITE\r\nContent-Length: 1000000000\r\n\r\n',
    ],
  ])('over TCP with %s are cut off and do not disturb it', async (_, head) => {
    let taken = 0;
    const { call } = await world.play({
      parties,
      meanwhile: async () => {
        taken = await sendEndlessly(head, 8_000_000);
      },
    });
    expect(taken).toBeLessThan(8_000_000);
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police' });
  });
});
