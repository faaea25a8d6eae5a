import { encodeMessage } from '../message/build.js';
import { Headers } from '../message/headers.js';
import { NO_BODY, type SipRequest, SipResponse } from '../message/message.js';
import type { ParseResult } from '../message/parse.js';
import { newTag } from '../random.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { responseVias, sendResponse } from '../transaction/transaction-layer.js';
import type { Flow } from '../transport/flow.js';

/** The headers that every response copies from its request (RFC 3261 §8.2.6.2). `tag` goes to a To without one. */
export function responseHeaders(request: SipRequest, flow: Flow, tag: string): Headers {
  const headers = new Headers();
  for (const via of responseVias(request, flow)) headers.add('Via', via);
  headers.add('From', request.headers.get('From') ?? '');
  const to = request.headers.get('To') ?? '';
  headers.add('To', tag === '' || request.toTag !== '' ? to : `${to};tag=${tag}`);
  headers.add('Call-ID', request.callId);
  headers.add('CSeq', request.headers.get('CSeq') ?? '');
  return headers;
}

/** Answers a request by ourselves; `extra` are further headers such as `Retry-After`. */
export function refuse(
  transaction: ServerTransaction,
  status: number,
  reason: string,
  extra: Readonly<Record<string, string>> = {},
): void {
  const { request, flow } = transaction;
  const headers = responseHeaders(request, flow, status === 100 ? '' : newTag());
  if (status === 100 && request.headers.has('Timestamp')) {
    headers.add('Timestamp', request.headers.get('Timestamp') ?? '');
  }
  for (const [name, value] of Object.entries(extra)) headers.add(name, value);
  sendResponse(transaction, new SipResponse(status, reason, headers, NO_BODY));
}

/**
 * The stateless answer to a request that could be read but is not sound; `null` when nobody could be answered. What
 * the request lacks, its answer lacks too (RFC 4475 §3.3.1).
 */
export function refuseMalformed(
  result: Extract<ParseResult, { ok: false }>,
  flow: Flow,
): { message: SipResponse; bytes: Buffer } | null {
  const { request, fault } = result;
  if (request === null || request.method === 'ACK' || request.via === null) return null;
  // Via and CSeq are what the sender finds its request by (RFC 3261 §17.1.3).
  if (!request.headers.has('CSeq')) return null;
  const headers = new Headers();
  const copied = responseHeaders(request, flow, request.headers.has('To') ? newTag() : '');
  for (let i = 0; i < copied.size; i++) {
    const [name, value] = [copied.names[i] ?? '', copied.values[i] ?? ''];
    if (value !== '') headers.add(name, value);
  }
  const message = new SipResponse(fault.status, fault.reason, headers, NO_BODY);
  return { message, bytes: encodeMessage(message) };
}
