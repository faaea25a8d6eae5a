import type { Fault } from './fault.js';
import type { SipMessage, SipRequest } from './message.js';
import { isKnownMethod } from './methods.js';
import { parseNameAddr } from './name-addr.js';
import { parseCount, quotesBalance, splitList } from './params.js';
import { parseUri, schemeOf } from './uri.js';

const ONCE = ['From', 'To', 'Call-ID', 'CSeq'] as const;

/** Characters of a Request-URI; more gets 414 (RFC 3261 §21.4.14). */
const LONGEST_URI = 8192;

const bad = (reason: string): Fault => ({ status: 400, reason });

/** Checks what every later layer relies on (RFC 3261 §8.1.1, §8.2); `null` when the message is sound. */
export function validateMessage(message: SipMessage): Fault | null {
  const { headers } = message;
  for (let i = 0; i < ONCE.length; i++) {
    const name = ONCE[i] ?? '';
    const first = headers.indexOf(name);
    if (first < 0) return bad(`Missing ${name} Header`);
    if (headers.indexOf(name, first + 1) >= 0) return bad(`Several ${name} Headers`);
  }
  // A bar separates tokens of the control protocol, and neither Call-ID nor tag may hold one (RFC 3261 §25.1).
  if (message.callId.includes('|') || message.fromTag.includes('|')) return bad('Bad Call-ID or Tag');
  if (message.callId === '') return bad('Empty Call-ID');
  const { via } = message;
  // RFC 4475 §3.1.2.1: separators with nothing between them.
  if (via === null || via.version !== '2.0' || via.params.includes(';;')) return bad('Bad Via Header');
  if (message.cseq.number < 0) return bad('Bad CSeq Header');
  if (headers.count('Content-Length') > 1) return bad('Several Content-Length Headers');
  return message.kind === 'response' ? null : validateRequest(message);
}

function validateRequest(request: SipRequest): Fault | null {
  const { headers, method } = request;
  if (request.uri.length > LONGEST_URI) return { status: 414, reason: 'Request-URI Too Long' };
  if (request.cseq.method !== method) {
    // RFC 4475 §3.1.2.18: for a method that nobody knows, 501 says more.
    return isKnownMethod(method) ? bad('CSeq Method Mismatch') : { status: 501, reason: 'Not Implemented' };
  }
  const hops = headers.get('Max-Forwards');
  if (hops !== undefined && parseCount(hops, 255) === null) return bad('Bad Max-Forwards Header');
  const scheme = schemeOf(request.uri);
  if (scheme === 'sip' || scheme === 'sips') {
    const uri = parseUri(request.uri);
    // RFC 3261 §19.1.1: no headers in a Request-URI.
    if (uri === null || uri.headers !== '') return bad('Malformed Request-URI');
  }
  for (const name of ['From', 'To'] as const) {
    if (!isSoundAddress(headers.get(name) ?? '')) return bad(`Bad ${name} Header`);
  }
  for (let at = headers.indexOf('Contact'); at >= 0; at = headers.indexOf('Contact', at + 1)) {
    const value = headers.values[at] ?? '';
    if (!isSoundAddress(value)) return bad('Bad Contact Header');
    if (value.includes(',') && !splitList(value).every(isSoundAddress)) return bad('Bad Contact Header');
  }
  if (method === 'REGISTER') {
    // RFC 3261 §10.3: the address of record is a SIP or SIPS URI.
    const scheme = schemeOf(parseNameAddr(headers.get('To') ?? '').uri);
    if (scheme !== 'sip' && scheme !== 'sips') return bad('Bad Address Of Record');
  }
  return null;
}

/** Quotes in pairs, and in angle brackets what needs them: a URI with `?` (RFC 3261 §20.10). */
function isSoundAddress(value: string): boolean {
  if (value.includes('"') && !quotesBalance(value)) return false;
  if (value.includes(';;')) return !hasEmptyParameter(value);
  return !value.includes('?') || value.includes('<');
}

/** `;;` outside quotes and brackets. */
function hasEmptyParameter(value: string): boolean {
  let quoted = false;
  let depth = 0;
  for (let i = 0; i < value.length; i++) {
    const c = value.charAt(i);
    if (quoted && c === '\\') i++;
    else if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (c === '<') depth++;
    else if (c === '>') depth--;
    else if (c === ';' && depth === 0 && value.charAt(i + 1) === ';') return true;
  }
  return false;
}
