import type { SipRequest } from '../message/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { cdrStop } from './cdr.js';
import { type Core, peerMeta, sizeOf } from './core.js';
import { endDialog, hangUp } from './end.js';
import { refuse } from './refuse.js';
import { settle } from './settle.js';

/**
 * A CANCEL of the peer (RFC 3261 §9.2): 200 to it, 487 to the INVITE, and word to the application. When it crosses
 * our 2xx the peer gets 481 and, because it does not want the call any more, a BYE.
 */
export function handleCancel(core: Core, cancel: SipRequest, transaction: ServerTransaction): void {
  const target = core.transactions.cancelled(cancel);
  if (target === undefined) {
    refuse(transaction, 481, 'Call/Transaction Does Not Exist');
    return;
  }
  const passing = core.proxies.get(target);
  if (passing !== undefined) {
    refuse(transaction, 200, 'OK');
    if (!target.answered) passing.cancel();
    return;
  }
  const inbound = core.byTransaction.get(target);
  if (inbound !== undefined && !target.answered) {
    refuse(transaction, 200, 'OK');
    settle(core, inbound);
    refuse(target, 487, 'Request Terminated');
    if (inbound.request.toTag === '') cdrStop(core, cancel, 'network', 'call-canceled');
    const { dialog } = inbound;
    if (dialog !== null && dialog.phase !== 'confirmed') endDialog(core, dialog);
    inbound.owner.deliver({
      type: 'request',
      message: cancel,
      meta: peerMeta(core, transaction.flow, 'network', sizeOf(cancel)),
      txnId: inbound.txnId,
      dialogId: dialog?.id ?? '',
      receivedOn: null,
    });
    return;
  }
  const crossed = core.unconfirmed.get(target);
  if (crossed === undefined) {
    refuse(transaction, 200, 'OK');
    return;
  }
  refuse(transaction, 481, 'Call/Transaction Does Not Exist');
  hangUp(core, crossed, 'CANCEL after 200 OK');
}
