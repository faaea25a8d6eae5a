import { expect, test } from 'vitest';
import { parseNameAddr } from '../../../src/sip/message/name-addr.js';
import { parseUri } from '../../../src/sip/message/uri.js';
import { MemoryServer } from './memory-server.js';
import { TORTURE } from './messages.js';
import { userAgent, VERDICTS, verdictOf } from './verdicts.js';

test('every message has its verdict', () => {
  expect(VERDICTS.map(([name]) => name)).toEqual(TORTURE.map(({ name }) => name));
});

const server = new MemoryServer(userAgent);

test.each(VERDICTS)('%s: %s (the RFC: %s)', (name, expected) => {
  const message = TORTURE.find((candidate) => candidate.name === name);
  expect(verdictOf(server, message?.bytes ?? Buffer.alloc(0))).toBe(expected);
});

function understood(name: string) {
  server.clear();
  const message = TORTURE.find((candidate) => candidate.name === name);
  const result = server.datagram(message?.bytes ?? Buffer.alloc(0));
  if (!result.ok) throw new Error(`${name}: ${result.fault.reason}`);
  return result.message;
}

test('the valid ones are understood as they are meant', () => {
  const wsinv = understood('wsinv');
  expect([wsinv.fromTag, wsinv.toTag, wsinv.cseq.number]).toEqual(['98asjd8', '1918181833n', 9]);
  expect(wsinv.via).toMatchObject({ transport: 'UDP', host: '192.0.2.2', branch: '390skdjuw' });
  expect(wsinv.list('Via')).toHaveLength(3);
  expect(wsinv.body).toHaveLength(150);
  const intmeth = understood('intmeth');
  expect(intmeth.fromTag).toBe("_token~1'+`*%!-.");
  expect(intmeth.headers.get("ExtensionHeader-!.%*+_`'~")).toBe('\ufeff\u5927\u505c\u96fb');
  const semiuri = understood('semiuri');
  const uri = semiuri.kind === 'request' ? parseUri(semiuri.uri) : null;
  expect(uri).toMatchObject({ user: 'user;par=u%40example.net', host: 'example.com' });
  const contact = (name: string) => parseNameAddr(understood(name).headers.get('Contact') ?? '');
  expect(contact('cparam01').params).toBe(';unknownparam');
  expect(contact('cparam02')).toMatchObject({ params: '', uri: expect.stringContaining(';unknownparam') });
  expect(parseUri(contact('regescrt').uri)?.headers).toBe('Route=%3Csip:sip.example.com%3E');
  expect(understood('longreq').list('Via')).toHaveLength(34);
  expect(understood('mpart01').body).toHaveLength(553);
  expect(understood('mpart01').body.includes(0x82)).toBe(true);
  expect(understood('esc02').list('Contact')).toHaveLength(2);
});

test('a 420 names what is not supported, an answer to an incomplete request repeats what is there', () => {
  understood('bext01');
  const refusal = server.sent.find((sent) => sent.kind === 'response');
  expect(refusal?.headers.get('Unsupported')).toBe('nothingSupportsThis, nothingSupportsThisEither');
  server.clear();
  server.datagram(TORTURE.find(({ name }) => name === 'insuf')?.bytes ?? Buffer.alloc(0));
  expect(server.sent[0]?.headers.names).toEqual(['Via', 'CSeq']);
});

test('nothing goes to the application twice, and dblreq leaves its INVITE unread', () => {
  understood('dblreq');
  expect(server.upcalls.map((upcall) => upcall.type === 'request' && upcall.message.method)).toEqual([
    'REGISTER',
  ]);
});

test('a request without hops left is served by an endpoint and refused with 483 where it would be passed on', () => {
  const { bytes } = TORTURE.find(({ name }) => name === 'zeromf') ?? { bytes: Buffer.alloc(0) };
  const proxy = new MemoryServer(() => 'proxy');
  expect(verdictOf(proxy, bytes)).toBe('application 483');
});
