import { beforeEach, expect, test } from 'vitest';
import { StackRig } from '../support/stack-rig.js';

/** Reliable provisional responses, RFC 3262. */

const SDP = 'v=0\r\nm=audio 4000 RTP/AVP 8\r\n';

let rig: StackRig;

beforeEach(() => {
  rig = new StackRig();
});

const request = (method: string, seq: number, more: string, toTag = ''): string => `
  ${method} sip:110@10.0.0.1 SIP/2.0
  Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK-${method}-${seq}
  Max-Forwards: 70
  From: <sip:caller@10.0.0.2>;tag=caller
  To: <sip:110@10.0.0.1>${toTag === '' ? '' : `;tag=${toTag}`}
  Call-ID: a-call
  CSeq: ${seq} ${method}
  Contact: <sip:caller@10.0.0.2>
  ${more}`;

const invited = (more: string): void => rig.receive(request('INVITE', 1, more));

/** The txnId of the INVITE. */
const invite = (): string => {
  const upcall = rig.told.find((told) => told.type === 'request' && told.message.method === 'INVITE');
  return upcall?.type === 'request' ? upcall.txnId : '';
};

const prack = (rseq: string, seq = 2, more = ''): void =>
  rig.receive(request('PRACK', seq, `RAck: ${rseq} 1 INVITE${more}`, rig.last(183).toTag));

test('a peer without the extension gets no reliable response', () => {
  invited('Supported: timer');
  expect(rig.respondTo(invite(), 183, { Require: '100rel' })).toEqual({
    ok: false,
    reason: 'Remote endpoint does not support 100rel',
  });
  expect(rig.respondTo(invite(), 180).ok).toBe(true);
  expect(rig.last(180).headers.has('RSeq')).toBe(false);
});

test('a peer that requires it gets every provisional response reliably', () => {
  invited('Require: 100rel');
  rig.respondTo(invite(), 183);
  expect(rig.last(183).headers.get('Require')).toBe('100rel');
  expect(rig.last(183).headers.get('RSeq')).toBe('1');
});

test('it is sent again, T1 doubling, until the PRACK; the 2xx waits for that', () => {
  invited('Supported: 100rel');
  rig.respondTo(invite(), 183, { Require: '100rel' }, SDP);
  rig.clock.advance(3500);
  expect(rig.count(183)).toBe(4);
  expect(rig.respondTo(invite(), 200, {}, SDP).ok).toBe(true);
  expect(rig.count(200)).toBe(0);
  prack('1');
  expect(rig.count(200)).toBe(0);
  rig.respond(200);
  expect(rig.sent.slice(-2).map(({ message }) => message.headers.get('CSeq'))).toEqual([
    '2 PRACK',
    '1 INVITE',
  ]);
  rig.clock.advance(10_000);
  expect(rig.count(183)).toBe(4);
});

test('a second reliable response waits for the PRACK of the first', () => {
  invited('Supported: 100rel');
  rig.respondTo(invite(), 183, { Require: '100rel' });
  rig.respondTo(invite(), 180, { Require: '100rel' });
  expect(rig.count(180)).toBe(0);
  prack('1');
  rig.respond(200);
  expect(rig.last(180).headers.get('RSeq')).toBe('2');
});

test('a PRACK that names no response of ours gets 481', () => {
  invited('Supported: 100rel');
  rig.respondTo(invite(), 183, { Require: '100rel' });
  prack('7');
  expect(rig.count(481)).toBe(1);
  prack('1', 3);
  rig.respond(200);
  prack('1', 4);
  expect(rig.count(481)).toBe(2);
});

test('without a PRACK the INVITE is refused after 64*T1 and an application that answered hears of it', async () => {
  invited('Supported: 100rel');
  rig.respondTo(invite(), 183, { Require: '100rel' }, SDP);
  rig.respondTo(invite(), 200, {}, SDP);
  rig.clock.advance(31_999);
  expect(rig.count(504)).toBe(0);
  rig.clock.advance(1);
  expect([rig.count(504), rig.count(200)]).toEqual([1, 0]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(rig.told.at(-1)).toMatchObject({ type: 'unsolicited', message: { method: 'BYE' } });
  rig.clock.advance(70_000);
  expect([rig.clock.pending, rig.stack.counts().dialogs]).toEqual([0, 0]);
});

test('the peer: one early dialog a tag, retransmissions and numbers out of turn stay here', () => {
  rig.request('INVITE', 'sip:out@10.0.0.9', { Supported: '100rel' }, SDP);
  const sent = rig.last('INVITE');
  const ring = (rseq: number, tag: string): void =>
    rig.answer(sent, 183, tag, ['Require: 100rel', `RSeq: ${rseq}`, `Contact: <sip:${tag}@10.0.0.9>`]);
  ring(5, 'one');
  ring(5, 'one');
  ring(7, 'one');
  ring(6, 'one');
  ring(41, 'two');
  const numbers = rig.told.map((told) => (told.type === 'response' ? told.message.headers.get('RSeq') : ''));
  expect(numbers).toEqual(['5', '6', '41']);
  const id = `${sent.callId};from-tag=${sent.fromTag}`;
  rig.inDialog(id, 'PRACK', { RAck: '6 1 INVITE' });
  expect([rig.last('PRACK').toTag, rig.last('PRACK').headers.get('RAck')]).toEqual(['one', '6 1 INVITE']);
  rig.inDialog(id, 'PRACK', { RAck: '41 1 INVITE' });
  expect(rig.last('PRACK')).toMatchObject({ toTag: 'two', uri: 'sip:two@10.0.0.9' });
});

test('a peer cannot make early dialogs without bound', () => {
  rig.request('INVITE', 'sip:out@10.0.0.9', {}, SDP);
  const sent = rig.last('INVITE');
  for (let n = 0; n < 1000; n++) rig.answer(sent, 180, `tag${n}`);
  expect(rig.told.length).toBe(32);
});

test('a CANCEL ends the repetition, and what waited is dropped', () => {
  invited('Supported: 100rel');
  rig.respondTo(invite(), 183, { Require: '100rel' }, SDP);
  rig.respondTo(invite(), 180, { Require: '100rel' });
  rig.receive(request('CANCEL', 1, 'Subject: no').replace('K-CANCEL', 'K-INVITE'));
  const before = rig.count(183);
  rig.clock.advance(100_000);
  expect([rig.count(183), rig.count(180)]).toEqual([before, 0]);
  expect(rig.last(487).cseq.method).toBe('INVITE');
  expect([rig.clock.pending, rig.stack.counts().dialogs]).toEqual([0, 0]);
});

test('a PRACK whose answer is lost comes again: answered again, told once', () => {
  invited('Supported: 100rel');
  rig.respondTo(invite(), 183, { Require: '100rel' }, SDP);
  const pracks = (): number =>
    rig.told.filter((told) => told.type === 'request' && told.message.method === 'PRACK').length;
  prack('1');
  rig.respond(200);
  prack('1');
  expect([pracks(), rig.count(200)]).toEqual([1, 2]);
  rig.respondTo(invite(), 486);
  rig.clock.advance(200_000);
  expect([rig.clock.pending, rig.stack.counts().dialogs]).toEqual([0, 0]);
});

test('a PRACK of ours that is lost goes again, also while the peer repeats its response', () => {
  rig.request('INVITE', 'sip:out@10.0.0.9', {}, SDP);
  const sent = rig.last('INVITE');
  const ringing = (): void =>
    rig.answer(sent, 183, 'b', ['Contact: <sip:b@10.0.0.9>', 'Require: 100rel', 'RSeq: 7'], SDP);
  ringing();
  rig.inDialog(`${sent.callId};from-tag=${sent.fromTag}`, 'PRACK', { RAck: '7 1 INVITE' });
  rig.clock.advance(500);
  ringing();
  rig.clock.advance(1000);
  expect(rig.count('PRACK')).toBe(3);
  expect(rig.told.filter((told) => told.type === 'response').length).toBe(1);
  rig.answer(rig.last('PRACK'), 200, '');
  rig.answer(sent, 486, 'b');
  rig.clock.advance(200_000);
  expect([rig.clock.pending, rig.stack.counts().dialogs]).toEqual([0, 0]);
});
