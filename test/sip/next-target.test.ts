import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DnsClient } from '../../src/sip/resolve/dns-client.js';
import { drained, freePort, Inbox, type Rig, SDP, type SrfRequest, startRig } from './support/rig.js';
import { WirePeer } from './support/wire-peer.js';

/** 64*T1 is 0.32 s. */
const FASTEST = { t1: 5, t2: 20, t4: 25 };

let rig: Rig;
let first: WirePeer;
let second: WirePeer;

/** `two.example.com` is first, then second; `lost.example.com` begins with a port where nobody listens. */
function dns(lost: number): DnsClient {
  const srv = (ports: readonly number[]) =>
    ports.map((port, priority) => ({ name: '127.0.0.1', port, priority, weight: 0 }));
  const ports: Record<string, () => number[]> = {
    '_sip._udp.two.example.com': () => [first.port, second.port],
    '_sip._udp.lost.example.com': () => [lost, second.port],
  };
  return {
    naptr: async () => [],
    srv: async (name) => srv(ports[name]?.() ?? []),
    addresses: async () => [],
  };
}

beforeEach(async () => {
  first = await WirePeer.open();
  second = await WirePeer.open();
  const lost = await freePort();
  rig = await startRig('udp', '127.0.0.1', {
    timers: FASTEST,
    dns: dns(lost),
    listeners: [
      { transport: 'udp', host: '127.0.0.1', port: 0 },
      { transport: 'tcp', host: '127.0.0.1', port: 0 },
    ],
  });
});

afterEach(async () => {
  first.close();
  second.close();
  await rig.close();
});

/** Sends a request and gives the status of its one final response. */
function final(uri: string, method = 'OPTIONS', body = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    rig.srf.request({ uri, method, headers: {}, body }, (error, sent: SrfRequest) => {
      if (error) reject(error);
      else sent.on('response', (response) => response.status >= 200 && resolve(response.status));
    });
  });
}

test('503 from the first target: the second is asked in a new transaction', async () => {
  const status = final('sip:two.example.com');
  const one = await first.expect('OPTIONS');
  first.answer(rig.port, one, '503 Service Unavailable', 'first');
  const two = await second.expect('OPTIONS');
  second.answer(rig.port, two, '200 OK', 'second');
  expect(await status).toBe(200);
  expect(two.callId).toBe(one.callId);
  expect(two.cseq).toEqual(one.cseq);
  expect(two.via?.branch).not.toBe(one.via?.branch);
  await drained(rig.server);
});

test('a target that is silent is given up after 64*T1, an INVITE turns to the next', async () => {
  const calling = rig.srf.createUAC('sip:110@two.example.com', { localSdp: SDP });
  await first.expect('INVITE');
  const invite = await second.expect('INVITE');
  const contact = `Contact: <sip:110@127.0.0.1:${second.port}>`;
  second.answer(rig.port, invite, '200 OK', 'second', [contact, 'Content-Type: application/sdp'], SDP);
  const dialog = await calling;
  await second.expect('ACK');
  const ended = dialog.destroy();
  second.answer(rig.port, await second.expect('BYE'), '200 OK', '');
  await ended;
  await drained(rig.server);
});

test('a port where nobody listens is left at once', async () => {
  const status = final('sip:lost.example.com');
  second.answer(rig.port, await second.expect('OPTIONS'), '200 OK', 'second');
  expect(await status).toBe(200);
});

test('the last 503 is the answer, and 486 turns to nobody', async () => {
  const status = final('sip:two.example.com');
  first.answer(rig.port, await first.expect('OPTIONS'), '503 Service Unavailable', 'first');
  second.answer(rig.port, await second.expect('OPTIONS'), '503 Service Unavailable', 'second');
  expect(await status).toBe(503);
  const busy = final('sip:two.example.com', 'MESSAGE', SDP);
  first.answer(rig.port, await first.expect('MESSAGE'), '486 Busy Here', 'first');
  expect(await busy).toBe(486);
  expect(second.received.items.some((m) => m.kind === 'request' && m.method === 'MESSAGE')).toBe(false);
});

/** TCP on the port of `first`, which moves until its port is free for both. */
async function listenBesideFirst(server: Server): Promise<void> {
  for (;;) {
    const taken = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(true));
      server.listen(first.port, '127.0.0.1', () => resolve(false));
    });
    if (!taken) return;
    first.close();
    first = await WirePeer.open();
  }
}

const LARGE = `${SDP}${'a=x-filler:0123456789\r\n'.repeat(80)}`;

test('a large request goes over TCP where the peer has it', async () => {
  const taken = new Inbox<string>();
  const server = createServer((socket) => {
    socket.on('data', (chunk) => taken.put(chunk.toString()));
    socket.on('error', () => undefined);
  });
  await listenBesideFirst(server);
  void final(`sip:110@127.0.0.1:${first.port}`, 'MESSAGE', LARGE);
  const text = await taken.next();
  expect(text).toContain('MESSAGE sip:110@');
  expect(text).toContain('Via: SIP/2.0/TCP ');
  const small = final(`sip:110@127.0.0.1:${first.port}`, 'MESSAGE', SDP);
  first.answer(rig.port, await first.expect('MESSAGE'), '200 OK', 'small');
  expect(await small).toBe(200);
  server.close();
});

test('and over UDP where TCP is refused, the next one at once', async () => {
  let before = '';
  for (const round of ['first', 'second']) {
    const status = final(`sip:110@127.0.0.1:${first.port}`, 'MESSAGE', LARGE);
    let request = await first.expect('MESSAGE');
    // The one of the round before may have been sent again until its answer was there.
    while (request.callId === before) request = await first.expect('MESSAGE');
    before = request.callId;
    expect(request.via?.transport).toBe('UDP');
    first.answer(rig.port, request, '200 OK', round);
    expect(await status).toBe(200);
  }
  expect(rig.server.stats().sentBy.tcp).toBe(1);
});
