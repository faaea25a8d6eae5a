import type { AppRequest, AppResponse } from '../dialog/application.js';
import { NO_BODY } from '../message/message.js';
import { parseHead } from '../message/parse.js';

export type ClientMessage =
  | { readonly kind: 'request'; readonly request: AppRequest }
  | { readonly kind: 'response'; readonly response: AppResponse };

/**
 * Reads the SIP part of a client's frame. Everything after the first blank line is the body: the client's
 * Content-Length counts characters. Malformed header lines are skipped. `null` when the first line is not SIP.
 */
export function readClientMessage(bytes: Buffer): ClientMessage | null {
  const blank = bytes.indexOf('\r\n\r\n', 0, 'latin1');
  const head = parseHead(bytes.toString('utf8', 0, blank < 0 ? bytes.length : blank + 2));
  if (head === null) return null;
  const body = blank < 0 || blank + 4 >= bytes.length ? NO_BODY : bytes.subarray(blank + 4);
  const { start, headers } = head;
  return start.kind === 'request'
    ? { kind: 'request', request: { method: start.method.toUpperCase(), uri: start.uri, headers, body } }
    : { kind: 'response', response: { status: start.status, reason: start.reason, headers, body } };
}
