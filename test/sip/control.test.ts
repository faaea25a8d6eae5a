import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSipServer } from '../../src/sip/server.js';
import {
  drained,
  FAST,
  freePort,
  Inbox,
  leave,
  type Rig,
  SDP,
  SECRET,
  type SrfMessage,
  startRig,
  until,
} from './support/rig.js';
import { WireCall } from './support/wire-call.js';
import { WirePeer } from './support/wire-peer.js';

let rig: Rig;
let peer: WirePeer;
const sockets: Socket[] = [];

beforeEach(async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST, limits: { frameBytes: 5000 } });
  peer = await WirePeer.open();
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  peer.close();
  await rig.close();
});

/** A client that writes frames by hand. */
class RawClient {
  readonly frames = new Inbox<string>();
  closed = false;
  private pending = Buffer.alloc(0);

  constructor(readonly socket: Socket) {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
    });
    socket.on('data', (chunk: Buffer) => this.read(chunk));
  }

  frame(payload: string): this {
    this.socket.write(`${Buffer.byteLength(payload)}#${payload}`);
    return this;
  }

  /** The next frame without its own id. */
  async next(): Promise<string> {
    const frame = await this.frames.next();
    return frame.slice(frame.indexOf('|') + 1);
  }

  private read(chunk: Buffer): void {
    this.pending = Buffer.concat([this.pending, chunk]);
    for (;;) {
      const hash = this.pending.indexOf('#');
      const end = hash + 1 + Number(this.pending.toString('latin1', 0, hash));
      if (hash < 0 || this.pending.length < end) return;
      this.frames.put(this.pending.toString('utf8', hash + 1, end));
      this.pending = this.pending.subarray(end);
    }
  }
}

function rawClient(): RawClient {
  return new RawClient(connect(rig.controlPort, '127.0.0.1'));
}

test('the right secret gets the listeners and a version, ping and route are answered', async () => {
  const client = rawClient().frame(`a1|authenticate|${SECRET}|tag1,tag2`);
  const own = `udp/127.0.0.1:${rig.port}`;
  expect(await client.next()).toMatch(new RegExp(`^response\\|a1\\|OK\\|${own}\\|v0\\.9\\.\\d+\\|${own}$`));
  client.frame('a2|ping').frame('a3|route|invite').frame('a4|route|invite').frame('a5|remove_route|invite');
  for (const reply of ['a2|OK|pong', 'a3|OK', 'a4|OK', 'a5|OK'])
    expect(await client.next()).toBe(`response|${reply}`);
});

test('a wrong secret, or anything before it, closes the connection', async () => {
  const wrong = rawClient().frame('a1|authenticate|guess|');
  expect(await wrong.next()).toBe('response|a1|NO|incorrect secret');
  await until(() => wrong.closed);
  const early = rawClient().frame('a1|route|invite');
  expect(await early.next()).toBe('response|a1|NO|not authenticated');
  await until(() => early.closed);
});

test.each([['abc#x'], ['99999999#x'], ['5001#x'], ['#'], ['1234567890123']])(
  'the unreadable frame %s closes the connection',
  async (text) => {
    const client = rawClient();
    client.socket.write(text);
    await until(() => client.closed);
  },
);

test('frames that make no sense get one NOK each, and the connection stays', async () => {
  const client = rawClient().frame(`a0|authenticate|${SECRET}|`);
  await client.next();
  const cases: [string, string][] = [
    ['nonsense', 'unknown message type: nonsense'],
    ['sip||', 'invalid SIP message'],
    ['sip||\r\nnot sip', 'invalid SIP message'],
    ['sip|t1|\r\nBYE sip:x SIP/2.0\r\n\r\n', 'only CANCEL may name a transaction'],
    ['sip|t1|\r\nCANCEL sip:x SIP/2.0\r\n\r\n', 'unable to cancel unknown transaction id: t1'],
    ['sip||\r\nACK sip:x SIP/2.0\r\n\r\n', 'ACK needs a transaction or dialog'],
    ['sip||d1\r\nACK sip:x SIP/2.0\r\n\r\n', 'Server error: unable to find dialog for dialog id provided'],
    ['sip|t1|\r\nSIP/2.0 200 OK\r\n\r\n', 'Response not sent due to unknown transaction'],
    ['sip||\r\nOPTIONS sip:[ SIP/2.0\r\n\r\n', 'cannot send to sip:['],
    ['proxy|t1|||||||sip:x\r\nINVITE sip:x SIP/2.0\r\n\r\n', 'unknown transaction'],
    ['proxy|t1|', 'invalid proxy request'],
  ];
  for (const [payload, reason] of cases) {
    client.frame(`id|${payload}`);
    expect(await client.next()).toBe(`response|id|NOK|${reason}`);
  }
  client.frame('id|sip||\r\nSIP/2.0 200 OK\r\n\r\n');
  expect(await client.next()).toBe('response|id|NO|missing transaction id');
  await until(() => client.closed);
});

test('what goes to the client has full names, a length and a blank line', async () => {
  const client = rawClient().frame(`a0|authenticate|${SECRET}|`).frame('a1|route|message');
  await client.next();
  await client.next();
  const raw = [
    'MESSAGE sip:x@y SIP/2.0',
    `v: SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bKc`,
    'f: <sip:a@b>;tag=1',
    't: <sip:c@d>',
    'i: compact',
    'CSeq: 1 MESSAGE',
    'r: <sip:e@f>',
    'b: <sip:g@h>',
    'x: 90',
    'P-Odd : \u70ed',
    '',
    '',
  ].join('\r\n');
  peer.raw(rig.port, Buffer.from(raw));
  const frame = await client.next();
  const head = frame.slice(0, frame.indexOf('\r\n'));
  expect(head).toMatch(
    new RegExp(
      `^sip\\|network\\|\\d+\\|udp\\|127\\.0\\.0\\.1\\|${peer.port}\\|\\d\\d:\\d\\d:\\d\\d\\.\\d{6}\\|[-0-9a-f]{36}\\|\\|127\\.0\\.0\\.1\\|${rig.port}\\|$`,
    ),
  );
  expect(frame.slice(head.length + 2).split('\r\n')).toEqual([
    'MESSAGE sip:x@y SIP/2.0',
    `Via: SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bKc`,
    'From: <sip:a@b>;tag=1',
    'To: <sip:c@d>',
    'Call-ID: compact',
    'CSeq: 1 MESSAGE',
    'Refer-To: <sip:e@f>',
    'Referred-By: <sip:g@h>',
    'Session-Expires: 90',
    'P-Odd: \u70ed',
    'Content-Length: 0',
    '',
    '',
  ]);
});

test('new requests take turns between clients, requests in a dialog stay with its owner', async () => {
  const other = await rig.client();
  const seen: string[] = [];
  for (const [name, srf] of [
    ['first', rig.srf],
    ['second', other],
  ] as const) {
    srf.invite((_req, res) => {
      seen.push(`${name} INVITE`);
      res.send(200, { body: SDP });
    });
    srf.use('bye', (_req, res) => {
      seen.push(`${name} BYE`);
      res.send(200);
    });
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const id of ['one', 'two']) {
    const call = new WireCall(peer, rig.port, id);
    await call.answered();
    call.ack();
    await call.request('BYE', 200, 2);
  }
  expect(seen).toEqual(['first INVITE', 'first BYE', 'second INVITE', 'second BYE']);
});

test('when the client goes, open requests are refused, dialogs stay and another client takes them over', async () => {
  const leaving = await rig.client();
  leaving.invite((_req, res) => res.send(200, { body: SDP }));
  leaving.use('message', () => undefined);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const call = new WireCall(peer, rig.port, 'stays');
  await call.answered();
  call.ack();
  peer.send(rig.port, new WireCall(peer, rig.port, 'open').lines('MESSAGE', 1));
  await until(() => rig.server.stats().live.inboundRequests === 1);
  leave(leaving);
  await peer.expect(503);
  const refusal = await call.request('INFO', 503, 2);
  expect(refusal.headers.get('Retry-After')).toBe('5');
  const taken = new Inbox<SrfMessage>();
  rig.srf.use('info', (req, res) => {
    taken.put(req);
    res.send(200);
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await call.request('INFO', 200, 3);
  const dialogId = (await taken.next()).stackDialogId;
  rig.srf.request(
    { method: 'BYE', stackDialogId: dialogId, uri: 'sip:placeholder', headers: {} },
    () => undefined,
  );
  peer.answer(rig.port, await peer.expect('BYE'), '200 OK', '');
  await drained(rig.server);
});

test('a dialog that nobody takes over ends by BYE', async () => {
  await rig.close();
  rig = await startRig('udp', '127.0.0.1', { timers: FAST, limits: { orphanMs: 200 } });
  rig.srf.invite((_req, res) => res.send(200, { body: SDP }));
  const call = new WireCall(peer, rig.port, 'orphan');
  await call.answered();
  call.ack();
  await until(() => rig.server.stats().received.ACK === 1);
  leave(rig.srf);
  const bye = await peer.expect('BYE');
  expect(bye.headers.get('Reason')).toContain('Application gone');
  peer.answer(rig.port, bye, '200 OK', '');
  await drained(rig.server);
});

test('a silent application: BYE is answered 200, other requests 500, a new call 480', async () => {
  await rig.close();
  rig = await startRig('udp', '127.0.0.1', { timers: FAST, limits: { answerMs: 100, firstAnswerMs: 100 } });
  let silent = false;
  rig.srf.invite((_req, res) => {
    if (!silent) res.send(200, { body: SDP });
  });
  for (const method of ['bye', 'info']) rig.srf.use(method, () => undefined);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const call = new WireCall(peer, rig.port, 'silent');
  await call.answered();
  call.ack();
  silent = true;
  await call.request('INFO', 500, 2);
  await call.request('BYE', 200, 3);
  const lost = new WireCall(peer, rig.port, 'unanswered');
  const via = peer.via();
  peer.send(rig.port, lost.lines('INVITE', 1, [], via));
  await peer.expect(480);
  peer.send(rig.port, lost.lines('ACK', 1, [], via));
  await drained(rig.server);
});

test('a second server on the same port fails to start, with the name of the error', async () => {
  for (const transport of ['udp', 'tcp'] as const) {
    const port = await freePort();
    const options = {
      listeners: [{ transport, host: '127.0.0.1', port }],
      control: { host: '127.0.0.1', port: 0, secret: SECRET },
    };
    const first = createSipServer(options);
    await first.start();
    await expect(createSipServer(options).start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await first.stop();
  }
});
