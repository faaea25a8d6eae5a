import { beforeEach, expect, test } from 'vitest';
import { StackRig } from '../support/stack-rig.js';

/** The BYE of whoever answered waits for the ACK (RFC 3261 §15). */

const SDP = 'v=0\r\nm=audio 4000 RTP/AVP 8\r\n';
const DIALOG = 'a-call;from-tag=caller';

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

beforeEach(() => {
  rig = new StackRig();
  receive('INVITE', 1);
  rig.respond(200, {}, SDP);
});

const ok = (): string => rig.last(200).toTag;
/** Requests reach the transaction layer after the promise of the resolver. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a BYE right after the 200 goes out when the ACK has come', async () => {
  rig.inDialog(DIALOG, 'BYE', { Reason: 'Q.850;cause=16' });
  await settle();
  rig.clock.advance(1500);
  expect(rig.count('BYE')).toBe(0);
  expect(rig.count(200)).toBe(3);
  receive('ACK', 1, ok());
  await settle();
  expect(rig.last('BYE').headers.get('Reason')).toBe('Q.850;cause=16');
});

test('without an ACK it goes out when the 200 is given up, in place of the BYE of the server', async () => {
  rig.inDialog(DIALOG, 'BYE', { Reason: 'Q.850;cause=16' });
  rig.clock.advance(32_000);
  await settle();
  expect(rig.count('BYE')).toBe(1);
  expect(rig.last('BYE').headers.get('Reason')).toBe('Q.850;cause=16');
});

test('when the caller hangs up first, no BYE is sent at all', async () => {
  rig.inDialog(DIALOG, 'BYE');
  receive('BYE', 2, ok());
  rig.clock.advance(64_000);
  await settle();
  expect(rig.count('BYE')).toBe(0);
  expect(rig.stack.counts().dialogs).toBe(0);
});

test('a second BYE is refused while the first one waits', async () => {
  rig.inDialog(DIALOG, 'BYE');
  rig.inDialog(DIALOG, 'BYE');
  receive('ACK', 1, ok());
  await settle();
  expect(rig.count('BYE')).toBe(1);
});

test('later in the call a BYE waits for nothing, even with a re-INVITE unacknowledged', async () => {
  receive('ACK', 1, ok());
  receive('INVITE', 2, ok());
  rig.respond(200, {}, SDP);
  rig.inDialog(DIALOG, 'BYE');
  await settle();
  expect(rig.count('BYE')).toBe(1);
});
