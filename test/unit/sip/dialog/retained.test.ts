import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { StackRig } from '../support/stack-rig.js';

/** What a call that is over keeps for its last transactions' 32 seconds. */

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const SDP = `v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\n${'a=rtpmap:101 telephone-event/8000\r\n'.repeat(6)}`;

const head = (method: string, n: number, seq: number, toTag = ''): string => `
  ${method} sip:110@10.0.0.1 SIP/2.0
  Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK-${n}-${seq}-${method};rport
  Max-Forwards: 70
  From: "A caller" <sip:caller@10.0.0.2>;tag=from-${n}
  To: <sip:110@10.0.0.1>${toTag === '' ? '' : `;tag=${toTag}`}
  Call-ID: a-call-id-of-usual-length-${n}@10.0.0.2
  CSeq: ${seq} ${method}
  Contact: <sip:caller@10.0.0.2:5060>
  User-Agent: A telephone with a name of some length 1.2.3
  Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY, PRACK
  Content-Type: application/sdp`;

/** A call in, answered, a call out, answered, both ended: what a B2BUA does. */
function call(rig: StackRig, n: number): void {
  rig.receive(head('INVITE', n, 1), SDP);
  rig.respond(180);
  rig.respond(200, {}, SDP);
  const tag = rig.last(200).toTag;
  rig.receive(head('ACK', n, 1, tag));
  rig.request('INVITE', 'sip:out@10.0.0.9', { From: '<sip:a@localhost>' }, SDP);
  const invite = rig.last('INVITE');
  rig.answer(invite, 180, `b${n}`, ['Contact: <sip:b@10.0.0.9>']);
  rig.answer(invite, 200, `b${n}`, ['Contact: <sip:b@10.0.0.9>', 'Content-Type: application/sdp'], SDP);
  const dialogId = `${invite.callId};from-tag=${invite.fromTag}`;
  rig.inDialog(dialogId, 'ACK');
  rig.receive(head('BYE', n, 2, tag));
  rig.respond(200);
  rig.inDialog(dialogId, 'BYE');
  rig.answer(rig.last('BYE'), 200, '');
  rig.sent.length = 0;
  rig.told.length = 0;
}

function heap(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('a call that is over keeps a few kilobytes', () => {
  const rig = new StackRig();
  for (let n = 0; n < 200; n++) call(rig, n);
  rig.clock.advance(70_000);
  const before = heap();
  const calls = 1000;
  for (let n = 0; n < calls; n++) call(rig, 1000 + n);
  const after = heap();
  const perCall = Math.round((after - before) / calls);
  console.info(`${perCall} bytes per finished call of two legs`);
  expect(rig.stack.counts()).toEqual({ dialogs: 0, inbound: 0, outbound: 0 });
  rig.clock.advance(70_000);
  expect([rig.stack.transactions.clientCount, rig.stack.transactions.serverCount]).toEqual([0, 0]);
  expect(rig.clock.pending).toBe(0);
  expect(perCall).toBeLessThan(40_000);
});
