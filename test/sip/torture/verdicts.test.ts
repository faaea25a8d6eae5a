import { expect, test } from 'vitest';
import type { Upcall } from '../../../src/sip/dialog/application.js';
import { parseNameAddr } from '../../../src/sip/message/name-addr.js';
import { parseUri } from '../../../src/sip/message/uri.js';
import { MemoryServer } from './memory-server.js';
import { TORTURE } from './messages.js';

/** A small user agent: what RFC 4475 leaves to the application is answered as the RFC says. */
function userAgent({ message }: Extract<Upcall, { type: 'request' }>): readonly [number, string] {
  const { headers, method } = message;
  if (method === 'REGISTER') {
    const scheme = headers.get('Authorization')?.split(' ')[0];
    return scheme === undefined || scheme === 'Digest' ? [200, 'OK'] : [401, 'Unauthorized'];
  }
  const type = headers.get('Content-Type') ?? '';
  if (method === 'INVITE' && type !== 'application/sdp') return [415, 'Unsupported Media Type'];
  const accept = headers.get('Accept');
  if (method === 'INVITE' && accept !== undefined && !accept.includes('application/sdp'))
    return [406, 'Not Acceptable'];
  return method === 'INVITE' ? [486, 'Busy Here'] : [200, 'OK'];
}

/**
 * Message by message: what the RFC's text says of it, and what it expects here. A final status alone: the server
 * answers by itself; `application N`: the application gets it, understood as meant, and its answer N goes out;
 * `dropped`: no answer; `response N`: understood as a response, which no transaction of ours waits for.
 */
const VERDICTS: readonly (readonly [name: string, expected: string, rfc: string])[] = [
  ['wsinv', '481', 'valid; its To has a tag, so it belongs to a dialog that is not there'],
  ['intmeth', '501', 'valid, unknown method: a UA that does not know it refuses it'],
  ['esc01', 'application 486', 'valid; the escaped user is not taken apart'],
  ['escnull', 'application 200', 'valid; %00 does not end a string'],
  ['esc02', '501', 'valid; RE%47IST%45R is not REGISTER'],
  ['lwsdisp', 'application 200', 'valid'],
  ['longreq', 'application 486', 'valid'],
  ['dblreq', 'application 200', 'the REGISTER is served, what follows is ignored'],
  ['semiuri', 'application 200', 'valid; user is "user;par=u%40example.net"'],
  ['transports', 'application 200', 'valid'],
  ['mpart01', 'application 200', 'valid; binary parts arrive as they are'],
  ['unreason', 'response 200', 'valid'],
  ['noreason', 'response 100', 'valid'],
  ['badinv01', '400', '400'],
  ['clerr', '400', '400 over a datagram transport'],
  ['ncl', '400', 'an error'],
  ['scalar02', '400', '400 for the CSeq'],
  ['scalarlg', 'dropped', 'the response is discarded'],
  ['quotbal', '400', '400'],
  ['ltgtruri', '400', '400'],
  ['lwsruri', '400', '400'],
  ['lwsstart', '400', '400'],
  ['trws', '400', '400, or be liberal'],
  ['escruri', '400', '400, or leave the headers out'],
  ['baddate', 'application 486', 'Date is not ours to judge: 400 or ignore the header'],
  ['regbadct', '400', '400, or infer the brackets'],
  ['badaspec', 'application 200', '400, or ignore the blanks'],
  ['baddn', '400', '400, or infer the quotes; in the archive its blank line is missing, too'],
  ['badvers', '505', '505'],
  ['mismatch01', '400', '400'],
  ['mismatch02', '501', '501; 400 is acceptable'],
  ['bigcode', 'dropped', 'the response is discarded'],
  ['badbranch', 'application 200', '400, or RFC 2543 matching'],
  ['insuf', '400', '400 with what it has'],
  ['unkscm', '416', '416'],
  ['novelsc', '416', '416'],
  ['unksm2', '400', '400 by a registrar, for the To'],
  ['bext01', '420', '420 with Unsupported'],
  ['invut', 'application 415', '415 with Accept'],
  ['regaut01', 'application 401', 'a registrar that asks for credentials does not take these'],
  ['multi01', '400', '400'],
  ['mcl01', '400', '400'],
  ['bcast', 'response 200', 'discarded: the Via is not ours; never sent to 255.255.255.255'],
  ['zeromf', '483', '483 by what would pass it on'],
  ['cparam01', 'application 200', 'unknownparam is of the header'],
  ['cparam02', 'application 200', 'unknownparam is of the URI'],
  ['regescrt', 'application 200', 'valid; the header is of the URI'],
  ['sdp01', 'application 406', '406'],
  ['inv2543', 'application 486', 'valid for RFC 2543; served'],
  ['test', 'dropped', 'no SIP version and no Via: nobody to answer'],
];

function verdictOf(server: MemoryServer, bytes: Buffer): string {
  server.clear();
  const result = server.datagram(bytes);
  const answers = server.sent.filter((message) => message.kind === 'response' && message.status >= 200);
  if (answers.length > 1) return 'several answers';
  const [answer] = answers;
  if (result.ok && result.message.kind === 'response')
    return answer === undefined ? `response ${result.message.status}` : 'answered a response';
  if (answer?.kind !== 'response') return 'dropped';
  return `${server.upcalls.length > 0 ? 'application ' : ''}${answer.status}`;
}

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
