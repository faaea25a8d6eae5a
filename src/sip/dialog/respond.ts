import { encodeMessage } from '../message/build.js';
import { ownText } from '../message/keep.js';
import { SipResponse } from '../message/message.js';
import { tagOf } from '../message/name-addr.js';
import type { AppResponse, Outcome } from './application.js';
import { awaitPrack } from './await-prack.js';
import { cdrStart, cdrStop } from './cdr.js';
import { awaitAck } from './confirm.js';
import { type Core, peerMeta } from './core.js';
import type { InboundRequest } from './dialog.js';
import { refreshTarget, uasDialogState } from './dialog-state.js';
import { endDialog } from './end.js';
import {
  ADDRESS_HEADERS,
  addressValue,
  DROPPED_IN_RESPONSE,
  defaultContact,
  defaultContentType,
} from './fill.js';
import { responseHeaders } from './refuse.js';
import {
  hold,
  mustWait,
  NOT_RELIABLE,
  nextRseq,
  releaseHeld,
  reliability,
  TOO_MANY_HELD,
} from './reliable.js';
import { answerExpires, rememberSdp } from './session-expires.js';
import { agreeOnSession } from './session-timer.js';
import { settle } from './settle.js';
import { allowRinging } from './silence.js';
import { expireSubscription, isTerminated } from './subscription.js';

const UNKNOWN: Outcome = { ok: false, reason: 'Response not sent due to unknown transaction' };

/** Methods whose responses carry Contact: they make a dialog or refresh its target (REFER: RFC 3515 §2.2). */
const WITH_CONTACT: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'UPDATE', 'REFER']);

/** Sends the application's response to an open request. */
export function respond(core: Core, txnId: string, app: AppResponse): Outcome {
  const inbound = core.inbound.get(txnId);
  if (inbound === undefined) return UNKNOWN;
  // 100 is ours and has been sent; a second one would only repeat it.
  const tag = app.status === 100 ? '' : chooseTag(inbound, app);
  const kind = reliability(inbound, app);
  if (kind === 'refused') return NOT_RELIABLE;
  const reliable = kind === 'reliable';
  const built = buildResponse(inbound, app, tag, reliable);
  if (!built.ok) return built;
  const { response } = built;
  const bytes = encodeMessage(response);
  const { transaction, dialog } = inbound;
  const meta = peerMeta(core, transaction.flow, 'application', bytes.length);
  if (dialog !== null && mustWait(inbound, app.status, reliable)) {
    const send = (): boolean => transmit(core, inbound, response, tag, bytes, reliable);
    if (!hold(dialog, send, app.status >= 200)) return TOO_MANY_HELD;
    if (app.status >= 200) core.inbound.delete(txnId);
  } else if (!transmit(core, inbound, response, tag, bytes, reliable)) return UNKNOWN;
  if (dialog !== null && inbound.request.method === 'PRACK' && app.status >= 200) releaseHeld(dialog);
  return { ok: true, message: response, meta, txnId, dialogId: dialog?.id ?? '' };
}

/** Hands a response to its transaction; false when that is over. */
function transmit(
  core: Core,
  inbound: InboundRequest,
  response: SipResponse,
  tag: string,
  bytes: Buffer,
  reliable: boolean,
): boolean {
  const { transaction, dialog, request } = inbound;
  const { status } = response;
  if (dialog !== null && status > 100) recordResponse(core, inbound, response, tag, bytes);
  if (status >= 200) settle(core, inbound);
  else if (request.method === 'INVITE') allowRinging(core, inbound);
  if (dialog !== null && request.method === 'INVITE') {
    if (reliable) {
      awaitPrack(core, dialog, inbound, response, bytes);
      rememberSdp(dialog, response.body);
    }
  }
  return transaction.respond(response, bytes);
}

/** The tag that the application wrote into To, else ours; RFC 3261 §12.1.1 lets each early dialog have its own. */
function chooseTag(inbound: InboundRequest, app: AppResponse): string {
  if (inbound.request.toTag !== '') return inbound.request.toTag;
  const chosen = tagOf(app.headers.get('To') ?? '');
  if (chosen !== '') inbound.tag = chosen;
  return inbound.tag;
}

function buildResponse(
  inbound: InboundRequest,
  app: AppResponse,
  tag: string,
  reliable: boolean,
): { ok: true; response: SipResponse } | { ok: false; reason: string } {
  const { request, transaction } = inbound;
  const { listener } = transaction.flow;
  const headers = responseHeaders(request, transaction.flow, tag);
  const { status } = app;
  if (status > 100 && status < 300) {
    for (const route of request.headers.all('Record-Route')) headers.add('Record-Route', route);
  }
  for (let i = 0; i < app.headers.size; i++) {
    const name = app.headers.names[i] ?? '';
    const value = app.headers.values[i] ?? '';
    if (!DROPPED_IN_RESPONSE.has(name)) {
      headers.add(name, ADDRESS_HEADERS.has(name) ? addressValue(value, listener) : value);
    }
  }
  if (reliable && inbound.dialog !== null) {
    if (!headers.all('Require').some((value) => value.toLowerCase().includes('100rel'))) {
      headers.add('Require', '100rel');
    }
    headers.add('RSeq', String(nextRseq(inbound.dialog)));
  }
  if (status >= 200 && status < 300) answerExpires(headers, request);
  const wantsContact = status > 100 && status < 300 && WITH_CONTACT.has(request.method);
  if (wantsContact && !headers.has('Contact')) {
    headers.add('Contact', inbound.dialog?.contact || defaultContact(listener));
  }
  if (!defaultContentType(headers, app.body)) return { ok: false, reason: 'missing content-type' };
  return { ok: true, response: new SipResponse(status, app.reason, headers, app.body) };
}

/** What a response means for its dialog (RFC 3261 §12.1.1, §12.2.2, §15). */
function recordResponse(
  core: Core,
  inbound: InboundRequest,
  response: SipResponse,
  tag: string,
  bytes: Buffer,
): void {
  const { dialog, request } = inbound;
  if (dialog === null) return;
  const { status } = response;
  const first = request.toTag === '' && request.method === dialog.kind;
  if (first && status < 300) {
    const known = dialog.early.get(tag);
    const state = known ?? uasDialogState(request, response.headers.get('To') ?? '', tag);
    dialog.contact = ownText(response.headers.get('Contact') ?? dialog.contact);
    dialog.phase = status < 200 ? 'early' : 'confirmed';
    dialog.update(state);
    if (status >= 200) dialog.early.clear();
    if (status >= 200 && dialog.kind === 'INVITE') cdrStart(core, response, 'application', 'uas');
    if (status >= 200 && dialog.kind === 'SUBSCRIBE') expireSubscription(core, dialog, response);
  } else if (first) {
    if (dialog.kind === 'INVITE') cdrStop(core, response, 'application', 'call-rejected');
    endDialog(core, dialog, inbound);
  }
  const refreshes =
    request.method === 'INVITE' || request.method === 'UPDATE' || request.method === 'SUBSCRIBE';
  if (!first && refreshes && status >= 200 && status < 300 && dialog.state !== null) {
    dialog.update(refreshTarget(dialog.state, request));
    if (request.method === 'SUBSCRIBE') expireSubscription(core, dialog, response);
  }
  if (status >= 200 && status < 300) {
    agreeOnSession(core, dialog, request, response, 'uas');
    if (dialog.session !== null) rememberSdp(dialog, response.body);
  }
  if (request.method === 'INVITE' && status >= 200 && status < 300) {
    awaitAck(core, dialog, inbound.transaction, response, bytes);
  }
  if (dialog.kind === 'SUBSCRIBE' && request.method === 'NOTIFY' && isTerminated(request) && status >= 200) {
    endDialog(core, dialog, inbound);
  }
  core.keeper.changed(dialog);
}
