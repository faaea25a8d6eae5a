import { afterEach, beforeEach, expect, test } from 'vitest';
import { drained, FAST, Inbox, type Rig, SDP, type SrfMessage, startRig } from './support/rig.js';
import { WireCall } from './support/wire-call.js';
import { WirePeer } from './support/wire-peer.js';

let rig: Rig;
let peer: WirePeer;

beforeEach(async () => {
  rig = await startRig('udp', '127.0.0.1', { timers: FAST });
  peer = await WirePeer.open();
});

afterEach(async () => {
  peer.close();
  await rig.close();
});

test('a 200 is sent again until its ACK comes, and the ACK reaches the application once', async () => {
  const acks = new Inbox<SrfMessage>();
  rig.srf.invite((_req, res) => res.send(200, { body: SDP }));
  rig.srf.use('ack', (req) => acks.put(req));
  rig.srf.use('bye', (_req, res) => res.send(200));
  const call = new WireCall(peer, rig.port, 'lost-200');
  const first = await call.answered();
  const again = await peer.expect(200);
  expect(again.headers.get('CSeq')).toBe('1 INVITE');
  expect(again.toTag).toBe(first.toTag);
  call.ack();
  call.ack();
  expect((await acks.next()).method).toBe('ACK');
  await call.request('BYE', 200, 2);
  await drained(rig.server);
  expect(acks.items).toHaveLength(1);
  const { sentAgain, receivedAgain, retransmissions } = rig.server.stats();
  expect(sentAgain).toEqual({ 'udp 200 INVITE': retransmissions });
  expect(receivedAgain).toEqual({ 'udp ACK': 1 });
});

test('an INVITE that comes again is absorbed and gets the last response', async () => {
  const invites = new Inbox<SrfMessage>();
  rig.srf.invite((req, res) => {
    invites.put(req);
    res.send(180);
  });
  const call = new WireCall(peer, rig.port, 'twice');
  const lines = call.lines('INVITE', 1);
  peer.send(rig.port, lines);
  await peer.expect(180);
  peer.send(rig.port, lines);
  await peer.expect(180);
  expect(invites.items).toHaveLength(1);
  expect(rig.server.stats()).toMatchObject({
    retransmissions: 1,
    sentAgain: { 'udp 180 INVITE': 1 },
    receivedAgain: { 'udp INVITE': 1 },
  });
});

test('an ACK that was lost is sent again for the repeated 200', async () => {
  const place = new Promise<SrfMessage>((resolve) => {
    rig.srf.request(
      { uri: `sip:bob@127.0.0.1:${peer.port}`, method: 'INVITE', headers: {}, body: SDP },
      (_, sent) => {
        sent.on('response', (response, ack) => {
          ack({ headers: { 'X-First': '1' } });
          resolve(response);
        });
      },
    );
  });
  const invite = await peer.expect('INVITE');
  const ok = (): void =>
    peer.answer(rig.port, invite, '200 OK', 'b', [`Contact: <sip:bob@127.0.0.1:${peer.port}>`], SDP);
  ok();
  const first = await peer.expect('ACK');
  ok();
  const second = await peer.expect('ACK');
  // The very same message (RFC 3261 §13.2.2.4).
  expect(second.headers.values).toEqual(first.headers.values);
  expect((await place).status).toBe(200);
  expect(rig.server.stats().received['200 INVITE']).toBe(2);
  expect(rig.server.stats()).toMatchObject({
    sentAgain: { 'udp ACK': 1 },
    receivedAgain: { 'udp 200 INVITE': 1 },
  });
});

test('a refusal is sent again until its ACK comes; the ACK does not reach the application', async () => {
  const acks = new Inbox<SrfMessage>();
  rig.srf.invite((_req, res) => res.send(486));
  rig.srf.use('ack', (req) => acks.put(req));
  const call = new WireCall(peer, rig.port, 'lost-486');
  const via = peer.via();
  peer.send(rig.port, call.lines('INVITE', 1, [], via));
  await peer.expect(486);
  const again = await peer.expect(486);
  call.toTag = again.toTag;
  peer.send(rig.port, call.lines('ACK', 1, [], via));
  await drained(rig.server);
  expect(acks.items).toHaveLength(0);
});

test('a CANCEL that crosses our 200 gets 481 and BYE', async () => {
  const ended = new Inbox<SrfMessage>();
  rig.srf.invite((_req, res) => res.send(200, { body: SDP }));
  rig.srf.use('bye', (req) => ended.put(req));
  const call = new WireCall(peer, rig.port, 'cross');
  const via = peer.via();
  peer.send(rig.port, call.lines('INVITE', 1, [], via));
  await peer.expect(200);
  peer.send(rig.port, call.lines('CANCEL', 1, [], via));
  await peer.expect(481);
  peer.answer(rig.port, await peer.expect('BYE'), '200 OK', '');
  expect((await ended.next()).get('Reason')).toContain('text="CANCEL after 200 OK"');
  await drained(rig.server);
});

test('the second answerer of a forked call is acknowledged and ended, the application hears of the first only', async () => {
  const responses = new Inbox<SrfMessage>();
  rig.srf.request(
    { uri: `sip:bob@127.0.0.1:${peer.port}`, method: 'INVITE', headers: {}, body: SDP },
    (_, sent) => {
      sent.on('response', (response, ack) => {
        responses.put(response);
        if (response.status >= 200) ack({});
      });
    },
  );
  const invite = await peer.expect('INVITE');
  const contact = [`Contact: <sip:bob@127.0.0.1:${peer.port}>`];
  peer.answer(rig.port, invite, '180 Ringing', 'one', contact);
  peer.answer(rig.port, invite, '180 Ringing', 'two', contact);
  peer.answer(rig.port, invite, '200 OK', 'one', contact, SDP);
  expect((await peer.expect('ACK')).toTag).toBe('one');
  peer.answer(rig.port, invite, '200 OK', 'two', contact, SDP);
  expect((await peer.expect('ACK')).toTag).toBe('two');
  const bye = await peer.expect('BYE');
  expect(bye.toTag).toBe('two');
  peer.answer(rig.port, bye, '200 OK', '');
  expect(responses.items.map((response) => response.status)).toEqual([180, 180, 200]);
  expect(rig.server.stats().live.dialogs).toBe(1);
});
