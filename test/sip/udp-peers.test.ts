import { createSocket, type Socket } from 'node:dgram';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/sip/clock.js';
import { UdpListener } from '../../src/sip/transport/udp.js';
import { openUdpSocket } from '../../src/sip/transport/udp-socket.js';
import { freePort, Inbox, until } from './support/rig.js';

let listener: UdpListener;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await listener.close();
});

function peer(onMessage: (text: string) => void): Promise<Socket> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (bytes) => onMessage(bytes.toString()));
  return new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(socket)));
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('connecting sockets on the shared port neither loses nor repeats nor reorders datagrams, either way', async () => {
  const arrived = new Map<number, number[]>();
  listener = await UdpListener.open(
    { transport: 'udp', host: '127.0.0.1', port: 0 },
    {
      clock: systemClock,
      open: openUdpSocket,
      watchedPeers: 8,
      events: {
        datagram: (bytes, flow) => {
          const numbers = arrived.get(flow.remotePort) ?? [];
          numbers.push(Number(bytes.toString()));
          arrived.set(flow.remotePort, numbers);
        },
        failed: (key, error) => expect.unreachable(`${key}: ${error.message}`),
      },
    },
  );
  // Twelve peers for eight sockets: some stay on the shared socket.
  const replies: string[][] = [];
  const peers: Socket[] = [];
  for (let i = 0; i < 12; i++) {
    const texts: string[] = [];
    replies.push(texts);
    peers.push(await peer((text) => texts.push(text)));
  }
  const rounds = 300;
  for (let n = 0; n < rounds; n++) {
    for (const [i, socket] of peers.entries()) {
      socket.send(String(n), listener.port, '127.0.0.1');
      // Each peer gets its own socket at another moment, in the middle of its stream.
      if (n >= 20 * i) listener.flow('127.0.0.1', socket.address().port, true).send(Buffer.from(String(n)));
    }
    await turn();
  }
  const all = [...Array(rounds).keys()];
  await until(
    () => replies.every((texts, i) => texts.length === rounds - 20 * i),
    5000,
    () => replies.map((t) => t.length),
  );
  await until(() => peers.every((socket) => arrived.get(socket.address().port)?.length === rounds), 5000);
  for (const [i, socket] of peers.entries()) {
    expect(arrived.get(socket.address().port)).toEqual(all);
    expect(replies[i]?.map(Number)).toEqual(all.slice(20 * i));
  }
});

test('a closed port fails its flow at once, again and again, and works as soon as somebody listens', async () => {
  const failures = new Inbox<string>();
  const heard = new Inbox<string>();
  listener = await UdpListener.open(
    { transport: 'udp', host: '127.0.0.1', port: 0 },
    {
      clock: systemClock,
      open: openUdpSocket,
      watchedPeers: 8,
      events: { datagram: () => undefined, failed: failures.put },
    },
  );
  const port = await freePort();
  const flow = listener.flow('127.0.0.1', port, true);
  for (let i = 0; i < 3; i++) {
    flow.send(Buffer.from('x'));
    expect(await failures.next()).toBe(flow.key);
  }
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (bytes) => heard.put(bytes.toString()));
  await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve));
  flow.send(Buffer.from('there'));
  expect(await heard.next()).toBe('there');
});
