/** Going on after a restart with what `Keeper` kept. */
import { encodeMessage } from '../message/build.js';
import { Headers } from '../message/headers.js';
import { NO_BODY, SipRequest, type SipResponse } from '../message/message.js';
import type { Flow, Listener } from '../transport/flow.js';
import { buildAck } from './ack.js';
import { buildCancel } from './cancel.js';
import { type Core, later } from './core.js';
import { Dialog, dialogIdOf } from './dialog.js';
import { addressRequest, type DialogState } from './dialog-state.js';
import { hangUp } from './end.js';
import type { KeptTable } from './keeper.js';
import { inviteOf, type KeptDialog, type KeptInvite, type KeptListener, readKept } from './kept.js';
import { findRoute, flowTo } from './next-hop.js';
import { resumeSession } from './session-timer.js';

/** An INVITE that is older has been given up by its sender (timer C of RFC 3261 §16.6 and most telephones); ms. */
const OLDEST_INVITE_MS = 180_000;

/** INVITEs of peers that wait to be heard again. */
export type Unheard = readonly { readonly request: SipRequest; readonly flow: Flow }[];

/**
 * Puts the dialogs of before the restart back into the table, each without an owner until a control client takes it
 * up, and cancels the INVITEs of ours that were under way: whoever answers them all the same gets ACK and BYE.
 * Gives the INVITEs of peers that nobody answered.
 */
export function restore(core: Core, table: KeptTable): Unheard {
  const unheard: { request: SipRequest; flow: Flow }[] = [];
  let dialogs = 0;
  for (const [key, text] of [...table.entries()]) {
    const kept = readKept(text);
    const listener = kept === null ? null : listenerFor(core, kept.listener);
    if (kept === null || listener === null) {
      core.log.warn({ key }, 'something of before the restart cannot be gone on with');
      table.set(key, null);
    } else if (kept.kind === 'dialog') {
      restoreDialog(core, kept, listener);
      dialogs++;
    } else {
      table.set(key, null);
      const invite = restoreInvite(core, kept, listener);
      if (invite !== null) unheard.push(invite);
    }
  }
  if (dialogs > 0) core.log.info({ dialogs }, 'dialogs of before the restart go on');
  return unheard;
}

/** The listener at the same address; after a change of the settings, one of the same transport. */
function listenerFor(core: Core, { transport, host, port }: KeptListener): Listener | null {
  const alike = core.transport.listeners.filter((listener) => listener.transport === transport);
  return alike.find((l) => l.host === host && l.port === port) ?? alike[0] ?? null;
}

function restoreDialog(core: Core, kept: KeptDialog, listener: Listener): void {
  const { id, role, state, peer, session } = kept;
  const dialog = new Dialog(id, state.callId, role, 'INVITE', null, listener);
  dialog.phase = 'confirmed';
  dialog.state = state;
  dialog.contact = kept.contact;
  dialog.hiddenHost = kept.hiddenHost;
  if (peer !== null && listener.transport === 'udp')
    dialog.flow = core.transport.flow({ transport: 'udp', ...peer }, listener);
  // Had its ACK been missing, the 2xx would have been repeated by a process that is gone.
  dialog.acknowledged = true;
  dialog.localSdp = Buffer.from(kept.localSdp, 'latin1');
  dialog.peerUpdates = kept.peerUpdates;
  if (session !== null) resumeSession(core, dialog, session);
  core.dialogs.add(dialog);
  const unclaimed = (): void => hangUp(core, dialog, 'Application gone');
  dialog.expiry = core.clock.setTimeout(unclaimed, core.limits.unclaimedMs);
  core.keeper.changed(dialog);
}

/** Gives an INVITE of a peer that is to be heard again; null for all others. */
function restoreInvite(
  core: Core,
  kept: KeptInvite,
  listener: Listener,
): { request: SipRequest; flow: Flow } | null {
  // Whoever came over a connection has lost it, and knows.
  if (listener.transport !== 'udp' || core.clock.now() - kept.at > OLDEST_INVITE_MS) return null;
  const request = inviteOf(kept);
  const flow = core.transport.flow({ transport: 'udp', ...kept.peer }, listener);
  if (kept.kind === 'came') return { request, flow };
  // Inside a dialog a 2xx that comes late finds the dialog.
  if (request.toTag !== '') return null;
  const branch = request.via?.branch ?? '';
  const dialog = new Dialog(dialogIdOf(request), request.callId, 'uac', 'INVITE', null, listener);
  core.unanswered.set(branch, { request, flow, dialog, cancelled: true });
  core.clock.setTimeout(() => core.unanswered.delete(branch), core.limits.lateAnswerMs);
  const ignore = (): void => undefined;
  const user = { onResponse: ignore, onTimeout: ignore, onFailure: ignore };
  later(() => core.transactions.request(buildCancel(request, null), flow, user));
  return null;
}

/**
 * A 2xx to an INVITE of before the restart whose dialog goes on: its ACK was not sent, or did not arrive. False when
 * it is none.
 */
export function acknowledgeFormer(core: Core, response: SipResponse): boolean {
  const { status, cseq, callId, fromTag, toTag } = response;
  if (cseq.method !== 'INVITE' || status < 200 || status > 299) return false;
  const found = formerDialog(core, callId, fromTag, toTag);
  if (found === null) return false;
  const { dialog, state } = found;
  const then = (route: Parameters<Parameters<typeof findRoute>[3]>[0]): void => {
    if (!route.ok) return;
    const invite = new SipRequest(
      'INVITE',
      state.remoteTarget,
      new Headers().add('CSeq', `${cseq.number} INVITE`),
      NO_BODY,
    );
    const ack = buildAck(state, invite, route.listener, null);
    core.transport.send(flowTo(core, route), ack, encodeMessage(ack), false);
  };
  findRoute(core, addressRequest(state).nextHop, dialog.listener, then, dialog);
  return true;
}

/** The confirmed dialog in which we sent a request, whoever had called. */
function formerDialog(
  core: Core,
  callId: string,
  ownTag: string,
  peerTag: string,
): { dialog: Dialog; state: DialogState } | null {
  for (const [callerTag, role] of [
    [ownTag, 'uac'],
    [peerTag, 'uas'],
  ] as const) {
    const dialog = core.dialogs.get(`${callId};from-tag=${callerTag}`);
    if (dialog?.phase !== 'confirmed' || dialog.role !== role || dialog.state === null) continue;
    const { state } = dialog;
    if (state.localTag === ownTag && state.remoteTag === peerTag) return { dialog, state };
  }
  return null;
}
