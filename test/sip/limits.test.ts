import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { StreamFramer } from '../../src/sip/transport/stream-framer.js';
import { drained, FAST, type Rig, SDP, startRig, until } from './support/rig.js';
import { WireCall } from './support/wire-call.js';
import { WirePeer } from './support/wire-peer.js';
import { MemoryServer } from './torture/memory-server.js';

/** Bounds on what peers may make the server hold, and on the time that a message may take. */

let rig: Rig | null = null;
let peer: WirePeer | null = null;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  peer?.close();
  await rig?.close();
  rig = null;
  peer = null;
});

test('a request above the number of open transactions gets 503, and the next one after they ended is served', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST, limits: { transactions: 3 } });
  peer = await WirePeer.open();
  const { port } = rig;
  const held: { send(status: number): void }[] = [];
  rig.srf.use('message', (_req, res) => held.push(res));
  for (let n = 0; n < 3; n++) peer.send(port, new WireCall(peer, port, `held-${n}`).lines('MESSAGE', 1));
  await until(() => held.length === 3);
  peer.send(port, new WireCall(peer, port, 'too-many').lines('MESSAGE', 1));
  await peer.expect(503);
  for (const res of held.splice(0)) res.send(200);
  await drained(rig.server);
  peer.send(port, new WireCall(peer, port, 'again').lines('MESSAGE', 1));
  await until(() => held.length === 1);
  held[0]?.send(200);
  await peer.expect(200);
});

test('an INVITE above the number of dialogs gets 503; requests inside of them go on', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST, limits: { dialogs: 2 } });
  peer = await WirePeer.open();
  const { port } = rig;
  rig.srf.invite((_req, res) => res.send(200, { body: SDP }));
  rig.srf.use('bye', (_req, res) => res.send(200));
  const calls = [new WireCall(peer, port, 'one'), new WireCall(peer, port, 'two')];
  for (const call of calls) {
    await call.answered();
    call.ack();
  }
  peer.send(port, new WireCall(peer, port, 'three').lines('INVITE', 1));
  await peer.expect(503);
  for (const call of calls) await call.request('BYE', 200, 2);
  await new WireCall(peer, port, 'four').answered();
});

async function openConnections(port: number, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    await new Promise((resolve) => socket.once('connect', resolve));
  }
}

test('connections above the number in all are refused', async () => {
  rig = await startRig('tcp', '127.0.0.1', { limits: { connections: 3 } });
  const { server } = rig;
  await openConnections(rig.port, 5);
  await until(() => sockets.filter((socket) => socket.closed).length === 2);
  expect(server.stats().connections).toBe(3);
});

test('connections above the number of one source are refused', async () => {
  rig = await startRig('tcp', '127.0.0.1', { limits: { connectionsPerSource: 2 }, trusted: () => false });
  const { server } = rig;
  await openConnections(rig.port, 5);
  await until(() => sockets.filter((socket) => socket.closed).length === 3);
  expect(server.stats().connections).toBe(2);
  expect(server.stats().guard.refusedConnections).toBe(3);
});

/** What a parser that goes back and forth, or a regular expression, would stumble over. */
const PIECES = ['(', '"', '\\"', '<', ',', ';a', ';;', ' ', '\t', '\r\n ', '%00', '@', ',<sip:a@b>', ';tag='];

/** Least time of several runs for a request with that header, ms. */
function cost(server: MemoryServer, name: string, piece: string, characters: number): number {
  const values = new Map([
    ['Via', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-cost'],
    ['Max-Forwards', '70'],
    ['From', '<sip:a@192.0.2.1>;tag=1'],
    ['To', '<sip:b@192.0.2.200>'],
    ['Call-ID', 'cost'],
    ['CSeq', '1 INVITE'],
    ['Contact', '<sip:a@192.0.2.1>'],
  ]);
  values.set(name, (values.get(name) ?? '') + piece.repeat(characters / piece.length));
  const lines = [...values].map(([header, value]) => `${header}: ${value}`);
  const bytes = Buffer.from(['INVITE sip:b@192.0.2.200 SIP/2.0', ...lines, '', ''].join('\r\n'));
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 10; run++) {
    server.clear();
    const began = performance.now();
    server.datagram(bytes);
    least = Math.min(least, performance.now() - began);
  }
  return least;
}

test.each(['Via', 'From', 'To', 'Contact', 'Record-Route', 'Require', 'Session-Expires', 'X-Any'])(
  'eight times as much in %s takes no more than eight times as long, with room for chance',
  (name) => {
    const server = new MemoryServer(() => [486, 'Busy Here']);
    for (const piece of PIECES) {
      const little = Math.max(cost(server, name, piece, 2_000), 0.05);
      // Quadratic reading would take 64 times as long.
      expect(cost(server, name, piece, 16_000) / little, piece).toBeLessThan(32);
    }
  },
);

test.each(['\n', '\r', '\r\n', '\r\n\r\n', ' \n'])('%j on a stream is read in linear time', (blank) => {
  const least = (characters: number): number => {
    const bytes = Buffer.from(blank.repeat(characters / blank.length));
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 10; run++) {
      const framer = new StreamFramer(65_536);
      const began = performance.now();
      framer.push(bytes);
      best = Math.min(best, performance.now() - began);
    }
    return best;
  };
  expect(least(64_000) / Math.max(least(8_000), 0.05)).toBeLessThan(32);
});
