import { Headers } from '../message/headers.js';
import { NO_BODY, type SipRequest, SipResponse } from '../message/message.js';
import { type Core, later } from './core.js';
import type { OutboundRequest } from './dialog.js';

/** A final response of our own making, delivered in a later turn than the reply to the client's frame. */
export function failLater(core: Core, outbound: OutboundRequest, status: number, reason: string): void {
  later(() => core.answers.final(core, outbound, localResponse(outbound.request, status, reason), 0));
}

/** What the peer would have sent. */
function localResponse(request: SipRequest, status: number, reason: string): SipResponse {
  const headers = new Headers();
  for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq'])
    headers.add(name, request.headers.get(name) ?? '');
  return new SipResponse(status, reason, headers, NO_BODY);
}
