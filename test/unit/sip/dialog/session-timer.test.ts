import { beforeEach, expect, test } from 'vitest';
import { StackRig } from '../support/stack-rig.js';

/** Session timers, RFC 4028. */

const SDP = 'v=0\r\nm=audio 4000 RTP/AVP 8\r\n';
const OWN = 'v=0\r\nm=audio 5000 RTP/AVP 8\r\n';

let rig: StackRig;

beforeEach(() => {
  rig = new StackRig();
});

const request = (method: string, seq: number, more: readonly string[], toTag = ''): string => `
  ${method} sip:110@10.0.0.1 SIP/2.0
  Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK-${method}-${seq}
  Max-Forwards: 70
  From: <sip:caller@10.0.0.2>;tag=caller
  To: <sip:110@10.0.0.1>${toTag === '' ? '' : `;tag=${toTag}`}
  Call-ID: a-call
  CSeq: ${seq} ${method}
  Contact: <sip:caller@10.0.0.2>
  ${['Subject: a call', ...more].join('\n')}`;

/** A call of the peer that the application answered and the peer acknowledged. */
function called(...more: readonly string[]): string {
  rig.receive(request('INVITE', 1, ['Content-Type: application/sdp', ...more]), SDP);
  rig.respond(200, {}, OWN);
  const { toTag } = rig.last(200);
  rig.receive(request('ACK', 1, [], toTag));
  return toTag;
}

/** A call of ours that the peer answered with these headers. */
function calling(...answer: readonly string[]): string {
  const headers = { 'Session-Expires': '1800', 'Content-Type': 'application/sdp' };
  rig.request('INVITE', 'sip:out@10.0.0.9', headers, OWN);
  const invite = rig.last('INVITE');
  rig.answer(invite, 200, 'b', ['Contact: <sip:b@10.0.0.9>', ...answer], SDP);
  const id = `${invite.callId};from-tag=${invite.fromTag}`;
  rig.inDialog(id, 'ACK');
  return id;
}

const unsolicited = async (): Promise<string> => {
  await new Promise((resolve) => setImmediate(resolve));
  const told = rig.told.at(-1);
  return told?.type === 'unsolicited' ? (told.message.headers.get('Reason') ?? '') : '';
};

test('an interval below 90 s gets 422 with Min-SE', () => {
  rig.receive(request('INVITE', 1, ['Session-Expires: 60', 'Supported: timer']));
  expect(rig.last(422).headers.get('Min-SE')).toBe('90');
  expect(rig.told).toEqual([]);
});

test('the answer agrees on the interval and leaves the refresh to a peer that can', () => {
  called('Session-Expires: 1800', 'Supported: timer');
  expect(rig.last(200).headers.get('Session-Expires')).toBe('1800;refresher=uac');
  expect(rig.last(200).headers.get('Require')).toBe('timer');
});

test('without a word of timers there are none', () => {
  called();
  expect(rig.last(200).headers.has('Session-Expires')).toBe(false);
  rig.clock.advance(100_000_000);
  expect([rig.count('BYE'), rig.stack.counts().dialogs]).toEqual([0, 1]);
});

test('a peer that does not refresh is hung up on shortly before the end', async () => {
  called('Session-Expires: 90', 'Supported: timer');
  rig.clock.advance(59_999);
  expect(rig.count('BYE')).toBe(0);
  rig.clock.advance(1);
  expect(rig.count('BYE')).toBe(1);
  expect(await unsolicited()).toContain('Session timer expired');
});

test('a refresh of the peer starts the interval again', () => {
  const tag = called('Session-Expires: 90', 'Supported: timer');
  rig.clock.advance(50_000);
  rig.receive(request('UPDATE', 2, ['Session-Expires: 90;refresher=uac', 'Supported: timer'], tag));
  rig.respond(200);
  expect(rig.last(200).headers.get('Session-Expires')).toBe('90;refresher=uac');
  rig.clock.advance(59_000);
  expect(rig.count('BYE')).toBe(0);
  rig.clock.advance(1000);
  expect(rig.count('BYE')).toBe(1);
});

test('we refresh by re-INVITE with the last description, and acknowledge by ourselves', () => {
  called('Session-Expires: 1800;refresher=uas', 'Supported: timer');
  rig.clock.advance(899_000);
  expect(rig.count('INVITE')).toBe(0);
  rig.clock.advance(1000);
  const invite = rig.last('INVITE');
  expect(invite.body.toString()).toBe(OWN);
  expect(invite.headers.get('Session-Expires')).toBe('1800;refresher=uac');
  expect(invite.headers.get('Supported')).toBe('timer');
  const before = rig.told.length;
  rig.answer(invite, 200, '', ['Contact: <sip:caller@10.0.0.2>', 'Session-Expires: 1800;refresher=uac'], SDP);
  expect([rig.count('ACK'), rig.told.length]).toEqual([1, before]);
  rig.clock.advance(899_999);
  expect(rig.count('INVITE')).toBe(1);
  rig.clock.advance(1);
  expect(rig.sent.filter(({ message }) => message.headers.get('CSeq') === '2 INVITE').length).toBe(1);
});

test('we refresh by UPDATE where the peer allows it', () => {
  calling('Session-Expires: 1800;refresher=uac', 'Require: timer', 'Allow: INVITE, BYE, UPDATE');
  expect(rig.last('INVITE').headers.get('Supported')).toBe('timer');
  rig.clock.advance(900_000);
  expect(rig.last('UPDATE').body.length).toBe(0);
  expect(rig.last('UPDATE').headers.get('Session-Expires')).toBe('1800;refresher=uac');
});

test('a refresh that gets 422 goes again with the larger interval', () => {
  calling('Session-Expires: 90;refresher=uac', 'Allow: UPDATE');
  rig.clock.advance(45_000);
  rig.answer(rig.last('UPDATE'), 422, '', ['Min-SE: 600']);
  expect(rig.last('UPDATE').headers.get('Session-Expires')).toBe('600;refresher=uac');
  expect(rig.last('UPDATE').headers.get('Min-SE')).toBe('600');
});

test.each([408, 481])('a refresh that gets %i ends the call', async (status) => {
  calling('Session-Expires: 90;refresher=uac', 'Allow: UPDATE');
  rig.clock.advance(45_000);
  rig.answer(rig.last('UPDATE'), status, '');
  expect(rig.count('BYE')).toBe(1);
  expect(await unsolicited()).toContain('Session timer expired');
});

test('a refresh that is refused otherwise is tried again until the interval is over', () => {
  calling('Session-Expires: 90;refresher=uac', 'Allow: UPDATE');
  for (let second = 0; second < 61; second++) {
    rig.clock.advance(1000);
    const waiting = rig.sent.findLast(({ message }) => message.kind === 'request');
    if (waiting?.message.kind === 'request' && waiting.message.method === 'UPDATE')
      rig.answer(waiting.message, 500, '');
  }
  expect(rig.count('UPDATE')).toBeGreaterThan(2);
  expect(rig.sent.filter(({ message, again }) => message.cseq.method === 'BYE' && !again).length).toBe(1);
});

test('requests of the application in such a session keep the timer going', () => {
  const id = calling('Session-Expires: 1800;refresher=uas', 'Require: timer');
  rig.inDialog(id, 'INVITE', {}, OWN);
  expect(rig.last('INVITE').headers.get('Session-Expires')).toBe('1800;refresher=uas');
});

test('an interval that nobody asked for is the affair of the peer alone', () => {
  rig.request('INVITE', 'sip:out@10.0.0.9', {}, OWN);
  const invite = rig.last('INVITE');
  rig.answer(invite, 200, 'b', ['Contact: <sip:b@10.0.0.9>', 'Session-Expires: 90;refresher=uas'], SDP);
  rig.inDialog(`${invite.callId};from-tag=${invite.fromTag}`, 'ACK');
  rig.clock.advance(1_000_000);
  expect(rig.count('BYE')).toBe(0);
});
