import { beforeEach, expect, test } from 'vitest';
import type { KeptTable } from '../../../../src/sip/dialog/keeper.js';
import { StackRig } from '../support/stack-rig.js';

/** A stack that is gone without a word, and the one after it on the same table. */

const SDP = 'v=0\r\nm=audio 4000 RTP/AVP 8\r\n';
const OWN = 'v=0\r\nm=audio 5000 RTP/AVP 8\r\n';

let table: Map<string, string>;
let rig: StackRig;

const kept: KeptTable = {
  entries: () => table,
  set: (key, value) => void (value === null ? table.delete(key) : table.set(key, value)),
};

beforeEach(() => {
  table = new Map();
  rig = new StackRig(kept);
});

/** The process is killed; another one goes on. */
function killed(): void {
  // What is left is what was written: later steps of the old stack must not count.
  table = new Map(table);
  rig = new StackRig(kept);
  rig.stack.restore();
}

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
const CALLED = 'a-call;from-tag=caller';

/** A call of the peer that the application answered and the peer acknowledged; our tag. */
function called(...more: readonly string[]): string {
  rig.receive(request('INVITE', 1, ['Record-Route: <sip:10.0.0.3;lr>', ...more]), SDP);
  rig.respond(200, {}, OWN);
  const { toTag } = rig.last(200);
  rig.receive(request('ACK', 1, [], toTag));
  return toTag;
}

/** A call of ours that rings. */
function calling(): { id: string; invite: ReturnType<StackRig['last']> } {
  rig.request('INVITE', 'sip:out@10.0.0.9', {}, OWN);
  const invite = rig.last('INVITE');
  rig.answer(invite, 180, 'b', ['Contact: <sip:b@10.0.0.9>']);
  return { id: `${invite.callId};from-tag=${invite.fromTag}`, invite };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function drained(): void {
  rig.clock.advance(300_000);
  const { clientCount, serverCount } = rig.stack.transactions;
  expect([clientCount, serverCount, rig.clock.pending, rig.stack.counts().dialogs]).toEqual([0, 0, 0, 0]);
  expect([...table.keys()]).toEqual([]);
}

test('the peer of a call before the restart is heard in its dialog, and its BYE ends it', () => {
  const toTag = called();
  killed();
  expect(rig.stack.counts().dialogs).toBe(1);
  rig.receive(request('INFO', 2, [], toTag));
  expect(rig.told.at(-1)).toMatchObject({ type: 'request', dialogId: CALLED, message: { method: 'INFO' } });
  rig.respond(200);
  rig.receive(request('BYE', 3, [], toTag));
  rig.respond(200);
  expect(rig.stack.counts().dialogs).toBe(0);
  drained();
});

test('requests of ours go by the route set and target of before, with a number that was not used yet', () => {
  const toTag = called();
  for (let i = 0; i < 70; i++) rig.inDialog(CALLED, 'INFO');
  const { number } = rig.last('INFO').cseq;
  killed();
  rig.inDialog(CALLED, 'BYE');
  const bye = rig.last('BYE');
  expect(bye).toMatchObject({ uri: 'sip:caller@10.0.0.2', toTag: 'caller', fromTag: toTag });
  expect(bye.headers.all('Route')).toEqual(['<sip:10.0.0.3;lr>']);
  expect(bye.cseq.number).toBeGreaterThan(number);
  rig.answer(bye, 200, '');
  drained();
});

test('a second restart goes on counting upwards', () => {
  called();
  const numbers: number[] = [];
  for (let kills = 0; kills < 3; kills++) {
    killed();
    rig.inDialog(CALLED, 'INFO');
    numbers.push(rig.last('INFO').cseq.number);
  }
  expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers);
  expect(new Set(numbers).size).toBe(3);
});

test('a call of ours goes on, too, where the target has moved to', () => {
  const { id, invite } = calling();
  rig.answer(invite, 200, 'b', ['Contact: <sip:moved@10.0.0.9>'], SDP);
  rig.inDialog(id, 'ACK');
  killed();
  rig.inDialog(id, 'BYE');
  expect(rig.last('BYE')).toMatchObject({ uri: 'sip:moved@10.0.0.9', toTag: 'b', callId: invite.callId });
  rig.answer(rig.last('BYE'), 200, '');
  drained();
});

test('a dialog that no application takes up gets BYE after a minute', () => {
  called();
  killed();
  rig.clock.advance(59_000);
  expect(rig.count('BYE')).toBe(0);
  rig.clock.advance(2_000);
  expect(rig.last('BYE').headers.get('Reason')).toContain('Application gone');
  rig.answer(rig.last('BYE'), 200, '');
  drained();
});

test('a call that was over is over', () => {
  const toTag = called();
  rig.receive(request('BYE', 2, [], toTag));
  killed();
  expect(rig.stack.counts().dialogs).toBe(0);
  drained();
});

test('a phone that rang is cancelled at once; when it answers all the same, it gets ACK and BYE', async () => {
  const { invite } = calling();
  killed();
  await nextTurn();
  const cancel = rig.last('CANCEL');
  expect(cancel).toMatchObject({ uri: 'sip:out@10.0.0.9', callId: invite.callId });
  expect(cancel.via?.branch).toBe(invite.via?.branch);
  rig.answer(cancel, 200, 'b');
  rig.answer(invite, 200, 'b', ['Contact: <sip:b@10.0.0.9>'], SDP);
  expect(rig.last('ACK')).toMatchObject({ uri: 'sip:b@10.0.0.9', toTag: 'b' });
  expect(rig.last('BYE')).toMatchObject({ uri: 'sip:b@10.0.0.9', toTag: 'b' });
  rig.answer(rig.last('BYE'), 200, 'b');
  expect(rig.told).toEqual([]);
  drained();
});

test('its 487 is acknowledged', async () => {
  const { invite } = calling();
  killed();
  await nextTurn();
  rig.answer(rig.last('CANCEL'), 200, 'b');
  rig.answer(invite, 487, 'b');
  expect(rig.last('ACK').via?.branch).toBe(invite.via?.branch);
  drained();
});

test('a 2xx whose ACK was not sent any more is acknowledged, and its call goes on', () => {
  const { id, invite } = calling();
  rig.answer(invite, 200, 'b', ['Contact: <sip:b@10.0.0.9>'], SDP);
  killed();
  rig.answer(invite, 200, 'b', ['Contact: <sip:b@10.0.0.9>'], SDP);
  expect(rig.last('ACK')).toMatchObject({ uri: 'sip:b@10.0.0.9', toTag: 'b', cseq: { number: 1 } });
  expect(rig.count('BYE')).toBe(0);
  rig.inDialog(id, 'BYE');
  rig.answer(rig.last('BYE'), 200, '');
  drained();
});

test('an INVITE that was not answered yet is heard again once somebody takes calls', () => {
  rig.receive(request('INVITE', 1, []), SDP);
  rig.respond(180);
  killed();
  expect(rig.told).toEqual([]);
  rig.stack.wake();
  expect(rig.told.at(-1)).toMatchObject({ type: 'request', dialogId: '', message: { method: 'INVITE' } });
  rig.respond(200, {}, OWN);
  const { toTag } = rig.last(200);
  rig.receive(request('ACK', 1, [], toTag));
  rig.receive(request('BYE', 2, [], toTag));
  rig.respond(200);
  drained();
});

test('so is a re-INVITE, inside its dialog; a CANCEL then finds it', () => {
  const toTag = called();
  rig.receive(request('INVITE', 2, [], toTag), SDP);
  killed();
  rig.stack.wake();
  expect(rig.told.at(-1)).toMatchObject({ dialogId: CALLED, message: { method: 'INVITE' } });
  rig.receive(request('CANCEL', 2, [], toTag).replace('z9hG4bK-CANCEL-2', 'z9hG4bK-INVITE-2'));
  expect(rig.count(487)).toBe(1);
  rig.receive(request('ACK', 2, [], toTag).replace('z9hG4bK-ACK-2', 'z9hG4bK-INVITE-2'));
  rig.receive(request('BYE', 3, [], toTag));
  rig.respond(200);
  drained();
});

test('an INVITE that is minutes old is not heard again', () => {
  rig.receive(request('INVITE', 1, []), SDP);
  rig.respond(180);
  const [key = '', text = ''] = [...table][0] ?? [];
  table.set(key, JSON.stringify({ ...JSON.parse(text), at: 1_000_000 - 200_000 }));
  killed();
  rig.stack.wake();
  expect(rig.told).toEqual([]);
  drained();
});

test('the session timer goes on: we refresh, or end a session that the peer does not refresh', () => {
  called('Session-Expires: 1800;refresher=uac', 'Supported: timer');
  killed();
  rig.inDialog(CALLED, 'INFO');
  rig.answer(rig.last('INFO'), 200, '');
  rig.clock.advance(1_760_000);
  expect(rig.count('BYE')).toBe(0);
  rig.clock.advance(20_000);
  expect(rig.last('BYE').headers.get('Reason')).toContain('Session timer expired');
  rig.answer(rig.last('BYE'), 200, '');
  drained();

  rig = new StackRig(kept);
  called('Session-Expires: 1800;refresher=uas', 'Supported: timer', 'Allow: UPDATE');
  killed();
  rig.inDialog(CALLED, 'INFO');
  rig.answer(rig.last('INFO'), 200, '');
  for (let waited = 0; waited < 5_000 && rig.count('UPDATE') === 0; waited += 100) rig.clock.advance(100);
  expect(rig.last('UPDATE').headers.get('Session-Expires')).toBe('1800;refresher=uac');
  rig.answer(rig.last('UPDATE'), 200, '', ['Session-Expires: 1800;refresher=uac']);
  rig.clock.advance(880_000);
  expect(rig.count('UPDATE')).toBe(1);
  rig.clock.advance(30_000);
  expect(rig.count('UPDATE')).toBeGreaterThan(1);
});

test('what cannot be understood is passed over', () => {
  called();
  table.set('dialog x', 'nonsense');
  table.set('dialog y', '{"kind":"of another program"}');
  killed();
  expect(rig.stack.counts().dialogs).toBe(1);
  expect([...table.keys()]).toEqual([`dialog ${CALLED}`]);
});
