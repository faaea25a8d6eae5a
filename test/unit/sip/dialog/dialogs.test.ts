import { beforeEach, expect, test } from 'vitest';
import type { SipMessage } from '../../../../src/sip/message/message.js';
import { StackRig } from '../support/stack-rig.js';

/** Forks, crossing requests, subscriptions and requests outside dialogs. */

const SDP = 'v=0\r\nm=audio 4000 RTP/AVP 8\r\n';

let rig: StackRig;

beforeEach(() => {
  rig = new StackRig();
});

const lines = (method: string, seq: number, more: readonly string[] = [], toTag = ''): string => `
  ${method} sip:110@10.0.0.1 SIP/2.0
  Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK-${method}-${seq}
  Max-Forwards: 70
  From: <sip:caller@10.0.0.2>;tag=caller
  To: <sip:110@10.0.0.1>${toTag === '' ? '' : `;tag=${toTag}`}
  Call-ID: a-call
  CSeq: ${seq} ${method}
  Contact: <sip:caller@10.0.0.2>
  ${['Subject: x', ...more].join('\n')}`;

const statuses = (): number[] =>
  rig.told.flatMap((told) =>
    told.type === 'response' && told.message.kind === 'response' ? [told.message.status] : [],
  );

function invite(): { sent: SipMessage; id: string } {
  rig.request('INVITE', 'sip:out@10.0.0.9', {}, SDP);
  const sent = rig.last('INVITE');
  return { sent, id: `${sent.callId};from-tag=${sent.fromTag}` };
}

/** A call of the peer, answered and acknowledged; our tag. */
function answered(): string {
  rig.receive(lines('INVITE', 1), SDP);
  rig.respond(200, {}, SDP);
  const { toTag } = rig.last(200);
  rig.receive(lines('ACK', 1, [], toTag));
  return toTag;
}

function drained(): void {
  rig.clock.advance(200_000);
  const { clientCount, serverCount } = rig.stack.transactions;
  expect([clientCount, serverCount, rig.clock.pending, rig.stack.counts().dialogs]).toEqual([0, 0, 0, 0]);
}

test('of a forked call the first answer wins; the second is acknowledged and hung up, also when it repeats', () => {
  const { sent, id } = invite();
  for (const tag of ['one', 'two']) rig.answer(sent, 180, tag, [`Contact: <sip:${tag}@10.0.0.9>`]);
  rig.answer(sent, 200, 'two', ['Contact: <sip:two@10.0.0.9>'], SDP);
  rig.inDialog(id, 'ACK');
  for (let i = 0; i < 3; i++) rig.answer(sent, 200, 'one', ['Contact: <sip:one@10.0.0.9>'], SDP);
  expect(statuses()).toEqual([180, 180, 200]);
  const acks = rig.sent
    .map(({ message }) => message)
    .filter((m) => m.kind === 'request' && m.method === 'ACK');
  expect(acks.length).toBe(4);
  const bye = rig.last('BYE');
  expect(bye).toMatchObject({ toTag: 'one', uri: 'sip:one@10.0.0.9' });
  rig.answer(bye, 200, '');
  rig.inDialog(id, 'BYE');
  expect(rig.last('BYE')).toMatchObject({ toTag: 'two', uri: 'sip:two@10.0.0.9' });
  rig.answer(rig.last('BYE'), 200, '');
  drained();
});

test('UPDATE goes both ways before the answer', () => {
  const { sent, id } = invite();
  rig.answer(sent, 183, 'b', ['Contact: <sip:b@10.0.0.9>'], SDP);
  rig.inDialog(id, 'UPDATE', {}, SDP);
  expect(rig.last('UPDATE')).toMatchObject({ toTag: 'b', uri: 'sip:b@10.0.0.9' });
  rig.answer(rig.last('UPDATE'), 200, '', ['Contact: <sip:moved@10.0.0.9>'], SDP);
  rig.answer(sent, 200, 'b', ['Contact: <sip:b2@10.0.0.9>'], SDP);
  rig.inDialog(id, 'ACK');
  rig.inDialog(id, 'BYE');
  expect(rig.last('BYE').headers.get('CSeq')).toBe('3 BYE');
  rig.answer(rig.last('BYE'), 200, '');

  rig.receive(lines('INVITE', 1), SDP);
  rig.respond(180);
  const { toTag } = rig.last(180);
  rig.receive(lines('UPDATE', 2, [], toTag), SDP);
  rig.respond(200, {}, SDP);
  expect(rig.last(200).headers.get('CSeq')).toBe('2 UPDATE');
  expect(rig.last(200).headers.has('Contact')).toBe(true);
  const first = rig.told.find((told) => told.type === 'request' && told.message.method === 'INVITE');
  rig.respondTo(first?.type === 'request' ? first.txnId : '', 486);
  drained();
});

test('requests that cross: 491 to a re-INVITE or an offer while ours is open, 500 to a second one', () => {
  const tag = answered();
  const id = 'a-call;from-tag=caller';
  rig.inDialog(id, 'INVITE', {}, SDP);
  rig.receive(lines('INVITE', 2, [], tag), SDP);
  rig.receive(lines('UPDATE', 3, [], tag), SDP);
  expect(rig.count(491)).toBe(2);
  rig.answer(rig.last('INVITE'), 200, '', ['Contact: <sip:caller@10.0.0.2>'], SDP);
  rig.inDialog(id, 'ACK');
  rig.receive(lines('INVITE', 4, [], tag), SDP);
  rig.receive(lines('INVITE', 5, [], tag), SDP);
  expect(rig.last(500).headers.has('Retry-After')).toBe(true);
  rig.respond(488);
  rig.receive(lines('ACK', 4, [], tag).replace('ACK-4', 'INVITE-4'));
  rig.receive(lines('BYE', 6, [], tag));
  rig.respond(200);
  drained();
});

test('offers that cross in UPDATE: 491 while ours is open, 500 while theirs is; without an offer it passes', () => {
  const tag = answered();
  const id = 'a-call;from-tag=caller';
  rig.inDialog(id, 'UPDATE', {}, SDP);
  const ours = rig.last('UPDATE');
  rig.receive(lines('UPDATE', 2, [], tag), SDP);
  rig.receive(lines('INVITE', 3, [], tag), SDP);
  expect(rig.count(491)).toBe(2);
  rig.receive(lines('UPDATE', 4, [], tag));
  rig.respond(200);
  expect(rig.last(200).headers.get('CSeq')).toBe('4 UPDATE');
  rig.answer(ours, 200, '', [], SDP);
  rig.receive(lines('UPDATE', 5, [], tag), SDP);
  rig.receive(lines('UPDATE', 6, [], tag), SDP);
  rig.receive(lines('INVITE', 7, [], tag), SDP);
  expect(rig.count(500)).toBe(2);
  expect(Number(rig.last(500).headers.get('Retry-After'))).toBeLessThanOrEqual(10);
  rig.respond(200, {}, SDP);
  // Our refresh without an offer does not keep theirs from passing.
  rig.inDialog(id, 'UPDATE');
  const refresh = rig.last('UPDATE');
  rig.receive(lines('UPDATE', 8, [], tag), SDP);
  rig.respond(200, {}, SDP);
  expect(rig.last(200).headers.get('CSeq')).toBe('8 UPDATE');
  rig.answer(refresh, 200, '');
  rig.receive(lines('BYE', 9, [], tag));
  rig.respond(200);
  drained();
});

test('a redirection reaches the application with its contacts, acknowledged, and nothing of the call stays', () => {
  const { sent, id } = invite();
  const contacts = '<sip:a@10.0.0.5>;q=0.3, "b" <sip:b@[2001:db8::5]:5070;transport=tcp>';
  rig.answer(sent, 302, 'r', [`Contact: ${contacts}`]);
  const told = rig.told.at(-1);
  expect(told?.type === 'response' && told.message.headers.get('Contact')).toBe(contacts);
  expect(rig.last('ACK').via?.branch).toBe(sent.via?.branch);
  rig.answer(sent, 302, 'r', [`Contact: ${contacts}`]);
  expect([statuses(), rig.count('ACK')]).toEqual([[302], 2]);
  // The application tries again with the same Call-ID and From, as after every 3xx (RFC 3261 §8.1.3.4).
  const same = { 'Call-ID': sent.callId, From: sent.headers.get('From') ?? '', CSeq: '2 INVITE' };
  rig.request('INVITE', 'sip:a@10.0.0.5', same, SDP);
  rig.answer(rig.last('INVITE'), 200, 's', ['Contact: <sip:s@10.0.0.5>'], SDP);
  rig.inDialog(id, 'ACK');
  rig.inDialog(id, 'BYE');
  rig.answer(rig.last('BYE'), 200, '');
  drained();
});

test('a late offer: the 200 of the peer has it, our ACK the answer, which goes again with each copy of the 200', () => {
  rig.request('INVITE', 'sip:out@10.0.0.9');
  const sent = rig.last('INVITE');
  const id = `${sent.callId};from-tag=${sent.fromTag}`;
  const ok = (): void => rig.answer(sent, 200, 'b', ['Contact: <sip:b@10.0.0.9>'], SDP);
  ok();
  rig.inDialog(id, 'ACK', {}, 'v=0\r\nanswer');
  ok();
  const acks = rig.sent.filter(({ message }) => message.kind === 'request' && message.method === 'ACK');
  expect(acks.length).toBe(2);
  expect(acks[1]?.bytes.equals(acks[0]?.bytes ?? Buffer.alloc(0))).toBe(true);
  expect(acks[0]?.message.body.toString()).toContain('answer');
  expect(acks[0]?.message.headers.get('Content-Type')).toBe('application/sdp');
  rig.inDialog(id, 'BYE');
  rig.answer(rig.last('BYE'), 200, '');
  drained();
});

test('the 202 to a REFER has a Contact', () => {
  const tag = answered();
  rig.receive(lines('REFER', 2, ['Refer-To: <sip:x@10.0.0.5>'], tag));
  rig.respond(202);
  expect(rig.last(202).headers.get('Contact')).toBe('<sip:10.0.0.1:5060>');
  rig.receive(lines('BYE', 3, [], tag));
  rig.respond(200);
  drained();
});

test('a subscription of the peer: NOTIFY goes out in it, the last one ends it', () => {
  rig.receive(lines('SUBSCRIBE', 1, ['Event: presence', 'Expires: 600']));
  rig.respond(202, { Expires: '600' });
  expect(rig.last(202).headers.has('Contact')).toBe(true);
  const id = 'a-call;from-tag=caller';
  rig.inDialog(id, 'NOTIFY', { Event: 'presence', 'Subscription-State': 'active' });
  expect(rig.last('NOTIFY')).toMatchObject({ toTag: 'caller', uri: 'sip:caller@10.0.0.2' });
  rig.answer(rig.last('NOTIFY'), 200, '');
  expect(rig.stack.counts().dialogs).toBe(1);
  rig.inDialog(id, 'NOTIFY', { Event: 'presence', 'Subscription-State': 'terminated' });
  rig.answer(rig.last('NOTIFY'), 200, '');
  expect(rig.stack.counts().dialogs).toBe(0);
  drained();
});

test('a subscription of ours: NOTIFY comes in, even before the 2xx, and refreshes go out', () => {
  rig.request('SUBSCRIBE', 'sip:state@10.0.0.9', { Event: 'presence', Expires: '600' });
  const sent = rig.last('SUBSCRIBE');
  const notify = (seq: number, state: string): string => `
    NOTIFY sip:10.0.0.1 SIP/2.0
    Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK-n${seq}
    From: <sip:state@10.0.0.9>;tag=notifier
    To: ${sent.headers.get('From')}
    Call-ID: ${sent.callId}
    CSeq: ${seq} NOTIFY
    Contact: <sip:state@10.0.0.9>
    Event: presence
    Subscription-State: ${state}`;
  rig.receive(notify(1, 'pending'));
  rig.respond(200);
  rig.answer(sent, 200, 'notifier', ['Contact: <sip:state@10.0.0.9>', 'Expires: 600']);
  rig.receive(notify(2, 'active'));
  rig.respond(200);
  const id = `${sent.callId};from-tag=${sent.fromTag}`;
  const dialogIds = rig.told.flatMap((told) => (told.type === 'cdr' ? [] : [told.dialogId]));
  expect(dialogIds).toEqual([id, id, id]);
  rig.inDialog(id, 'SUBSCRIBE', { Event: 'presence', Expires: '600' });
  expect(rig.last('SUBSCRIBE').headers.get('CSeq')).toBe('2 SUBSCRIBE');
  rig.answer(rig.last('SUBSCRIBE'), 200, '', ['Contact: <sip:state@10.0.0.9>', 'Expires: 600']);
  rig.receive(notify(3, 'terminated;reason=timeout'));
  rig.respond(200);
  expect(rig.stack.counts().dialogs).toBe(0);
  drained();
});

test.each(['MESSAGE', 'PUBLISH', 'REGISTER', 'OPTIONS', 'INFO'])(
  '%s goes both ways outside dialogs',
  (method) => {
    rig.receive(lines(method, 1, ['Content-Type: text/plain']), 'hello');
    rig.respond(200);
    expect(rig.last(200).cseq.method).toBe(method);
    rig.request(method, 'sip:out@10.0.0.9', { 'Content-Type': 'text/plain' }, 'hello');
    expect(rig.last(method).body.toString()).toBe('hello');
    rig.answer(rig.last(method), 200, 'b');
    expect(statuses()).toEqual([200]);
    drained();
  },
);

test.each([
  [401, 'WWW-Authenticate', 'Authorization'],
  [407, 'Proxy-Authenticate', 'Proxy-Authorization'],
])('after a %i the same call goes again with credentials, and its ACK carries them', (status, ask, give) => {
  const { sent } = invite();
  rig.answer(sent, status, 'first', [`${ask}: Digest realm="x", nonce="n"`]);
  const callId = sent.callId;
  const credentials = 'Digest username="u", realm="x", nonce="n", uri="sip:out@10.0.0.9", response="r"';
  const headers = {
    'Call-ID': callId,
    From: sent.headers.get('From') ?? '',
    CSeq: '2 INVITE',
    [give]: credentials,
  };
  rig.request('INVITE', 'sip:out@10.0.0.9', headers, SDP);
  const again = rig.last('INVITE');
  expect([again.callId, again.fromTag, again.cseq.number]).toEqual([callId, sent.fromTag, 2]);
  rig.answer(again, 200, 'second', ['Contact: <sip:b@10.0.0.9>'], SDP);
  const id = `${callId};from-tag=${sent.fromTag}`;
  rig.inDialog(id, 'ACK');
  expect(rig.last('ACK').headers.get(give)).toBe(credentials);
  rig.inDialog(id, 'BYE');
  rig.answer(rig.last('BYE'), 200, '');
  drained();
});
