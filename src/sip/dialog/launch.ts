import type { SipResponse } from '../message/message.js';
import { abandonInvite } from './cancel.js';
import { type Core, disarm, peerMeta } from './core.js';
import type { OutboundRequest } from './dialog.js';
import { type Failure, turnToNext } from './failover.js';
import { listenOn } from './listen-on.js';
import { failLater } from './local-answer.js';

/** Starts the transaction of a request and wires its outcomes; returns the request's size on the wire. */
export function launch(core: Core, outbound: OutboundRequest): number {
  const { request, dialog } = outbound;
  core.outbound.set(outbound.txnId, outbound);
  if (request.method === 'INVITE') {
    if (dialog !== null) dialog.inviteOut = outbound;
    outbound.guard = core.clock.setTimeout(() => abandonInvite(core, outbound), core.limits.ringMs);
  }
  if (request.method === 'UPDATE' && dialog !== null) dialog.updateOut = outbound;
  return attempt(core, outbound);
}

/** Starts the transaction of one attempt. */
function attempt(core: Core, outbound: OutboundRequest): number {
  const { request, flow, dialog } = outbound;
  core.keeper.sent(outbound);
  const onward = (failure: Failure): boolean => {
    if (outbound.request !== request || !turnToNext(core, outbound, failure)) return false;
    attempt(core, outbound);
    return true;
  };
  const transaction = core.transactions.request(request, flow, {
    onResponse: (response) => {
      if (dialog !== null) dialog.flow = flow;
      if (response.status < 200) core.answers.provisional(core, outbound, response);
      else if (response.status === 503 && onward('503')) return;
      else core.answers.final(core, outbound, response, response.raw?.length ?? 0);
    },
    onTimeout: () => {
      listenOn(core, request, flow, dialog);
      if (!onward('timeout')) failLater(core, outbound, 408, 'Request Timeout');
    },
    onFailure: () => onward('transport') || failLater(core, outbound, 503, 'Service Unavailable'),
  });
  outbound.transaction = transaction;
  return transaction.size;
}

/** Hands a response to the application. */
export function deliverResponse(
  core: Core,
  outbound: OutboundRequest,
  response: SipResponse,
  bytes: number,
): void {
  outbound.owner?.deliver({
    type: 'response',
    message: response,
    meta: peerMeta(core, outbound.flow, 'network', bytes),
    txnId: outbound.txnId,
    dialogId: outbound.dialog?.id ?? '',
  });
}

/** Forgets a request that has its final response. */
export function finish(core: Core, outbound: OutboundRequest): void {
  outbound.done = true;
  outbound.guard = disarm(core, outbound.guard);
  core.outbound.delete(outbound.txnId);
  core.keeper.sentIsOver(outbound);
  const { dialog } = outbound;
  if (dialog?.inviteOut === outbound) dialog.inviteOut = null;
  if (dialog?.updateOut === outbound) dialog.updateOut = null;
}
