import type { Upcall } from '../../../src/sip/dialog/application.js';
import type { MemoryServer } from './memory-server.js';

/** A small user agent: what RFC 4475 leaves to the application is answered as the RFC says. */
export function userAgent({ message }: Extract<Upcall, { type: 'request' }>): readonly [number, string] {
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
export const VERDICTS: readonly (readonly [name: string, expected: string, rfc: string])[] = [
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
  ['zeromf', 'application 200', 'an endpoint serves it, a proxy answers 483'],
  ['cparam01', 'application 200', 'unknownparam is of the header'],
  ['cparam02', 'application 200', 'unknownparam is of the URI'],
  ['regescrt', 'application 200', 'valid; the header is of the URI'],
  ['sdp01', 'application 406', '406'],
  ['inv2543', 'application 486', 'valid for RFC 2543; served'],
  ['test', 'dropped', 'no SIP version and no Via: nobody to answer'],
];

/** What becomes of a message, in the words of `VERDICTS`. */
export function verdictOf(server: MemoryServer, bytes: Buffer): string {
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
