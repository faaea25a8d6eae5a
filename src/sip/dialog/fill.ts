import type { Headers } from '../message/headers.js';
import { splitList } from '../message/params.js';
import { bracket } from '../message/uri.js';
import { type Listener, transportText } from '../transport/flow.js';

/** What the stack fills into the application's messages, and what it does not take from them. */

/** Headers that are the stack's in a response; the application's copies are ignored. */
export const DROPPED_IN_RESPONSE: ReadonlySet<string> = new Set([
  'Via',
  'Route',
  'Record-Route',
  'RSeq',
  'Content-Length',
  'From',
  'To',
  'Call-ID',
  'CSeq',
]);

/** Headers that are the stack's in a request. */
export const DROPPED_IN_REQUEST: ReadonlySet<string> = new Set([
  'Via',
  'Route',
  'Record-Route',
  'RSeq',
  'Content-Length',
]);

/** Headers in which `@localhost` stands for our own address. */
export const ADDRESS_HEADERS: ReadonlySet<string> = new Set(['From', 'To', 'Contact', 'P-Asserted-Identity']);

/** `host:port` of a listener as peers see it. */
export function hostPort(listener: Listener): string {
  return `${bracket(listener.publicHost)}:${listener.publicPort}`;
}

/** The Via entry of a request of ours. */
export function viaValue(listener: Listener, branch: string): string {
  return `SIP/2.0/${transportText(listener)} ${hostPort(listener)};branch=${branch};rport`;
}

/** Our Contact on a listener; UDP is what a URI without `transport` means. */
export function defaultContact(listener: Listener): string {
  // RFC 7118 §5.1: secure or not, the URI says `ws`.
  const name = listener.transport === 'wss' ? 'ws' : listener.transport;
  const transport = name === 'udp' ? '' : `;transport=${name}`;
  return `<sip:${hostPort(listener)}${transport}>`;
}

const LOCALHOST = '@localhost';

/** Puts our own host, and port unless one is written, where the application wrote `@localhost`. */
export function withOwnHost(value: string, listener: Listener): string {
  let result = value;
  let at = result.toLowerCase().indexOf(LOCALHOST);
  while (at >= 0) {
    const after = result.charAt(at + LOCALHOST.length);
    const whole = after === '' || ':;>?, "'.includes(after);
    if (whole) {
      const own = after === ':' ? bracket(listener.publicHost) : hostPort(listener);
      result = `${result.slice(0, at + 1)}${own}${result.slice(at + LOCALHOST.length)}`;
    }
    at = result.toLowerCase().indexOf(LOCALHOST, at + LOCALHOST.length);
  }
  return result;
}

/**
 * The application's value of an address header as it goes out: `@localhost` replaced, and a bare URI in angle
 * brackets (RFC 3261 §20.10), because peers look for them. Parameters of a bare URI are the header's.
 */
export function addressValue(value: string, listener: Listener): string {
  const text = withOwnHost(value, listener);
  if (text.includes('<') || !text.includes(':')) return text;
  const entries = splitList(text).map((entry) => {
    const semicolon = entry.indexOf(';');
    return semicolon < 0 ? `<${entry}>` : `<${entry.slice(0, semicolon)}>${entry.slice(semicolon)}`;
  });
  return entries.join(', ');
}

/** SDP announces itself; any other body must come with its type. False when the type is missing. */
export function defaultContentType(headers: Headers, body: Buffer): boolean {
  if (body.length === 0 || headers.has('Content-Type')) return true;
  if (body.toString('latin1', 0, 3) !== 'v=0') return false;
  headers.add('Content-Type', 'application/sdp');
  return true;
}
