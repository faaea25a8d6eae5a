import { encodeMessage } from '../message/build.js';
import { skeleton } from '../message/keep.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import { failureAck } from '../transaction/client-transaction.js';
import type { Flow } from '../transport/flow.js';
import { FOR_ACK } from './ack.js';
import { dismiss } from './acknowledge.js';
import { buildCancel } from './cancel.js';
import type { Core } from './core.js';
import type { Dialog } from './dialog.js';
import type { UnansweredInvite } from './unanswered-invite.js';

/**
 * Listens on for an INVITE that was given up: one of its copies may have reached a telephone just before the end, or
 * the answers got lost on their way. Without this the telephone would ring, be answered, and have nobody there.
 */
export function listenOn(core: Core, request: SipRequest, flow: Flow, dialog: Dialog | null): void {
  const branch = request.via?.branch ?? '';
  // Inside a dialog the application ends the call after a 408 by a BYE.
  if (dialog === null || request.method !== 'INVITE' || request.toTag !== '') return;
  const unanswered = { request: skeleton(request, FOR_ACK), flow, dialog, cancelled: false };
  core.unanswered.set(branch, unanswered);
  core.clock.setTimeout(() => core.unanswered.delete(branch), core.limits.lateAnswerMs);
}

/** A response without a transaction; false when it is for no INVITE that was given up. */
export function takeLate(core: Core, response: SipResponse): boolean {
  const { status, cseq, via } = response;
  const late = cseq.method === 'INVITE' ? core.unanswered.get(via?.branch ?? '') : undefined;
  if (late === undefined) return false;
  if (status < 200) cancel(core, late);
  else if (status < 300) dismiss(core, late.request, late.dialog, response);
  else {
    const ack = failureAck(late.request, response);
    core.transport.send(late.flow, ack, encodeMessage(ack), false);
  }
  return true;
}

/** Somebody is there after all and rings: no more (RFC 3261 §9.1 allows a CANCEL now). */
function cancel(core: Core, late: UnansweredInvite): void {
  if (late.cancelled) return;
  late.cancelled = true;
  const ignore = (): void => undefined;
  core.transactions.request(buildCancel(late.request, null), late.flow, {
    onResponse: ignore,
    onTimeout: ignore,
    onFailure: ignore,
  });
}
