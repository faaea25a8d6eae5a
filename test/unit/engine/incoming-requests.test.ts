import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Content, SipMessageParts, SrfRequest, SrfResponse } from '../../../src/engine/drachtio.js';
import { IncomingRequests } from '../../../src/engine/incoming-requests.js';
import { LegPorts, nameOf, newPort } from '../../../src/engine/leg-port.js';
import { LegWire } from '../../../src/engine/leg-wire.js';
import type { IncomingInvite, LegEvent } from '../../../src/engine/signalling.js';
import type { RequestHandler } from '../../../src/engine/srf-link.js';
import { aMessage } from './a-context.js';

const NIL = '0'.repeat(32);
const PEER = 'a'.repeat(32);
const OURS = 'd'.repeat(32);
const KNOWN = '10.1.0.1';

let events: LegEvent[];
let invites: IncomingInvite[];
let sent: { status: number; content: Content }[];
let handlers: Map<string, RequestHandler>;
/** Callers of before a restart whose INVITE came again. */
let again: string[];
let ports: LegPorts;
let wire: LegWire;

interface Asked {
  readonly method?: string;
  readonly dialog?: string;
  readonly body?: string;
  readonly from?: string;
}

/** A request of a peer comes in, in the dialog of leg `c-2` when nothing else is said. */
function ask(
  headers: Record<string, string>,
  { method = 'REFER', dialog, body = '', from = KNOWN }: Asked = {},
): void {
  const message: SipMessageParts = { ...aMessage(headers, body), method };
  const details = {
    stackTxnId: `txn${events.length}`,
    stackDialogId: dialog ?? nameOf('call', 'ours'),
    source: 'network',
    source_address: from,
    source_port: 5060,
    protocol: 'udp',
  };
  const req = Object.assign(new EventEmitter(), message, details) as unknown as SrfRequest;
  handlers.get(method.toLowerCase())?.(req, {} as SrfResponse);
}

beforeEach(() => {
  events = [];
  invites = [];
  again = [];
  sent = [];
  handlers = new Map();
  ports = new LegPorts();
  const link = {
    handle: (method: string, handler: RequestHandler) => void handlers.set(method, handler),
    send: (_res: SrfResponse, status: number, _reason: string | null, content: Content) =>
      void sent.push({ status, content }),
    request: () => undefined,
  };
  wire = new LegWire(
    link,
    ports,
    () => OURS,
    (event) => events.push(event),
  );
  new IncomingRequests(wire, {
    onInvite: (invite) => invites.push(invite),
    onRegister: () => null,
    onHeardAgain: (leg) => again.push(leg),
    knowsSource: (ip) => ip === KNOWN,
  }).listen();
  const port = newPort('c-2', null, null, '');
  port.localTag = 'ours';
  port.remoteTag = 'theirs';
  ports.add(port);
  ports.nameDialog(port, nameOf('call', 'ours'));
  const other = newPort('d-2', null, null, '');
  other.localTag = 'ours2';
  other.remoteTag = 'theirs2';
  other.answered = true;
  ports.add(other);
  ports.nameDialog(other, nameOf('call2', 'ours2'));
});

describe('BYE', () => {
  it('is the peer hanging up', () => {
    ask({ Reason: 'Q.850;cause=16' }, { method: 'BYE' });
    expect(events).toEqual([{ type: 'hung-up', leg: 'c-2', by: 'peer', reason: 'Q.850;cause=16' }]);
    expect(sent).toMatchObject([{ status: 200 }]);
  });

  it('that crosses ours is an answer to it: we were the first', () => {
    const port = ports.get('c-2');
    if (port === undefined) throw new Error('the leg is there');
    port.hungUp = true;
    ask({}, { method: 'BYE' });
    expect(events).toEqual([{ type: 'bye-answered', leg: 'c-2' }]);
    expect(sent).toMatchObject([{ status: 200 }]);
  });
});

describe('REFER', () => {
  const replacing = (parameters: string) => `<sip:110@x?Replaces=${encodeURIComponent(parameters)}>`;
  const NAMED = 'call2;to-tag=ours2;from-tag=theirs2';

  it('names the leg that an attended transfer means', () => {
    ask({ 'Refer-To': replacing(NAMED), CSeq: '7 REFER', 'Referred-By': '<sip:a@b>' });
    expect(events).toEqual([
      {
        type: 'attended',
        asker: 'c-2',
        named: 'd-2',
        request: 'txn0',
        cseq: 7,
        referredBy: '<sip:a@b>',
        subscribes: true,
      },
    ]);
  });
  it.each([
    ['a dialog that there is not', 'call3;to-tag=ours2;from-tag=theirs2'],
    ['tags the wrong way round', 'call2;to-tag=theirs2;from-tag=ours2'],
    ['the dialog that it came in', 'call;to-tag=ours;from-tag=theirs'],
    ['an early dialog where it is answered', `${NAMED};early-only`],
  ])('is refused with 403 for %s: 481 would end the call', (_, parameters) => {
    ask({ 'Refer-To': replacing(parameters) });
    const referTo = { ok: false, status: 403, code: 'unknown-dialog' };
    expect(events).toMatchObject([{ type: 'referred', leg: 'c-2', referTo }]);
  });
  it('may want no NOTIFY', () => {
    ask({ 'Refer-To': '<sip:110@x>', 'Refer-Sub': 'false' });
    // A phone that merely knows the extension is told how it goes like any other.
    ask({ 'Refer-To': '<sip:110@x>', Supported: 'norefersub' });
    expect(events).toMatchObject([{ subscribes: false }, { subscribes: true }]);
  });
  it('passes on a Referred-By on one line, and none that is endless', () => {
    ask({ 'Refer-To': '<sip:110@x>', 'Referred-By': '<sip:a@b>\r\n ;cid=x' });
    ask({ 'Refer-To': '<sip:110@x>', 'Referred-By': 'x'.repeat(1001) });
    expect(events).toMatchObject([{ referredBy: '<sip:a@b> ;cid=x' }, { referredBy: null }]);
  });
});

describe('INFO', () => {
  it('with a key is a key, with several one event each, with anything else none', () => {
    ask({ 'Content-Type': 'application/dtmf-relay' }, { method: 'INFO', body: 'Signal=5\r\nDuration=160' });
    ask({ 'Content-Type': 'application/dtmf' }, { method: 'INFO', body: '*2' });
    ask({ 'Content-Type': 'application/media_control+xml' }, { method: 'INFO', body: '<x/>' });
    expect(events).toMatchObject([
      { type: 'keyed', leg: 'c-2', request: 'txn0', press: { key: '5' } },
      { type: 'keyed', leg: 'c-2', request: 'txn1', press: { key: '*' } },
      { type: 'keyed', leg: 'c-2', request: 'txn1', press: { key: '2' } },
      { type: 'info', leg: 'c-2', request: 'txn3' },
    ]);
  });
});

describe('INVITE with Replaces', () => {
  const invite = (headers: Record<string, string>, from = KNOWN) =>
    ask({ From: '<sip:1@x>;tag=f', ...headers }, { method: 'INVITE', dialog: '', from });

  it('names the leg, or none that is there', () => {
    invite({});
    invite({ Replaces: 'call2;to-tag=ours2;from-tag=theirs2;early-only' });
    invite({ Replaces: 'call3;to-tag=ours2;from-tag=theirs2' });
    expect(invites.map((one) => one.replaces)).toEqual([
      null,
      { leg: 'd-2', earlyOnly: true },
      { leg: null, earlyOnly: false },
    ]);
    expect(sent).toEqual([]);
  });
  it.each([
    ['twice', { Replaces: 'a;to-tag=1;from-tag=2,b;to-tag=1;from-tag=2' }],
    ['with Join', { Replaces: 'a;to-tag=1;from-tag=2', Join: 'a;to-tag=1;from-tag=2' }],
    ['without a tag', { Replaces: 'a;to-tag=1' }],
  ])('%s is a bad request', (_, headers) => {
    invite(headers);
    expect(sent).toMatchObject([{ status: 400 }]);
    expect(invites).toEqual([]);
    // A stranger is for the engine to turn away, and to count.
    invite(headers, '10.66.0.1');
    expect(invites).toMatchObject([{ replaces: null }]);
  });
});

describe('Session-ID', () => {
  const answered = () => {
    ask({}, { method: 'OPTIONS' });
    return sent.at(-1)?.content.headers?.['Session-ID'];
  };
  it('has a UUID of ours for a peer that has none, and its own as soon as it tells', () => {
    expect(answered()).toBe(`${NIL};remote=${OURS}`);
    ask({ 'Session-ID': `${PEER};remote=${NIL}` }, { method: 'INFO' });
    expect(answered()).toBe(`${NIL};remote=${PEER}`);
  });
  it('still names a partner whose leg is forgotten', () => {
    const [port, other] = [ports.get('c-2'), ports.get('d-2')];
    if (port === undefined || other === undefined) throw new Error('no such leg');
    other.session.uuid = PEER;
    port.partner = other.session;
    ports.delete('d-2');
    expect(answered()).toBe(`${PEER};remote=${OURS}`);
  });
});
