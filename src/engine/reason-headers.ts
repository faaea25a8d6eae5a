/** Why we end or refuse something, in headers. */
import type { LeaveCause } from '../call/call.js';
import type { RefusalCode } from '../call/command.js';
import type { Headers } from './signalling.js';

/** Reason of a BYE, CANCEL or rejection (RFC 3326): a Q.850 cause, but the one that RFC 3326 §2 gives for a forked call. */
const REASONS: Readonly<Record<LeaveCause, readonly [protocol: string, text: string]>> = {
  'other-party-left': ['Q.850;cause=16', 'The other party has left'],
  transferred: ['Q.850;cause=16', 'Call transferred'],
  // Phones do not count it as a missed call then.
  'answered-elsewhere': ['SIP;cause=200', 'Call completed elsewhere'],
  'taken-back': ['Q.850;cause=16', 'The transfer was taken back'],
  replaced: ['Q.850;cause=16', 'Another phone took the call'],
  'ring-timeout': ['Q.850;cause=19', 'No answer in time'],
  'no-response': ['Q.850;cause=19', 'No response in time'],
  'all-targets-failed': ['Q.850;cause=20', 'Nobody can take the call now'],
  refused: ['Q.850;cause=16', 'Call refused'],
  declined: ['SIP;cause=603', 'Declined at the desk'],
  'put-down': ['Q.850;cause=16', 'Put down at the desk'],
  'too-many-hops': ['SIP;cause=483', 'Forwarded too often'],
  limit: ['Q.850;cause=16', 'Longest call duration reached'],
  operator: ['Q.850;cause=16', 'Ended by an operator'],
};

export function reasonHeader(cause: LeaveCause): Headers {
  const [protocol, text] = REASONS[cause];
  return { Reason: `${protocol};text="${text}"` };
}

/**
 * Warning of a refusal (RFC 3261 §20.43), for programs and people: 399, and in quotes the code of the refusal with
 * what it means, such as `hop-limit: This caller was moved once already`.
 */
export function warningHeader(code: RefusalCode, text: string | null): Headers {
  return { Warning: `399 onekey ${quoted(text === null ? code : `${code}: ${text}`)}` };
}

/** A quoted-string (RFC 3261 §25.1) on one line. */
export function quoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no header may hold them
  return `"${text.replace(/[\x00-\x1f\x7f]+/g, ' ').replace(/["\\]/g, (c) => `\\${c}`)}"`;
}

/**
 * Of a response that refuses a call. RFC 3261 §21.5.4: a caller who is turned away for load is told when to come again;
 * §21.4.26: one whose media cannot be had, what is missing.
 */
export function rejectHeaders(status: number, cause: LeaveCause): Readonly<Record<string, string>> {
  const more: Record<string, string> = {};
  if (status === 503) more['Retry-After'] = '10';
  if (status === 488) more.Warning = '304 onekey "Media type not available: calls have audio"';
  return { ...reasonHeader(cause), ...more };
}
