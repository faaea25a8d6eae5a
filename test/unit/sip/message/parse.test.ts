import { describe, expect, test } from 'vitest';
import { encodeMessage, messageBytes } from '../../../../src/sip/message/build.js';
import { canonicalHeaderName } from '../../../../src/sip/message/header-names.js';
import type { SipMessage } from '../../../../src/sip/message/message.js';
import { parseNameAddr, tagOf } from '../../../../src/sip/message/name-addr.js';
import { findParam, splitList } from '../../../../src/sip/message/params.js';
import { parseDatagram } from '../../../../src/sip/message/parse.js';
import { parseUri } from '../../../../src/sip/message/uri.js';
import { parseVia, stampVia } from '../../../../src/sip/message/via.js';

const GOOD = [
  'INVITE sip:110@127.0.0.1 SIP/2.0',
  'Via: SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bKx;rport',
  'From: "A, B" <sip:a@b>;tag=f1',
  'To: <sip:110@127.0.0.1>',
  'Call-ID: abc@x',
  'CSeq: 7 INVITE',
  'Content-Length: 6',
];
const text = (lines: readonly string[], body = '\u70ed\u7ebf'): Buffer =>
  Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);

function parsed(bytes: Buffer): SipMessage {
  const result = parseDatagram(bytes);
  if (!result.ok) throw new Error(result.fault.reason);
  return result.message;
}

function fault(bytes: Buffer): string {
  const result = parseDatagram(bytes);
  return result.ok ? 'accepted' : `${result.fault.status} ${result.fault.reason}`;
}

describe('a sound datagram', () => {
  test('gives its parts, and its own bytes again', () => {
    const bytes = text(GOOD);
    const message = parsed(bytes);
    expect(message).toMatchObject({
      kind: 'request',
      method: 'INVITE',
      uri: 'sip:110@127.0.0.1',
      callId: 'abc@x',
    });
    expect(message.cseq).toEqual({ number: 7, method: 'INVITE' });
    expect(message.fromTag).toBe('f1');
    expect(message.toTag).toBe('');
    expect(message.body.toString()).toBe('\u70ed\u7ebf');
    expect(messageBytes(message)).toBe(bytes);
    expect(encodeMessage(message)).toEqual(bytes);
  });

  test('is rebuilt with full names, joined lines and a true length when it was loosely written', () => {
    const loose = [
      'SIP/2.0 200',
      'v: SIP / 2.0 / UDP h : 5060 ;branch=z9',
      'F : <sip:a@b>;TAG=1',
      't:<sip:c@d> ;',
      ' tag=2',
      'i: x',
      'cseq: 009   INVITE',
      'subscription-foo: 1',
      'X-kEpt: 2',
      'r: <sip:r@s>',
      'l: 2',
    ];
    const message = parsed(Buffer.concat([Buffer.from('\r\n\r\n'), text(loose, 'okay')]));
    expect(message).toMatchObject({ kind: 'response', status: 200, reason: '', fromTag: '1', toTag: '2' });
    expect(message.via).toMatchObject({ transport: 'UDP', host: 'h', port: 5060, branch: 'z9' });
    expect(messageBytes(message).toString().split('\r\n')).toEqual([
      'SIP/2.0 200 ',
      'Via: SIP / 2.0 / UDP h : 5060 ;branch=z9',
      'From: <sip:a@b>;TAG=1',
      'To: <sip:c@d> ; tag=2',
      'Call-ID: x',
      'CSeq: 009   INVITE',
      'Subscription-Foo: 1',
      'X-kEpt: 2',
      'Refer-To: <sip:r@s>',
      'Content-Length: 2',
      '',
      'ok',
    ]);
  });

  test('may end its lines with LF and lack Content-Length', () => {
    const message = parsed(Buffer.from(`${GOOD.slice(0, 6).join('\n')}\n\nbody`));
    expect(message.body.toString()).toBe('body');
    expect(messageBytes(message).toString()).toContain('Content-Length: 4\r\n\r\nbody');
  });
});

test.each<[string, (lines: string[]) => string[], string]>([
  ['a version of the future', (l) => ['INVITE sip:x SIP/3.0', ...l.slice(1)], '505 Version Not Supported'],
  [
    'two blanks in the start line',
    (l) => ['INVITE  sip:x SIP/2.0', ...l.slice(1)],
    '400 Malformed Request-URI',
  ],
  [
    'a Request-URI in brackets',
    (l) => ['INVITE <sip:x> SIP/2.0', ...l.slice(1)],
    '400 Malformed Request-URI',
  ],
  ['a port that is none', (l) => ['INVITE sip:x:99999 SIP/2.0', ...l.slice(1)], '400 Malformed Request-URI'],
  ['no Call-ID', (l) => l.filter((x) => !x.startsWith('Call')), '400 Missing Call-ID Header'],
  ['two From', (l) => [...l, 'f: <sip:z@z>;tag=2'], '400 Several From Headers'],
  [
    'a Via without host',
    (l) => l.map((x) => (x.startsWith('Via') ? 'Via: SIP/2.0/UDP' : x)),
    '400 Bad Via Header',
  ],
  [
    'another method in CSeq',
    (l) => l.map((x) => (x.startsWith('CSeq') ? 'CSeq: 7 BYE' : x)),
    '400 CSeq Method Mismatch',
  ],
  [
    'a CSeq above 2^31-1',
    (l) => l.map((x) => (x.startsWith('CSeq') ? 'CSeq: 2147483648 INVITE' : x)),
    '400 Bad CSeq Header',
  ],
  [
    'a length beyond its end',
    (l) => l.map((x) => (x.startsWith('Content-L') ? 'l: 7' : x)),
    '400 Bad Content-Length',
  ],
  [
    'a negative length',
    (l) => l.map((x) => (x.startsWith('Content-L') ? 'l: -6' : x)),
    '400 Bad Content-Length',
  ],
  ['a line without colon', (l) => [...l, 'oops'], '400 Malformed Header Line'],
  ['no SIP at all', () => ['hello'], '400 Not SIP'],
  ['a status above 699', (l) => ['SIP/2.0 700 X', ...l.slice(1)], '400 Not SIP'],
])('%s is a fault', (_what, change, expected) => {
  expect(fault(text(change(GOOD)))).toBe(expected);
});

test('no sequence of bytes makes the parser throw', () => {
  let seed = 20_260;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  const outcomes = { ok: 0, fault: 0 };
  for (let round = 0; round < 20_000; round++) {
    const bytes = text(GOOD);
    for (let n = random(8); n >= 0; n--) bytes[random(bytes.length)] = random(256);
    const result = parseDatagram(bytes.subarray(0, bytes.length - random(10) * random(30)));
    outcomes[result.ok ? 'ok' : 'fault']++;
    if (result.ok) encodeMessage(result.message);
  }
  expect(outcomes.ok).toBeGreaterThan(100);
  expect(outcomes.fault).toBeGreaterThan(100);
});

test('URIs, addresses, parameters and lists', () => {
  expect(parseUri('sip:a;b?c@[::1]:5070;lr;transport=TCP?x=1')).toEqual({
    scheme: 'sip',
    user: 'a;b?c',
    host: '::1',
    port: 5070,
    params: ';lr;transport=TCP',
    headers: 'x=1',
  });
  expect(parseUri('SIPS:h')).toMatchObject({ scheme: 'sips', user: '', host: 'h', port: null });
  for (const bad of ['tel:110', 'sip:', 'sip:a@', 'sip:h:x', 'sip:[::1', 'h'])
    expect(parseUri(bad)).toBeNull();
  expect(parseNameAddr('"<x>;y" <sip:a@b;p=1>;tag=t')).toEqual({
    display: '"<x>;y"',
    uri: 'sip:a@b;p=1',
    params: ';tag=t',
  });
  expect(parseNameAddr('sip:a@b;tag=t')).toEqual({ display: '', uri: 'sip:a@b', params: ';tag=t' });
  expect(tagOf('"a;tag=no" <sip:x;tag=no@y> ; other="a;tag=no"; Tag = yes')).toBe('yes');
  expect(findParam(';a="x;b=1";b=2;c', 'b')).toBe('2');
  expect(findParam(';a;c', 'c')).toBe('');
  expect(findParam(';a', 'b')).toBeUndefined();
  expect(splitList('"a, b" <sip:a,b>, <sip:c>;x="1,2", ,d')).toEqual([
    '"a, b" <sip:a,b>',
    '<sip:c>;x="1,2"',
    'd',
  ]);
  expect(canonicalHeaderName('www-authenticate')).toBe('WWW-Authenticate');
  expect(canonicalHeaderName('x-lower')).toBe('X-Lower');
  expect(canonicalHeaderName('X-aS-is')).toBe('X-aS-is');
});

test('the top Via tells where the request came from', () => {
  const stamp = (value: string): string => {
    const via = parseVia(value);
    return via === null ? 'bad' : stampVia(value, via, '10.0.0.1', 4444);
  };
  expect(stamp('SIP/2.0/UDP 10.0.0.1:5062;branch=b')).toBe('SIP/2.0/UDP 10.0.0.1:5062;branch=b');
  expect(stamp('SIP/2.0/UDP pc.invalid;branch=b;received=6.6.6.6')).toBe(
    'SIP/2.0/UDP pc.invalid;branch=b;received=10.0.0.1',
  );
  expect(stamp('SIP/2.0/UDP 10.0.0.1;rport;branch=b')).toBe(
    'SIP/2.0/UDP 10.0.0.1;branch=b;rport=4444;received=10.0.0.1',
  );
});

test.each<[string, string[]]>([
  ['257 headers', Array.from({ length: 257 }, (_value, n) => `X-${n}: 1`)],
  ['one header of 17 kB', [`X-Long: ${'a'.repeat(17_000)}`]],
  [
    'one header of 17 kB in folded lines',
    ['X-Long: a', ...Array.from({ length: 170 }, () => ` ${'a'.repeat(100)}`)],
  ],
])('%s are refused', (_what, more) => {
  expect(fault(text([...GOOD, ...more]))).toMatch(/^400 Too /);
});
