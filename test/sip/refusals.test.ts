import { afterEach, beforeEach, expect, test } from 'vitest';
import { drained, Inbox, type Rig, SDP, type SrfRequest, type SrfResponse, startRig } from './support/rig.js';
import { WireCall } from './support/wire-call.js';
import { WirePeer } from './support/wire-peer.js';

/** 64*T1 is 0.32 s. */
const FASTEST = { t1: 5, t2: 20, t4: 25 };

let rig: Rig;
let peer: WirePeer;
let seen: Inbox<{ req: SrfRequest; res: SrfResponse }>;

beforeEach(async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FASTEST });
  peer = await WirePeer.open();
  seen = new Inbox();
  rig.srf.invite((req, res) => seen.put({ req, res }));
});

afterEach(async () => {
  peer.close();
  await rig.close();
});

const IN_UNKNOWN_DIALOG = [
  'INVITE',
  'BYE',
  'UPDATE',
  'INFO',
  'NOTIFY',
  'REFER',
  'PRACK',
  'OPTIONS',
  'MESSAGE',
];

test.each(IN_UNKNOWN_DIALOG)('%s in a dialog that nobody knows gets 481', async (method) => {
  const call = new WireCall(peer, rig.port, 'unknown');
  call.toTag = 'nobody';
  const via = peer.via();
  peer.send(rig.port, call.lines(method, 5, [], via));
  const refusal = await peer.expect(481);
  expect(refusal.cseq).toEqual({ number: 5, method });
  if (method === 'INVITE') peer.send(rig.port, call.lines('ACK', 5, [], via));
  await drained(rig.server);
});

test.each([
  ['BYE', 481],
  ['UPDATE', 481],
  ['PRACK', 481],
  ['CANCEL', 481],
  ['REFER', 403],
  ['OPTIONS', 503],
  ['NONSENSE', 501],
])('%s outside a dialog gets %i', async (method, status) => {
  await new WireCall(peer, rig.port, 'outside').request(method, status, 1);
  await drained(rig.server);
});

test('unknown extensions and foreign schemes are refused', async () => {
  const call = new WireCall(peer, rig.port, 'objections');
  const refusal = await call.request('OPTIONS', 420, 2, ['Require: replaces, x-even', 'Require: x-odd']);
  expect(refusal.headers.get('Unsupported')).toBe('x-even, x-odd');
  const [, ...rest] = call.lines('OPTIONS', 3);
  peer.send(rig.port, ['OPTIONS mailto:a@example.invalid SIP/2.0', ...rest]);
  await peer.expect(416);
  await drained(rig.server);
});

test('the same INVITE over a second path gets 482', async () => {
  const call = new WireCall(peer, rig.port, 'merged');
  peer.send(rig.port, call.lines('INVITE', 1));
  await peer.expect(100);
  peer.send(rig.port, call.lines('INVITE', 1));
  await peer.expect(482);
});

test('re-INVITEs that cross: 500 with Retry-After, 491, and 500 for a lower CSeq', async () => {
  const call = new WireCall(peer, rig.port, 'glare');
  const answered = call.answered();
  const { req, res } = await seen.next();
  res.send(200, { body: SDP });
  await answered;
  call.ack();
  const dialogId = `${req.get('Call-ID')};from-tag=caller`;

  peer.send(rig.port, call.lines('INVITE', 10));
  await peer.expect(100);
  const second = await call.request('INVITE', 500, 11);
  expect(Number(second.headers.get('Retry-After'))).toBeLessThanOrEqual(10);
  (await seen.next()).res.send(488);
  await peer.expect(488);

  await call.request('INFO', 500, 3);

  const ours = new Inbox<number>();
  const reinvite = {
    method: 'INVITE',
    stackDialogId: dialogId,
    uri: 'sip:placeholder',
    headers: {},
    body: SDP,
  };
  rig.srf.request(reinvite, (_error, sent) => sent.on('response', (response) => ours.put(response.status)));
  const pending = await peer.expect('INVITE');
  await call.request('INVITE', 491, 20);
  // A second one of ours does not go out: the server answers it as the peer would.
  rig.srf.request({ ...reinvite }, (_error, sent) =>
    sent.on('response', (response) => ours.put(response.status)),
  );
  expect(await ours.next()).toBe(491);
  peer.answer(rig.port, pending, '491 Request Pending', '');
  expect(await ours.next()).toBe(491);
  const reinvites = peer.received.items.filter((m) => m.kind === 'request' && m.method === 'INVITE');
  expect(new Set(reinvites.map((m) => m.via?.branch)).size).toBe(1);
});

test('malformed requests get 400 when somebody can be answered, and nothing gets through', async () => {
  const call = new WireCall(peer, rig.port, 'bad');
  const lines = call.lines('INVITE', 1);
  const without = (name: string): string[] => lines.filter((line) => !line.startsWith(name));
  const bad: string[][] = [
    [...without('CSeq'), 'CSeq: 1 BYE'],
    [...lines, 'Call-ID: another'],
    [...without('Max-Forwards'), 'Max-Forwards: many'],
    ['INVITE sip:110@127.0.0.1 again SIP/2.0', ...lines.slice(1)],
    [...lines, 'no colon here'],
  ];
  for (const message of bad) {
    peer.send(rig.port, message);
    await peer.expect(400);
  }
  peer.send(rig.port, [...without('CSeq'), 'CSeq: 99999999999 INVITE']);
  expect(await peer.unsound.next()).toContain('SIP/2.0 400 Bad CSeq Header');
  peer.raw(rig.port, Buffer.from('INVITE sip:x SIP/7.0\r\nVia: SIP/2.0/UDP 127.0.0.1\r\n\r\n'));
  peer.raw(rig.port, Buffer.from(`${lines.join('\r\n')}\r\nContent-Length: 100\r\n\r\nshort`));
  await peer.expect(400);
  expect(seen.items).toHaveLength(0);
  expect(rig.server.stats()).toMatchObject({ malformed: bad.length + 3, dropped: 1 });
  expect(rig.server.stats().live.serverTransactions).toBe(0);
});

test('a flood of rubbish does not stop calls', async () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  const good = Buffer.from(
    `${new WireCall(peer, rig.port, 'flood').lines('INVITE', 1).join('\r\n')}\r\n\r\n`,
  );
  for (let i = 0; i < 5000; i++) {
    const bytes = Buffer.from(good);
    for (let n = 0; n <= random(20); n++) bytes[random(bytes.length)] = random(256);
    peer.raw(rig.port, i % 3 === 0 ? bytes.subarray(0, random(bytes.length)) : bytes);
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const call = new WireCall(peer, rig.port, 'sane');
  peer.send(rig.port, call.lines('INVITE', 1));
  for (;;) {
    const { req, res } = await seen.next();
    res.send(486);
    if (req.get('Call-ID') === call.callId) break;
  }
  expect(rig.server.stats().malformed).toBeGreaterThan(1000);
});
