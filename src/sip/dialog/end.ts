import { Headers } from '../message/headers.js';
import { NO_BODY, SipRequest } from '../message/message.js';
import { newBranch } from '../random.js';
import type { Listener } from '../transport/flow.js';
import { settleAcknowledgements } from './ack.js';
import type { Owner } from './application.js';
import { stopConfirmations } from './confirmation.js';
import { type Core, disarm, later } from './core.js';
import type { Dialog, InboundRequest } from './dialog.js';
import type { DialogState } from './dialog-state.js';
import { viaValue } from './fill.js';
import { sendInDialog } from './outgoing.js';
import { releaseBye } from './parting.js';
import { refuse } from './refuse.js';
import { stopProvisional } from './reliable.js';
import { stopSession } from './session-expires.js';
import { settle } from './settle.js';

/** The reasons for which the stack ends a dialog by itself; clients show the text. */
export type HangUpText =
  | 'ACK timeout'
  | 'Session timer expired'
  | 'CANCEL after 200 OK'
  | 'ACK-BYE due to cancel race condition'
  | 'Application gone';

/**
 * Takes a dialog out of the table. Open requests of the peer in it are answered (RFC 3261 §15.1.2: 487), except
 * `except`, which is the request that ended it or is being answered just now.
 */
export function endDialog(core: Core, dialog: Dialog, except: InboundRequest | null = null): void {
  if (dialog.phase === 'ended') return;
  dialog.phase = 'ended';
  core.dialogs.remove(dialog);
  core.keeper.changed(dialog);
  dialog.expiry = disarm(core, dialog.expiry);
  stopConfirmations(core, dialog);
  stopProvisional(core, dialog);
  stopSession(core, dialog);
  settleAcknowledgements(core, dialog);
  releaseBye(dialog);
  for (const inbound of [...dialog.inbound]) {
    if (inbound === except) continue;
    settle(core, inbound);
    refuse(inbound.transaction, inbound.request.method === 'BYE' ? 200 : 487, 'Request Terminated');
  }
}

/** Ends a confirmed dialog by a BYE of our own and tells its owner. */
export function hangUp(core: Core, dialog: Dialog, text: HangUpText): void {
  if (dialog.phase !== 'confirmed') {
    endDialog(core, dialog);
    return;
  }
  // The application has hung up already: one BYE is enough.
  if (dialog.hangingUp) return;
  const { owner } = dialog;
  const headers = new Headers().add('Reason', `SIP;cause=200;text="${text}"`);
  core.log.info({ dialogId: dialog.id, text }, 'the server ends a dialog');
  sendInDialog(core, null, dialog, { method: 'BYE', uri: '', headers, body: NO_BODY }, (outcome) => {
    if (!outcome.ok) return core.log.warn({ dialogId: dialog.id, reason: outcome.reason }, 'cannot send BYE');
    const { message, meta } = outcome;
    if (message.kind !== 'request') return;
    later(() => owner?.deliver({ type: 'unsolicited', message, meta, dialogId: dialog.id }));
  });
  endDialog(core, dialog);
}

/** A BYE as we would send it; for an application whose call never came to be with the peer. */
export function byeBy(state: DialogState, listener: Listener, text: HangUpText): SipRequest {
  const headers = new Headers().add('Via', viaValue(listener, newBranch())).add('Max-Forwards', '70');
  headers.add('From', state.local).add('To', state.remote).add('Call-ID', state.callId);
  headers.add('CSeq', `${state.localSeq + 1} BYE`).add('Reason', `SIP;cause=200;text="${text}"`);
  return new SipRequest('BYE', state.remoteTarget, headers, NO_BODY);
}

/** A connected application takes a dialog over that has no owner. */
export function adopt(core: Core, dialog: Dialog, owner: Owner): void {
  dialog.owner = owner;
  if (dialog.kind === 'INVITE') dialog.expiry = disarm(core, dialog.expiry);
}

/** The owner of a dialog is gone: another one may take it over, but not for ever. */
export function orphan(core: Core, dialog: Dialog): void {
  dialog.owner = null;
  dialog.expiry ??= core.clock.setTimeout(
    () => hangUp(core, dialog, 'Application gone'),
    core.limits.orphanMs,
  );
}
