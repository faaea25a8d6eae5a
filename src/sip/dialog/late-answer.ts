import { encodeMessage } from '../message/build.js';
import type { SipResponse } from '../message/message.js';
import { failureAck } from '../transaction/client-transaction.js';
import { dismiss } from './acknowledge.js';
import { buildCancel } from './cancel.js';
import type { Core } from './core.js';
import type { UnansweredInvite } from './unanswered-invite.js';

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
