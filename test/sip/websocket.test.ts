import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { makeCertificate } from './support/certificate.js';
import { drained, FAST, Inbox, type Rig, SDP, type SrfRequest, startRig, until } from './support/rig.js';
import { WsPeer } from './support/ws-peer.js';

const certificate = makeCertificate();
let rig: Rig;
const peers: WsPeer[] = [];

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await rig.close();
});

async function open(kind: 'ws' | 'wss', host: string): Promise<WsPeer> {
  rig = await startRig(kind, host, {
    listeners: [{ transport: kind, host, port: 0, ...certificate }],
    timers: FAST,
    limits: { lateAnswerMs: 100 },
  });
  return connect(kind, host, 'alice');
}

async function connect(kind: 'ws' | 'wss', host: string, name: string): Promise<WsPeer> {
  const at = host.includes(':') ? `[${host}]` : host;
  const ca = kind === 'wss' ? readFileSync(certificate.cert) : undefined;
  const peer = await WsPeer.open(`${kind}://${at}:${rig.port}`, name, ca);
  peers.push(peer);
  return peer;
}

test.each([
  ['ws', '127.0.0.1'],
  ['wss', '127.0.0.1'],
  ['ws', '::1'],
] as const)(
  '%s on %s: a registered client is called and ends the call on its own connection',
  async (kind, host) => {
    const alice = await open(kind, host);
    const seen = new Inbox<SrfRequest & { protocol: string }>();
    rig.srf.use('register', (req, res) => {
      seen.put(req as SrfRequest & { protocol: string });
      res.send(200, { headers: { Contact: req.get('Contact') } });
    });
    await until(() => rig.server.stats().controlClients === 1);
    alice.request('REGISTER', 'sip:example.com', ['Expires: 300']);
    const registered = await alice.expect(200);
    expect(registered.headers.get('Via')).toContain(';received=');
    expect((await seen.next()).protocol).toBe('tcp');

    const calling = rig.srf.createUAC('sip:alice@alice.invalid;transport=ws', { localSdp: SDP });
    const invite = await alice.expect('INVITE');
    expect(invite.headers.get('Via')).toContain(`SIP/2.0/${kind.toUpperCase()} `);
    expect(invite.headers.get('Contact')).toContain(';transport=ws>');
    alice.answer(invite, '200 OK', ['Content-Type: application/sdp'], SDP);
    const dialog = await calling;
    await alice.expect('ACK');
    const ended = dialog.destroy();
    alice.answer(await alice.expect('BYE'), '200 OK');
    await ended;
    await drained(rig.server);
    expect(rig.server.stats().connections).toBe(1);
  },
);

test('in a call that the client began, requests go back on its connection', async () => {
  const alice = await open('ws', '127.0.0.1');
  const bob = await connect('ws', '127.0.0.1', 'bob');
  rig.srf.invite((req, res) => {
    rig.srf.createUAS(req, res, { localSdp: SDP }, (_error, dialog) => void dialog.destroy());
  });
  await until(() => rig.server.stats().controlClients === 1);
  alice.request('INVITE', 'sip:110@example.com');
  await alice.expect(200);
  alice.answer(await alice.expect('BYE'), '200 OK');
  expect(bob.received.items).toEqual([]);
});

test('a client that went away cannot be reached: 503, at once', async () => {
  const alice = await open('ws', '127.0.0.1');
  rig.srf.use('register', (_req, res) => res.send(200));
  alice.request('REGISTER', 'sip:example.com');
  await alice.expect(200);
  alice.close();
  await until(() => rig.server.stats().connections === 0);
  const failed = await rig.srf
    .createUAC('sip:alice@alice.invalid;transport=ws', { localSdp: SDP })
    .then(() => 0)
    .catch((error: { status: number }) => error.status);
  expect(failed).toBe(503);
});

test('a client that leaves before its call is answered: the call ends for the application, nothing stays', async () => {
  const alice = await open('ws', '127.0.0.1');
  const destroyed = new Inbox<string>();
  const asked = new Inbox<() => void>();
  rig.srf.invite((req, res) => {
    asked.put(() =>
      rig.srf.createUAS(req, res, { localSdp: SDP }, (_error, dialog) => {
        dialog.on('destroy', ((bye: SrfRequest) => destroyed.put(bye.get('Reason'))) as never);
      }),
    );
  });
  await until(() => rig.server.stats().controlClients === 1);
  alice.request('INVITE', 'sip:110@example.com');
  const answer = await asked.next();
  alice.close();
  await until(() => rig.server.stats().connections === 0);
  answer();
  expect(await destroyed.next()).toContain('ACK timeout');
  await drained(rig.server);
});

test('a client that leaves while it rings: the CANCEL ends the call with 408, nothing stays', async () => {
  const alice = await open('ws', '127.0.0.1');
  rig.srf.use('register', (_req, res) => res.send(200));
  await until(() => rig.server.stats().controlClients === 1);
  alice.request('REGISTER', 'sip:example.com');
  await alice.expect(200);
  const statuses = new Inbox<number>();
  const sent = new Inbox<SrfRequest>();
  const uri = 'sip:alice@alice.invalid;transport=ws';
  rig.srf.request({ uri, method: 'INVITE', headers: {}, body: SDP }, (_error, request) => {
    sent.put(request);
    request.on('response', (response) => statuses.put(response.status));
  });
  alice.answer(await alice.expect('INVITE'), '180 Ringing');
  expect(await statuses.next()).toBe(180);
  alice.close();
  await until(() => rig.server.stats().connections === 0);
  (await sent.next()).cancel(() => undefined);
  expect(await statuses.next()).toBe(408);
  await drained(rig.server);
});

test('keep-alives are answered, a connection without the subprotocol and plain HTTP are not served', async () => {
  const alice = await open('ws', '127.0.0.1');
  alice.text('\r\n\r\n');
  expect(await alice.other.next()).toBe('\r\n');
  const refused = new WebSocket(`ws://127.0.0.1:${rig.port}`);
  const error = await new Promise<Error>((resolve) => refused.once('error', resolve));
  expect(error.message).toContain('400');
  const status = await new Promise((resolve) =>
    get(`http://127.0.0.1:${rig.port}/`, (response) => resolve(response.resume().statusCode)),
  );
  expect(status).toBe(426);
});

test('a message above the limit ends the connection', async () => {
  const alice = await open('ws', '127.0.0.1');
  alice.text('x'.repeat(70_000));
  await until(() => alice.closed);
  expect(rig.server.stats().connections).toBe(0);
});

test('idle connections are closed', async () => {
  rig = await startRig('ws', '127.0.0.1', { limits: { idleConnectionMs: 60 } });
  const alice = await connect('ws', '127.0.0.1', 'alice');
  await until(() => alice.closed);
});
