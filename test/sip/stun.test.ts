import { createSocket, type Socket } from 'node:dgram';
import { afterEach, expect, test } from 'vitest';
import { drained, FAST, Inbox, type Rig, startRig, until } from './support/rig.js';

let rig: Rig;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await rig.close();
});

async function phoneAt(host: string): Promise<{ socket: Socket; got: Inbox<Buffer>; port: number }> {
  const socket = createSocket(host === '::1' ? 'udp6' : 'udp4');
  sockets.push(socket);
  const got = new Inbox<Buffer>();
  socket.on('message', (bytes) => got.put(bytes));
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  return { socket, got, port: socket.address().port };
}

const request = (id: number): Buffer =>
  Buffer.from(`000100002112a442${id.toString(16).padStart(24, '0')}`, 'hex');
const OPTIONS = [
  'OPTIONS sip:a@127.0.0.1 SIP/2.0',
  'Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKstun',
  'From: <sip:b@127.0.0.1>;tag=1',
  'To: <sip:a@127.0.0.1>',
  'Call-ID: stun',
  'CSeq: 1 OPTIONS',
  'Max-Forwards: 70',
  'Content-Length: 0',
  '',
  '',
].join('\r\n');

test('STUN and SIP share the port: each is answered as what it is', async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  rig.srf.use('options', (_, response) => response.send(200));
  await rig.client();
  const { socket, got, port } = await phoneAt('127.0.0.1');
  for (let id = 1; id <= 3; id++) {
    socket.send(request(id), rig.port, '127.0.0.1');
    const answer = await got.next();
    expect(answer.subarray(8, 20)).toEqual(request(id).subarray(8, 20));
    expect(answer.readUInt16BE(26) ^ 0x2112).toBe(port);
    expect(answer.readUInt32BE(28) ^ 0x2112a442).toBe(0x7f000001);
  }
  socket.send(OPTIONS, rig.port, '127.0.0.1');
  expect((await got.next()).toString()).toMatch(/^SIP\/2.0 200/);
  expect(rig.server.stats()).toMatchObject({ bindingAnswers: 3, malformed: 0, dropped: 0 });
  await drained(rig.server);
});

test('over IPv6 it is the same', async () => {
  rig = await startRig('udp', '::1', {});
  const { socket, got, port } = await phoneAt('::1');
  socket.send(request(7), rig.port, '::1');
  const answer = await got.next();
  expect(answer).toHaveLength(44);
  expect(answer.readUInt16BE(26) ^ 0x2112).toBe(port);
});

test('a flood of it from a stranger is held by the guard, and ends in a block without any answer', async () => {
  rig = await startRig('udp', '127.0.0.1', {
    trusted: () => false,
    guard: { messagesPerSecond: 1, burst: 5 },
  });
  const { socket, got } = await phoneAt('127.0.0.1');
  for (let id = 1; id <= 200; id++) socket.send(request(id), rig.port, '127.0.0.1');
  await until(() => rig.server.stats().guard.blockedSources === 1);
  const { guard, bindingAnswers } = rig.server.stats();
  // Five at once and, on a slow machine, some of one a second.
  expect(bindingAnswers).toBeLessThan(30);
  expect(got.items.length).toBeLessThanOrEqual(bindingAnswers);
  expect(guard.droppedRate).toBeGreaterThan(0);
  socket.send(request(999), rig.port, '127.0.0.1');
  await until(() => rig.server.stats().guard.droppedBlocked > 0);
  expect(rig.server.stats().bindingAnswers).toBe(bindingAnswers);
});

test('what is no keep-alive is not answered, not even as malformed SIP', async () => {
  rig = await startRig('udp', '127.0.0.1', {});
  const { socket, got } = await phoneAt('127.0.0.1');
  const changed = Buffer.concat([request(1), Buffer.from('0003000400000006', 'hex')]);
  changed.writeUInt16BE(8, 2);
  socket.send(changed, rig.port, '127.0.0.1');
  socket.send(request(2), rig.port, '127.0.0.1');
  expect((await got.next()).subarray(8, 20)).toEqual(request(2).subarray(8, 20));
  expect(rig.server.stats()).toMatchObject({ bindingAnswers: 1, malformed: 0 });
});
