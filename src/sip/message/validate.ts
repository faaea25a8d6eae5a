import type { SipMessage } from './message.js';
import { parseCount } from './params.js';
import type { Fault } from './parse.js';
import { parseUri, schemeOf } from './uri.js';

const ONCE = ['From', 'To', 'Call-ID', 'CSeq'] as const;

/** Checks what every later layer relies on (RFC 3261 §8.1.1, §8.2); `null` when the message is sound. */
export function validateMessage(message: SipMessage): Fault | null {
  const { headers } = message;
  for (const name of ONCE) {
    const count = headers.count(name);
    if (count !== 1)
      return { status: 400, reason: count === 0 ? `Missing ${name} Header` : `Several ${name} Headers` };
  }
  // A bar separates tokens of the control protocol, and neither Call-ID nor tag may hold one (RFC 3261 §25.1).
  if (message.callId.includes('|') || message.fromTag.includes('|')) {
    return { status: 400, reason: 'Bad Call-ID or Tag' };
  }
  if (message.callId === '') return { status: 400, reason: 'Empty Call-ID' };
  if (message.via === null) return { status: 400, reason: 'Bad Via Header' };
  if (message.cseq.number < 0) return { status: 400, reason: 'Bad CSeq Header' };
  if (headers.count('Content-Length') > 1) return { status: 400, reason: 'Several Content-Length Headers' };
  if (message.kind === 'response') return null;
  if (message.cseq.method !== message.method) return { status: 400, reason: 'CSeq Method Mismatch' };
  const hops = headers.get('Max-Forwards');
  if (hops !== undefined && parseCount(hops, 255) === null)
    return { status: 400, reason: 'Bad Max-Forwards Header' };
  const scheme = schemeOf(message.uri);
  if ((scheme === 'sip' || scheme === 'sips') && parseUri(message.uri) === null) {
    return { status: 400, reason: 'Malformed Request-URI' };
  }
  return null;
}
