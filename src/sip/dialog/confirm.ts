import type { SipRequest, SipResponse } from '../message/message.js';
import { forwardAck } from '../proxy/in-dialog.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { Flow } from '../transport/flow.js';
import { stopConfirmation } from './confirmation.js';
import { type Core, newTxnId, peerMeta, sizeOf } from './core.js';
import type { Confirmation, Dialog } from './dialog.js';
import { hangUp } from './end.js';
import { releaseBye } from './parting.js';

/**
 * RFC 3261 §13.3.1.4: a 2xx to an INVITE is sent again, T1 doubling up to T2, on every transport, until its ACK
 * comes; without one for 64*T1 the dialog is ended by BYE.
 */
export function awaitAck(
  core: Core,
  dialog: Dialog,
  transaction: ServerTransaction,
  response: SipResponse,
  bytes: Buffer,
): void {
  const confirmation: Confirmation = {
    transaction,
    response,
    bytes,
    interval: core.timers.t1,
    timer: null,
    deadline: null,
  };
  const cseq = response.cseq.number;
  dialog.confirmations.set(cseq, confirmation);
  core.unconfirmed.set(transaction, dialog);
  const again = (): void => {
    transaction.respond(response, bytes);
    confirmation.interval = Math.min(confirmation.interval * 2, core.timers.t2);
    confirmation.timer = core.clock.setTimeout(again, confirmation.interval);
  };
  confirmation.timer = core.clock.setTimeout(again, confirmation.interval);
  confirmation.deadline = core.clock.setTimeout(() => {
    stopConfirmation(core, confirmation);
    dialog.confirmations.delete(cseq);
    if (!releaseBye(dialog)) hangUp(core, dialog, 'ACK timeout');
  }, core.timers.timeout);
}

/** An ACK for a 2xx: the first one reaches the application, its retransmissions do not. */
export function handleAck(core: Core, ack: SipRequest, flow: Flow): void {
  const match = core.dialogs.match(ack);
  const confirmation = match?.dialog.confirmations.get(ack.cseq.number);
  if (match === null && forwardAck(core, ack, flow)) return;
  if (match === null || confirmation === undefined) {
    if (match?.dialog.acknowledged) core.counters.repeated(ack, flow.listener.transport);
    else core.counters.dropped++;
    return;
  }
  const { dialog } = match;
  stopConfirmation(core, confirmation);
  dialog.confirmations.delete(ack.cseq.number);
  dialog.acknowledged = true;
  dialog.owner?.deliver({
    type: 'request',
    message: ack,
    meta: peerMeta(core, flow, 'network', sizeOf(ack)),
    txnId: newTxnId(),
    dialogId: dialog.id,
    receivedOn: null,
  });
  releaseBye(dialog);
}
