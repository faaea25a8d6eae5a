import { Headers } from './headers.js';
import { NO_BODY, SipRequest, SipResponse } from './message.js';

/** What may stay of a message when the message itself must not: transactions live for 32 seconds after their end. */

/**
 * A copy of a piece of a message. Header values are slices of the whole text in V8, and one that is kept would keep
 * all of it; adding and cutting a character makes a text of its own.
 */
export function ownText(text: string): string {
  return ` ${text}`.slice(1);
}

/** A request with only these headers and without its body. */
export function skeleton(request: SipRequest, names: ReadonlySet<string>): SipRequest {
  const headers = new Headers();
  for (let i = 0; i < request.headers.size; i++) {
    const name = request.headers.names[i] ?? '';
    if (names.has(name)) headers.add(name, ownText(request.headers.values[i] ?? ''));
  }
  return new SipRequest(request.method, ownText(request.uri), headers, NO_BODY);
}

const requestLabels = new Map<string, SipRequest>();
const responseLabels = new Map<string, SipResponse>();
/** Peers choose method names: no more labels than this are shared. */
const MAX_LABELS = 500;

/**
 * Stands for a request of which only the bytes are kept, to be sent again: method and CSeq method, which is what
 * counters ask for. Shared by all requests of that method.
 */
export function requestLabel(method: string): SipRequest {
  const known = requestLabels.get(method);
  if (known !== undefined) return known;
  const name = ownText(method);
  const label = new SipRequest(name, '', new Headers().add('CSeq', `0 ${name}`), NO_BODY);
  if (requestLabels.size < MAX_LABELS) requestLabels.set(name, label);
  return label;
}

/** The same for a response: status and CSeq method. */
export function responseLabel(status: number, method: string): SipResponse {
  const key = `${status} ${method}`;
  const known = responseLabels.get(key);
  if (known !== undefined) return known;
  const label = new SipResponse(status, '', new Headers().add('CSeq', `0 ${ownText(method)}`), NO_BODY);
  if (responseLabels.size < MAX_LABELS) responseLabels.set(key, label);
  return label;
}

/**
 * The bytes of a message for 32 seconds: as text with one character a byte, because a small buffer keeps the whole
 * 8 KiB block that it was cut from.
 */
export const packBytes = (bytes: Buffer): string => bytes.toString('latin1');
export const unpackBytes = (text: string): Buffer => Buffer.from(text, 'latin1');
