import { Headers } from './headers.js';
import { NO_BODY, type SipMessage, SipRequest, SipResponse } from './message.js';

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

const labels = new Map<string, SipMessage>();
/** Peers choose method names: no more labels than this are shared. */
const MAX_LABELS = 500;

/**
 * Stands for a message of which only the bytes are kept, to be sent again: method, status and CSeq method, which is
 * what counters ask for. Shared by all messages of that kind.
 */
export function labelOf(message: SipMessage): SipMessage {
  const method = message.cseq.method;
  const key = message.kind === 'request' ? message.method : `${message.status} ${method}`;
  const known = labels.get(key);
  if (known !== undefined) return known;
  const headers = new Headers().add('CSeq', `0 ${ownText(method)}`);
  const label =
    message.kind === 'request'
      ? new SipRequest(ownText(message.method), '', headers, NO_BODY)
      : new SipResponse(message.status, '', headers, NO_BODY);
  if (labels.size < MAX_LABELS) labels.set(key, label);
  return label;
}
