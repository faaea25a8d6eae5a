import { skeleton } from '../message/keep.js';
import type { SipResponse } from '../message/message.js';
import { acceptInvite, repeatAck } from './acknowledge.js';
import { releaseCancel } from './cancel.js';
import { cdrStart, cdrStop } from './cdr.js';
import type { Core } from './core.js';
import type { Dialog, OutboundRequest } from './dialog.js';
import { refreshTarget, uacDialogState } from './dialog-state.js';
import { endDialog } from './end.js';
import { FOR_ACK } from './for-ack.js';
import { deliverResponse, finish } from './launch.js';
import { inOrder } from './reliable.js';
import { rememberSdp } from './session-expires.js';
import { agreeOnSession } from './session-timer.js';
import { expireSubscription, isTerminated } from './subscription.js';

/** Whether a request is the one that makes its dialog, not one inside it. */
function isFirst(outbound: OutboundRequest): boolean {
  return outbound.request.toTag === '';
}

/** A provisional response: 100 stops here, others make or move an early dialog. */
export function takeProvisional(core: Core, outbound: OutboundRequest, response: SipResponse): void {
  if (outbound.done) return;
  outbound.provisional = true;
  releaseCancel(core, outbound);
  if (response.status === 100) return;
  const { dialog } = outbound;
  if (dialog !== null && response.toTag !== '') {
    if (isFirst(outbound) && !dialog.mayFork(response.toTag)) return;
    if (!inOrder(dialog, response)) return;
  }
  if (dialog !== null && isFirst(outbound) && response.toTag !== '') {
    const known = dialog.early.get(response.toTag);
    dialog.phase = 'early';
    dialog.update(
      known === undefined ? uacDialogState(outbound.request, response) : refreshTarget(known, response),
    );
  }
  deliverResponse(core, outbound, response, response.raw?.length ?? 0);
}

/** A final response, from the network or of our own making. */
export function takeFinal(core: Core, outbound: OutboundRequest, response: SipResponse, bytes: number): void {
  const { request, dialog } = outbound;
  if (outbound.done) {
    // RFC 3261 §13.2.2.4: every 2xx gets its ACK; one with another tag is a second answerer.
    if (request.method === 'INVITE' && response.status < 300) repeatAck(core, outbound, response);
    return;
  }
  finish(core, outbound);
  // The dialog ended while its re-INVITE was under way: the answer gets its ACK all the same.
  if (dialog?.phase === 'ended' && request.method === 'INVITE' && response.status < 300) {
    repeatAck(core, outbound, response);
  }
  if (dialog !== null) {
    recordFinal(core, outbound, dialog, response);
    core.keeper.changed(dialog);
  }
  outbound.onFinal?.(response);
  deliverResponse(core, outbound, response, bytes);
  // Its transaction stays for further 2xx: addresses and credentials are enough for their ACKs.
  outbound.request = skeleton(request, FOR_ACK);
}

/** What a final response means for the dialog. */
function recordFinal(core: Core, outbound: OutboundRequest, dialog: Dialog, response: SipResponse): void {
  const { request } = outbound;
  const success = response.status < 300;
  if (isFirst(outbound) && request.method === dialog.kind) {
    if (!success) {
      const reason = outbound.cancel === null ? 'call-rejected' : 'call-canceled';
      if (dialog.kind === 'INVITE') cdrStop(core, response, 'network', reason);
      endDialog(core, dialog);
      return;
    }
    const early = dialog.early.get(response.toTag);
    const made = uacDialogState(request, response);
    // Requests may have gone either way in the early dialog: their numbers count on.
    const state =
      early === undefined ? made : { ...made, localSeq: early.localSeq, remoteSeq: early.remoteSeq };
    dialog.phase = 'confirmed';
    dialog.early.clear();
    dialog.update(state);
    if (dialog.kind === 'SUBSCRIBE') {
      expireSubscription(core, dialog, response);
      return;
    }
    agree(core, outbound, dialog, response);
    cdrStart(core, response, 'network', 'uac');
    acceptInvite(core, outbound, dialog);
    return;
  }
  if (dialog.phase === 'ended') return;
  if (success && dialog.state !== null && (request.method === 'INVITE' || request.method === 'UPDATE')) {
    const state = dialog.early.get(response.toTag) ?? dialog.state;
    dialog.update(refreshTarget(state, response));
    agree(core, outbound, dialog, response);
  }
  if (success && request.method === 'INVITE') acceptInvite(core, outbound, dialog);
  if (endsDialog(outbound, dialog, response.status)) endDialog(core, dialog);
}

/** Session timer and last session description after a 2xx to our INVITE or UPDATE. */
function agree(core: Core, outbound: OutboundRequest, dialog: Dialog, response: SipResponse): void {
  dialog.peerRseq.clear();
  agreeOnSession(core, dialog, outbound.request, response, 'uac');
  if (dialog.session !== null) rememberSdp(dialog, outbound.request.body);
}

/** Our BYE ends the dialog with any final response but a challenge, as does the last NOTIFY of a subscription. */
function endsDialog(outbound: OutboundRequest, dialog: Dialog, status: number): boolean {
  const { request } = outbound;
  if (status === 401 || status === 407) {
    if (request.method === 'BYE' && outbound.dialog !== null) outbound.dialog.hangingUp = false;
    return false;
  }
  if (request.method === 'BYE') return true;
  if (request.method === 'NOTIFY' && dialog.kind === 'SUBSCRIBE') return isTerminated(request);
  // RFC 3261 §12.2.1.2: the peer has lost the dialog. The application decides what a 408 means.
  return false;
}
