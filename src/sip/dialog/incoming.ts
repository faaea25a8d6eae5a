import { ownText } from '../message/keep.js';
import type { SipRequest } from '../message/message.js';
import { isKnownMethod } from '../message/methods.js';
import { schemeOf } from '../message/uri.js';
import { forwardInDialog } from '../proxy/in-dialog.js';
import { newTag, randomUpTo } from '../random.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { Owner } from './application.js';
import { handleCancel } from './cancelled.js';
import { cdrAttempt, cdrStop } from './cdr.js';
import { type Core, newTxnId, peerMeta, sizeOf } from './core.js';
import { Dialog, dialogIdOf, type InboundRequest } from './dialog.js';
import type { DialogState } from './dialog-state.js';
import { adopt, endDialog } from './end.js';
import { hiddenHost } from './next-hop.js';
import { refuse } from './refuse.js';
import { takePrack } from './reliable.js';
import { intervalTooSmall } from './session-expires.js';
import { answerForApplication } from './silence.js';
import { isTerminated } from './subscription.js';
import { summonOwner } from './summon.js';

/** Methods that only exist inside a dialog (RFC 3262, 3261 §15, 3311). */
const ONLY_IN_DIALOG: ReadonlySet<string> = new Set(['BYE', 'PRACK', 'UPDATE']);

/** A request that came in, other than ACK: checked, matched to its dialog, handed to the application. */
export function handleRequest(core: Core, request: SipRequest, transaction: ServerTransaction): void {
  if (request.method === 'CANCEL') {
    handleCancel(core, request, transaction);
    return;
  }
  if (request.toTag === '') {
    handleNewRequest(core, request, transaction);
    return;
  }
  const match = core.dialogs.match(request);
  if (match !== null) {
    handleInDialog(core, match.dialog, match.state, request, transaction);
    return;
  }
  if (request.method === 'NOTIFY' && acceptsFirstNotify(core, request)) {
    passNotify(core, request, transaction);
    return;
  }
  if (forwardInDialog(core, request, transaction)) return;
  refuse(transaction, 481, 'Call/Transaction Does Not Exist');
}

/** The answer to a new request that must not reach the application; `null` when it may. */
function objection(
  core: Core,
  request: SipRequest,
): { status: number; reason: string; headers?: Readonly<Record<string, string>> } | null {
  const scheme = schemeOf(request.uri);
  if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'tel') {
    return { status: 416, reason: 'Unsupported URI Scheme' };
  }
  if (ONLY_IN_DIALOG.has(request.method)) return { status: 481, reason: 'Call/Transaction Does Not Exist' };
  // A transfer of nothing: REFER is taken only inside a call.
  if (request.method === 'REFER') return { status: 403, reason: 'REFER Outside Dialog' };
  const tooSmall = intervalTooSmall(request);
  if (tooSmall !== null) return { status: 422, reason: 'Session Interval Too Small', headers: tooSmall };
  return unsupported(core, request);
}

/** RFC 3261 §8.2.2.3: 420 names what we do not support. */
function unsupported(core: Core, request: SipRequest): ReturnType<typeof objection> {
  if (!request.headers.has('Require')) return null;
  const missing = request.list('Require').filter((tag) => !core.supported.has(tag.toLowerCase()));
  if (missing.length === 0) return null;
  return { status: 420, reason: 'Bad Extension', headers: { Unsupported: missing.join(', ') } };
}

function handleNewRequest(core: Core, request: SipRequest, transaction: ServerTransaction): void {
  const refused = objection(core, request);
  if (refused !== null) {
    refuse(transaction, refused.status, refused.reason, refused.headers);
    return;
  }
  // RFC 3261 §8.2.2.2: the same request over another path.
  const mergeKey = `${request.callId} ${request.fromTag} ${request.cseq.number} ${request.method}`;
  if (core.merging.has(mergeKey)) {
    refuse(transaction, 482, 'Merged Request');
    return;
  }
  const makesDialog = request.method === 'INVITE' || request.method === 'SUBSCRIBE';
  // A dialog id names one dialog only: our own request that came back to us, or a second one beside a live one.
  if (makesDialog && core.dialogs.get(dialogIdOf(request)) !== undefined) {
    refuse(transaction, 482, 'Loop Detected');
    return;
  }
  noteForMerging(core, mergeKey, transaction);
  cdrAttempt(core, request, 'network');
  if (summonOwner(core, request, transaction, (owner) => begin(core, request, transaction, owner))) return;
  const owner = core.owners.choose(request.method);
  if (owner === null) {
    if (isKnownMethod(request.method)) refuse(transaction, 503, 'Service Unavailable');
    else refuse(transaction, 501, 'Not Implemented');
    return;
  }
  if (request.method === 'INVITE') refuse(transaction, 100, 'Trying');
  begin(core, request, transaction, owner);
}

/** A function of its own, so that what lives as long as the transaction does not hold the request. */
function noteForMerging(core: Core, mergeKey: string, transaction: ServerTransaction): void {
  const key = ownText(mergeKey);
  core.merging.set(key, transaction);
  transaction.onEnd = () => core.merging.delete(key);
}

/** Hands a new request to its application. */
function begin(core: Core, request: SipRequest, transaction: ServerTransaction, owner: Owner): void {
  let dialog: Dialog | null = null;
  if (request.method === 'INVITE' || request.method === 'SUBSCRIBE') {
    const kind = request.method === 'INVITE' ? 'INVITE' : 'SUBSCRIBE';
    dialog = new Dialog(dialogIdOf(request), request.callId, 'uas', kind, owner, transaction.flow.listener);
    dialog.flow = transaction.flow;
    dialog.hiddenHost = hiddenHost(request, transaction.flow);
    core.dialogs.add(dialog);
  }
  const inbound = admit(core, request, transaction, dialog, owner);
  if (dialog !== null && request.method === 'INVITE') dialog.inviteIn = inbound;
  const { listener } = transaction.flow;
  owner.deliver({
    type: 'request',
    message: request,
    meta: peerMeta(core, transaction.flow, 'network', sizeOf(request)),
    txnId: inbound.txnId,
    dialogId: '',
    receivedOn: { host: listener.host, port: listener.port },
  });
}

/** Keeps the request until the application answers it. */
function admit(
  core: Core,
  request: SipRequest,
  transaction: ServerTransaction,
  dialog: Dialog | null,
  owner: Owner,
): InboundRequest {
  const tag = request.toTag === '' ? newTag() : request.toTag;
  const inbound: InboundRequest = {
    txnId: newTxnId(),
    request,
    transaction,
    dialog,
    owner,
    tag,
    guard: null,
  };
  const patience = request.method === 'INVITE' ? core.limits.firstAnswerMs : core.limits.answerMs;
  inbound.guard = core.clock.setTimeout(() => answerForApplication(core, inbound), patience);
  core.inbound.set(inbound.txnId, inbound);
  core.byTransaction.set(transaction, inbound);
  dialog?.inbound.add(inbound);
  core.keeper.came(inbound);
  return inbound;
}

/** RFC 3261 §14.2 and RFC 3311 §5.2: requests that cross; `true` when answered here. */
function refusedAsGlare(dialog: Dialog, request: SipRequest, transaction: ServerTransaction): boolean {
  const retryAfter = { 'Retry-After': String(randomUpTo(10)) };
  if (request.method !== 'INVITE' && request.method !== 'UPDATE') return false;
  const offers = request.method === 'INVITE' || (request.body.length > 0 && dialog.phase === 'confirmed');
  // An offer of ours that has no answer yet; an UPDATE without one only refreshes the session.
  const weOffer = dialog.inviteOut !== null || (dialog.updateOut?.request.body.length ?? 0) > 0;
  const theyOffered = (dialog.updateIn?.request.body.length ?? 0) > 0;
  const again = request.method === 'UPDATE' && dialog.updateIn !== null;
  if (again || (offers && (theyOffered || dialog.inviteIn !== null))) {
    refuse(transaction, 500, 'Server Internal Error', retryAfter);
    return true;
  }
  if (offers && weOffer) {
    refuse(transaction, 491, 'Request Pending');
    return true;
  }
  return false;
}

function handleInDialog(
  core: Core,
  dialog: Dialog,
  state: DialogState,
  request: SipRequest,
  transaction: ServerTransaction,
): void {
  // RFC 3261 §12.2.2: a lower number is out of order.
  if (request.cseq.number < state.remoteSeq) {
    refuse(transaction, 500, 'CSeq Out Of Order', { 'Retry-After': '0' });
    return;
  }
  dialog.flow = transaction.flow;
  if (request.headers.has('Contact')) dialog.hiddenHost = hiddenHost(request, transaction.flow);
  const refused = unsupported(core, request);
  dialog.update({ ...state, remoteSeq: request.cseq.number });
  core.keeper.changed(dialog);
  if (refused !== null) {
    refuse(transaction, refused.status, refused.reason, refused.headers);
    return;
  }
  const tooSmall = intervalTooSmall(request);
  if (tooSmall !== null) {
    refuse(transaction, 422, 'Session Interval Too Small', tooSmall);
    return;
  }
  if (request.method === 'PRACK' && !takePrack(core, dialog, request)) {
    refuse(transaction, 481, 'Call/Transaction Does Not Exist');
    return;
  }
  if (refusedAsGlare(dialog, request, transaction)) return;
  // Whoever takes calls takes this one over.
  const owner = dialog.owner ?? core.owners.choose(request.method) ?? core.owners.choose('INVITE');
  if (owner !== null && dialog.owner === null) adopt(core, dialog, owner);
  if (owner === null) {
    // Nobody drives this call just now: a BYE still ends it, anything else may be tried again.
    if (request.method !== 'BYE') {
      refuse(transaction, 503, 'Service Unavailable', { 'Retry-After': '5' });
      return;
    }
    refuse(transaction, 200, 'OK');
    endDialog(core, dialog);
    return;
  }
  if (request.method === 'INVITE') refuse(transaction, 100, 'Trying');
  const inbound = admit(core, request, transaction, dialog, owner);
  if (request.method === 'INVITE') dialog.inviteIn = inbound;
  if (request.method === 'UPDATE') dialog.updateIn = inbound;
  deliverInDialog(core, inbound, owner, dialog.id);
  // The dialog ends with the BYE, not when the application answers it (RFC 3261 §15.1.2).
  if (request.method === 'BYE') {
    if (dialog.kind === 'INVITE') cdrStop(core, request, 'network', 'normal-release');
    endDialog(core, dialog, inbound);
  } else if (dialog.kind === 'SUBSCRIBE' && request.method === 'NOTIFY' && isTerminated(request)) {
    endDialog(core, dialog, inbound);
  }
}

function deliverInDialog(core: Core, inbound: InboundRequest, owner: Owner, dialogId: string): void {
  owner.deliver({
    type: 'request',
    message: inbound.request,
    meta: peerMeta(core, inbound.transaction.flow, 'network', sizeOf(inbound.request)),
    txnId: inbound.txnId,
    dialogId,
    receivedOn: null,
  });
}

/** RFC 6665 §4.1.4: a NOTIFY may overtake the 2xx of the SUBSCRIBE that made its dialog. */
function acceptsFirstNotify(core: Core, request: SipRequest): boolean {
  const dialog = core.dialogs.get(`${request.callId};from-tag=${request.toTag}`);
  return dialog?.kind === 'SUBSCRIBE' && dialog.role === 'uac' && dialog.phase === 'trying';
}

function passNotify(core: Core, request: SipRequest, transaction: ServerTransaction): void {
  const dialog = core.dialogs.get(`${request.callId};from-tag=${request.toTag}`);
  const owner = dialog?.owner ?? null;
  if (dialog === undefined || owner === null) {
    refuse(transaction, 481, 'Call/Transaction Does Not Exist');
    return;
  }
  deliverInDialog(core, admit(core, request, transaction, dialog, owner), owner, dialog.id);
}
