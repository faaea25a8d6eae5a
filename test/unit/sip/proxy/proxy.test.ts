import { beforeEach, expect, test } from 'vitest';
import { Headers } from '../../../../src/sip/message/headers.js';
import type { SipMessage } from '../../../../src/sip/message/message.js';
import { type ProxyOrder, parseDuration } from '../../../../src/sip/proxy/order.js';
import { StackRig } from '../support/stack-rig.js';

/** The stateful proxy, RFC 3261 §16. */

let rig: StackRig;
let reported: number[];
let done: number;

beforeEach(() => {
  rig = new StackRig();
  reported = [];
  done = 0;
});

const lines = (method: string, seq: number, more: readonly string[] = [], toTag = ''): string => `
  ${method} sip:110@10.0.0.1 SIP/2.0
  Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK-${method === 'CANCEL' ? 'INVITE' : method}-${seq}
  From: <sip:caller@10.0.0.2>;tag=caller
  To: <sip:110@10.0.0.1>${toTag === '' ? '' : `;tag=${toTag}`}
  Call-ID: a-call
  CSeq: ${seq} ${method}
  Contact: <sip:caller@10.0.0.2>
  ${['Max-Forwards: 20', ...more].join('\n')}`;

/** A request comes and the application has it proxied; the reason when that is refused. */
function proxied(
  destinations: readonly string[],
  order: Partial<ProxyOrder> = {},
  method = 'INVITE',
  more: readonly string[] = [],
): string | null {
  rig.receive(lines(method, 1, more), 'body');
  const told = rig.told.at(-1);
  const all: ProxyOrder = {
    destinations,
    simultaneous: false,
    remainInDialog: false,
    followRedirects: false,
    provisionalTimeout: null,
    finalTimeout: null,
    headers: new Headers(),
    ...order,
  };
  return rig.stack.proxy(told?.type === 'request' ? told.txnId : '', all, {
    response: (response) => reported.push(response.status),
    done: () => {
      done += 1;
    },
  });
}

const A = 'sip:a@10.0.0.10';
const B = 'sip:b@10.0.0.11';
const C = 'sip:c@10.0.0.12';

/** Requests of that method that went out, by Request-URI, without repetitions. */
function asked(method = 'INVITE'): string[] {
  const first = rig.sent.filter(({ again }) => !again).map(({ message }) => message);
  return first.flatMap((message) =>
    message.kind === 'request' && message.method === method ? [message.uri] : [],
  );
}

/** The request of that method that went to a URI. */
function sentTo(uri: string, method = 'INVITE'): SipMessage {
  const found = rig.sent.find(
    ({ message }) => message.kind === 'request' && message.uri === uri && message.method === method,
  );
  if (found === undefined) throw new Error(`no ${method} to ${uri}`);
  return found.message;
}

/** A destination answers; the caller's Via is behind ours. */
function answer(uri: string, status: number, more: readonly string[] = [], method = 'INVITE'): void {
  const request = sentTo(uri, method);
  const [, caller = ''] = request.headers.all('Via');
  rig.answer(request, status, uri.slice(4, 5), [`Via: ${caller}`, ...more]);
}

/** Statuses that went back to the caller, without 100. */
function back(): number[] {
  return rig.sent.flatMap(({ message, again }) =>
    message.kind === 'response' && !again && message.status > 100 && message.cseq.method !== 'CANCEL'
      ? [message.status]
      : [],
  );
}

/** Nothing is left once every transaction has run out. */
function drained(): void {
  rig.clock.advance(200_000);
  const { clientCount, serverCount } = rig.stack.transactions;
  expect([clientCount, serverCount, rig.clock.pending, rig.stack.counts().dialogs]).toEqual([0, 0, 0, 0]);
}

test('a request goes on with our Via, one hop less and its body; the answer comes back without our Via', () => {
  expect(proxied([A])).toBeNull();
  const sent = sentTo(A);
  expect(sent.headers.all('Via').length).toBe(2);
  expect(sent.headers.get('Max-Forwards')).toBe('19');
  expect(sent.headers.has('Record-Route')).toBe(false);
  expect(sent.body.toString()).toBe('body');
  answer(A, 180);
  answer(A, 200);
  expect(back()).toEqual([180, 200]);
  expect(rig.last(200).headers.all('Via')).toEqual(['SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK-INVITE-1']);
  expect([reported, done]).toEqual([[200], 1]);
  drained();
});

test('destinations are tried one after the other; the best answer goes back', () => {
  proxied([A, B, C]);
  expect(asked()).toEqual([A]);
  answer(A, 503);
  expect(asked()).toEqual([A, B]);
  answer(B, 404);
  answer(C, 484);
  expect(back()).toEqual([484]);
  expect([reported, done]).toEqual([[503, 404, 484], 1]);
  drained();
});

test('503 of the only destination goes back as 500', () => {
  proxied([A]);
  answer(A, 503);
  expect(back()).toEqual([500]);
  drained();
});

test('all at once: the first 2xx wins, the others are cancelled', () => {
  proxied([A, B, C], { simultaneous: true });
  expect(asked()).toEqual([A, B, C]);
  answer(A, 180);
  answer(B, 180);
  answer(A, 200);
  expect(asked('CANCEL')).toEqual([B]);
  answer(C, 180);
  expect(asked('CANCEL')).toEqual([B, C]);
  answer(B, 487);
  answer(C, 487);
  expect(back()).toEqual([180, 180, 200]);
  expect(done).toBe(1);
  drained();
});

test('a 6xx ends the search', () => {
  proxied([A, B], { simultaneous: true });
  answer(B, 180);
  answer(A, 603);
  expect(asked('CANCEL')).toEqual([B]);
  answer(B, 487);
  expect(back()).toEqual([180, 603]);
  drained();
});

const NAMED = 'sip:d@two.example.org';

/** Places that requests of that method went to, without repetitions. */
function places(method = 'INVITE'): string[] {
  return rig.sent.flatMap(({ message, again, to }) =>
    !again && message.kind === 'request' && message.method === method ? [to] : [],
  );
}

/** The last request of that method is answered. */
function answerLast(status: number, method = 'INVITE'): void {
  const request = rig.last(method);
  rig.answer(request, status, 'd', [`Via: ${request.headers.all('Via')[1] ?? ''}`]);
}

test('a destination with several places: 503 and silence turn to the next one, in a transaction of its own', () => {
  rig.places = ['10.0.0.21', '10.0.0.22', '10.0.0.23'];
  proxied([NAMED, A], { remainInDialog: true });
  answerLast(503);
  rig.clock.advance(40_000);
  expect(places()).toEqual(['10.0.0.21:5060', '10.0.0.22:5060', '10.0.0.23:5060']);
  const invites = rig.sent.filter(({ message }) => message.kind === 'request' && message.method === 'INVITE');
  expect(new Set(invites.map(({ message }) => message.via?.branch)).size).toBe(3);
  expect(rig.last('INVITE').headers.all('Record-Route').length).toBe(1);
  answerLast(200);
  expect([back(), reported, done]).toEqual([[200], [200], 1]);
  drained();
});

test('a place that refuses or rings is left for the next destination, not the next place', () => {
  rig.places = ['10.0.0.21', '10.0.0.22'];
  proxied([NAMED, A]);
  answerLast(180);
  answerLast(503);
  expect(places()).toEqual(['10.0.0.21:5060', '10.0.0.10:5060']);
  answer(A, 404);
  expect(back()).toEqual([180, 404]);
  drained();
});

test('a provisional timeout holds for each place; a request without places left is answered', () => {
  rig.places = ['10.0.0.21', '10.0.0.22'];
  proxied([NAMED], { provisionalTimeout: 2000 });
  rig.clock.advance(2000);
  expect(places()).toEqual(['10.0.0.21:5060', '10.0.0.22:5060']);
  rig.clock.advance(2000);
  expect([back(), reported]).toEqual([[408], [408]]);
  drained();
});

test('a cancelled request turns to nobody', () => {
  rig.places = ['10.0.0.21', '10.0.0.22'];
  proxied([NAMED]);
  answerLast(100);
  rig.receive(lines('CANCEL', 1));
  answerLast(503);
  expect(places()).toEqual(['10.0.0.21:5060']);
  expect(back().length).toBe(1);
  drained();
});

test('requests other than INVITE turn to the next place too', () => {
  rig.places = ['10.0.0.21', '10.0.0.22'];
  proxied([NAMED], {}, 'MESSAGE');
  answerLast(503, 'MESSAGE');
  answerLast(202, 'MESSAGE');
  expect(places('MESSAGE')).toEqual(['10.0.0.21:5060', '10.0.0.22:5060']);
  expect(back()).toEqual([202]);
  drained();
});

test('challenges of all destinations go back together', () => {
  proxied([A, B]);
  answer(A, 401, ['WWW-Authenticate: Digest realm="a"']);
  answer(B, 407, ['Proxy-Authenticate: Digest realm="b"']);
  expect(rig.last(401).headers.get('WWW-Authenticate')).toBe('Digest realm="a"');
  expect(rig.last(401).headers.get('Proxy-Authenticate')).toBe('Digest realm="b"');
  drained();
});

test('a destination without a word is left after the provisional timeout, one without an end after the final one', () => {
  proxied([A, B, C], { provisionalTimeout: 2000, finalTimeout: 10_000 });
  rig.clock.advance(1999);
  expect(asked()).toEqual([A]);
  rig.clock.advance(1);
  expect(asked()).toEqual([A, B]);
  answer(B, 180);
  rig.clock.advance(9999);
  expect(asked()).toEqual([A, B]);
  rig.clock.advance(1);
  expect([asked(), asked('CANCEL')]).toEqual([[A, B, C], [B]]);
  answer(C, 486);
  expect(back()).toEqual([180, 486]);
  drained();
});

test('redirections are followed when that is wanted, each target once', () => {
  proxied([A], { followRedirects: true });
  answer(A, 302, [`Contact: <${C}>;q=0.3, <${B}>;q=0.9, <${A}>`]);
  expect(asked()).toEqual([A, B]);
  answer(B, 302, [`Contact: <${A}>`]);
  expect(asked()).toEqual([A, B, C]);
  answer(C, 200);
  expect(back()).toEqual([200]);
  drained();
});

test('otherwise a redirection goes back', () => {
  proxied([A]);
  answer(A, 302, [`Contact: <${B}>`]);
  expect([asked(), back()]).toEqual([[A], [302]]);
  drained();
});

test('a CANCEL goes on, and the 487 comes back', () => {
  proxied([A, B]);
  answer(A, 180);
  rig.receive(lines('CANCEL', 1));
  expect(asked('CANCEL')).toEqual([A]);
  answer(A, 487);
  expect([asked(), back()]).toEqual([[A], [180, 487]]);
  drained();
});

test('a caller that cancels a silent destination gets its 487 all the same', () => {
  proxied([A]);
  rig.receive(lines('CANCEL', 1));
  expect(asked('CANCEL')).toEqual([]);
  rig.clock.advance(40_000);
  expect(back().length).toBe(1);
  drained();
});

test('hops that are used up, unknown transactions and our own address are refused', () => {
  expect(
    rig.stack.proxy('nobody', {} as ProxyOrder, { response: () => undefined, done: () => undefined }),
  ).toBe('unknown transaction');
  proxied(['sip:x@10.0.0.1']);
  expect(back()).toEqual([482]);
  drained();
});

test('with Record-Route the later requests come through us, ACK and BYE without the application', () => {
  proxied([A], { remainInDialog: true });
  const route = sentTo(A).headers.get('Record-Route') ?? '';
  expect(route).toMatch(/^<sip:10\.0\.0\.1:5060;transport=udp;lr;key=[\w-]{16}>$/);
  answer(A, 200);
  const told = rig.told.length;
  const toA = (method: string, seq: number): string =>
    lines(method, seq, [`Route: ${route}`], 'a').replace('sip:110@10.0.0.1 SIP', 'sip:a@10.0.0.10 SIP');
  rig.receive(toA('ACK', 1));
  expect(asked('ACK')).toEqual([A]);
  expect(sentTo(A, 'ACK').headers.has('Route')).toBe(false);
  rig.receive(toA('BYE', 2));
  answer(A, 200, [], 'BYE');
  expect(rig.last(200).headers.get('CSeq')).toBe('2 BYE');
  expect(rig.told.length).toBe(told);
  drained();
});

test('a REGISTER gets Path', () => {
  proxied([A], { remainInDialog: true }, 'REGISTER');
  expect(sentTo(A, 'REGISTER').headers.get('Path')).toContain(';lr;key=');
  answer(A, 200, [], 'REGISTER');
  drained();
});

test('a Route of ours with the key of another call does not make us a relay', () => {
  rig.receive(lines('BYE', 2, ['Route: <sip:10.0.0.1;lr;key=AAAAAAAAAAAAAAAA>'], 'x'));
  expect([asked('BYE'), back()]).toEqual([[], [481]]);
  drained();
});

test('a preloaded Route of ours is taken off, the next one leads', () => {
  proxied([A], {}, 'INVITE', ['Route: <sip:10.0.0.1;lr>, <sip:10.0.0.77;lr>']);
  expect(sentTo(A).headers.all('Route')).toEqual(['<sip:10.0.0.77;lr>']);
  answer(A, 486);
  drained();
});

test('a strict router behind us finds itself in the Request-URI, and the target last in the route', () => {
  const routes = '<sip:10.0.0.77;transport=udp?X=y>, <sip:10.0.0.78;lr>';
  proxied([A], {}, 'INVITE', [`Route: <sip:10.0.0.1;lr>, ${routes}`]);
  const sent = sentTo('sip:10.0.0.77;transport=udp');
  expect(places()).toEqual(['10.0.0.77:5060']);
  expect(sent.headers.all('Route')).toEqual(['<sip:10.0.0.78;lr>', `<${A}>`]);
  answer('sip:10.0.0.77;transport=udp', 486);
  drained();
});

test('headers of the application replace those of the request, but not what identifies it', () => {
  const headers = new Headers().add('X-Color', 'green').add('Subject', 'new').add('Call-ID', 'other');
  proxied([A], { headers }, 'INVITE', ['Subject: old']);
  const sent = sentTo(A);
  expect([sent.headers.all('Subject'), sent.headers.get('X-Color'), sent.callId]).toEqual([
    ['new'],
    'green',
    'a-call',
  ]);
  answer(A, 486);
  drained();
});

test.each([
  ['2s', 2000],
  ['1500ms', 1500],
  ['800', 800],
  ['', null],
  ['soon', null],
  ['9999999s', null],
])('a timeout of %j is %j ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});
