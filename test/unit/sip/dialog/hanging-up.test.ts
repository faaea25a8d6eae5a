import { beforeEach, expect, test } from 'vitest';
import { StackRig } from '../support/stack-rig.js';

/** The application hangs up while its re-INVITE is under way: the peer gets one BYE, not the server's besides. */

const SDP = 'v=0\r\nm=audio 4000 RTP/AVP 8\r\n';
const DIALOG = 'a-call;from-tag=caller';
const CONTACT = ['Contact: <sip:caller@10.0.0.2>', 'Content-Type: application/sdp'];

let rig: StackRig;

const receive = (method: string, seq: number, toTag = ''): void =>
  rig.receive(`
    ${method} sip:110@10.0.0.1 SIP/2.0
    Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK-${method}-${seq}
    Max-Forwards: 70
    From: <sip:caller@10.0.0.2>;tag=caller
    To: <sip:110@10.0.0.1>${toTag === '' ? '' : `;tag=${toTag}`}
    Call-ID: a-call
    CSeq: ${seq} ${method}
    Contact: <sip:caller@10.0.0.2>`);

/** Requests reach the transaction layer after the promise of the resolver. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The last request of this method that left. */
function sentLast(method: string) {
  const message = rig.last(method);
  if (message.kind !== 'request') throw new Error(`${method} is no request`);
  return message;
}

beforeEach(async () => {
  rig = new StackRig();
  receive('INVITE', 1);
  rig.respond(200, {}, SDP);
  receive('ACK', 1, rig.last(200).toTag);
  rig.inDialog(DIALOG, 'INVITE', { 'Content-Type': 'application/sdp' }, SDP);
  await settle();
  rig.answer(sentLast('INVITE'), 100, 'caller');
  rig.inDialog(DIALOG, 'BYE', { Reason: 'Q.850;cause=16' });
  await settle();
  expect(rig.count('BYE')).toBe(1);
});

test('the re-INVITE is answered all the same: its ACK is no reason for a second BYE', async () => {
  rig.answer(sentLast('INVITE'), 200, 'caller', CONTACT, SDP);
  rig.inDialog(DIALOG, 'ACK');
  await settle();
  expect(rig.count('ACK')).toBe(1);
  expect(rig.count('BYE')).toBe(1);
  rig.answer(sentLast('BYE'), 200, 'caller');
  rig.clock.advance(64_000);
  await settle();
  expect(rig.count('BYE')).toBe(1);
  expect(rig.last('BYE').headers.get('Reason')).toBe('Q.850;cause=16');
  expect(rig.stack.counts().dialogs).toBe(0);
});

test('a BYE that the peer wants credentials for has ended nothing: the server still does it itself', async () => {
  rig.answer(sentLast('BYE'), 401, 'caller', ['WWW-Authenticate: Digest realm="pbx", nonce="n"']);
  rig.answer(sentLast('INVITE'), 200, 'caller', CONTACT, SDP);
  rig.inDialog(DIALOG, 'ACK');
  await settle();
  expect(rig.count('BYE')).toBe(2);
  expect(rig.stack.counts().dialogs).toBe(0);
});
