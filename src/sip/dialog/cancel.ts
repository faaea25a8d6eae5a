import { encodeMessage } from '../message/build.js';
import { Headers } from '../message/headers.js';
import { NO_BODY, SipRequest } from '../message/message.js';
import type { AppRequest, Outcome } from './application.js';
import { type Core, disarm, newTxnId, ownMeta } from './core.js';
import type { OutboundRequest } from './dialog.js';
import { failLater } from './local-answer.js';

/** The CANCEL of a request: same Request-URI, Via, Route, From, To, Call-ID and CSeq number (RFC 3261 §9.1). */
export function buildCancel(invite: SipRequest, app: AppRequest | null): SipRequest {
  const headers = new Headers();
  headers.add('Via', invite.headers.get('Via') ?? '').add('Max-Forwards', '70');
  for (const route of invite.headers.all('Route')) headers.add('Route', route);
  for (const name of ['From', 'To', 'Call-ID'] as const) headers.add(name, invite.headers.get(name) ?? '');
  headers.add('CSeq', `${invite.cseq.number} CANCEL`);
  for (const reason of app?.headers.all('Reason') ?? []) headers.add('Reason', reason);
  for (let i = 0; i < (app?.headers.size ?? 0); i++) {
    const name = app?.headers.names[i] ?? '';
    if (name.startsWith('X-')) headers.add(name, app?.headers.values[i] ?? '');
  }
  return new SipRequest('CANCEL', invite.uri, headers, NO_BODY);
}

/** The application cancels its INVITE; the CANCEL waits until a provisional response came. */
export function cancelInvite(core: Core, txnId: string, app: AppRequest): Outcome {
  const outbound = core.outbound.get(txnId) ?? unacknowledged(core, txnId);
  if (outbound === undefined || outbound.request.method !== 'INVITE') {
    return { ok: false, reason: `unable to cancel unknown transaction id: ${txnId}` };
  }
  const request = buildCancel(outbound.request, app);
  outbound.cancel ??= { request, sent: false };
  if (!outbound.done && outbound.provisional) releaseCancel(core, outbound);
  const meta = ownMeta(core, outbound.flow.listener, encodeMessage(request).length);
  return { ok: true, message: request, meta, txnId: newTxnId(), dialogId: outbound.dialog?.id ?? '' };
}

/** An INVITE whose 2xx is on its way to the application: the CANCEL crossed it, so BYE will follow the ACK. */
function unacknowledged(core: Core, txnId: string): OutboundRequest | undefined {
  const owed = core.owed.get(txnId);
  if (owed === undefined) return undefined;
  owed.hangUp = true;
  return owed.outbound;
}

/** Sends a CANCEL that waited, once. */
export function releaseCancel(core: Core, outbound: OutboundRequest): void {
  const { cancel } = outbound;
  if (cancel === null || cancel.sent || outbound.done) return;
  cancel.sent = true;
  // The 200 or 481 to the CANCEL says nothing: the INVITE's own final response counts (RFC 3261 §9.1).
  const ignore = (): void => undefined;
  core.transactions.request(cancel.request, outbound.flow, {
    onResponse: ignore,
    onTimeout: ignore,
    onFailure: ignore,
  });
  // §9.1: without a final response to the INVITE within 64*T1 it counts as cancelled.
  outbound.guard = disarm(core, outbound.guard);
  outbound.guard = core.clock.setTimeout(() => giveUp(core, outbound), core.timers.timeout);
}

/** The transaction stays for a while: a target that answers after all is acknowledged and ended. */
function giveUp(core: Core, outbound: OutboundRequest): void {
  const { transaction } = outbound;
  failLater(core, outbound, 408, 'Request Timeout');
  core.clock.setTimeout(() => {
    if (transaction?.stateName === 'proceeding') transaction.abandon();
  }, core.limits.lateAnswerMs);
}

/** Cancels an INVITE by ourselves: it rang for too long, or its application is gone. */
export function abandonInvite(core: Core, outbound: OutboundRequest): void {
  if (outbound.done) return;
  outbound.cancel ??= { request: buildCancel(outbound.request, null), sent: false };
  if (outbound.provisional) releaseCancel(core, outbound);
}
