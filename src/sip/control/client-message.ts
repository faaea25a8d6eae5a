import type { AppRequest, AppResponse } from '../dialog/application.js';
import { NO_BODY } from '../message/message.js';
import { readHead } from '../message/parse.js';
import { type ProxyOrder, parseDuration } from '../proxy/order.js';
import type { Frame } from './framing.js';

export type ClientMessage =
  | { readonly kind: 'request'; readonly request: AppRequest }
  | { readonly kind: 'response'; readonly response: AppResponse };

/**
 * Reads the SIP part of a client's frame. Everything after the first blank line is the body: the client's
 * Content-Length counts characters. Malformed header lines are skipped. `null` when the first line is not SIP.
 */
export function readClientMessage(bytes: Buffer): ClientMessage | null {
  const blank = bytes.indexOf('\r\n\r\n', 0, 'latin1');
  const head = readHead(bytes, 0, blank < 0 ? bytes.length : blank + 2);
  if (head === null) return null;
  const body = blank < 0 || blank + 4 >= bytes.length ? NO_BODY : bytes.subarray(blank + 4);
  const { start, headers } = head;
  return start.kind === 'request'
    ? { kind: 'request', request: { method: start.method.toUpperCase(), uri: start.uri, headers, body } }
    : { kind: 'response', response: { status: start.status, reason: start.reason, headers, body } };
}

/** Reads a `proxy` frame: flags and destinations from its tokens, headers to add from its SIP part. */
export function readProxyOrder(frame: Frame): ProxyOrder | null {
  const [, , , remain = '', , redirects = '', mode = '', provisional = '', final = ''] = frame.tokens;
  const read = frame.message === null ? null : readClientMessage(frame.message);
  if (read?.kind !== 'request') return null;
  return {
    destinations: frame.tokens.slice(9).filter((destination) => destination !== ''),
    simultaneous: mode === 'simultaneous',
    remainInDialog: remain === 'remainInDialog',
    followRedirects: redirects === 'followRedirects',
    provisionalTimeout: parseDuration(provisional),
    finalTimeout: parseDuration(final),
    headers: read.request.headers,
  };
}
