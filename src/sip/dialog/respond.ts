import { encodeMessage } from '../message/build.js';
import { SipResponse } from '../message/message.js';
import { tagOf } from '../message/name-addr.js';
import type { AppResponse, Outcome } from './application.js';
import { awaitAck } from './confirm.js';
import { type Core, type InboundRequest, peerMeta } from './core.js';
import { refreshTarget, uasDialogState } from './dialog-state.js';
import { endDialog } from './end.js';
import {
  ADDRESS_HEADERS,
  DROPPED_IN_RESPONSE,
  defaultContact,
  defaultContentType,
  withOwnHost,
} from './fill.js';
import { isTerminated, settle } from './incoming.js';
import { responseHeaders } from './refuse.js';
import { allowRinging } from './silence.js';
import { expireSubscription } from './subscription.js';

const UNKNOWN: Outcome = { ok: false, reason: 'Response not sent due to unknown transaction' };

const NOT_RELIABLE: Outcome = { ok: false, reason: 'Remote endpoint does not support 100rel' };

/** Methods whose responses carry Contact: they make a dialog or refresh its target. */
const WITH_CONTACT: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'UPDATE']);

/** Sends the application's response to an open request. */
export function respond(core: Core, txnId: string, app: AppResponse): Outcome {
  const inbound = core.inbound.get(txnId);
  if (inbound === undefined) return UNKNOWN;
  // 100 is ours and has been sent; a second one would only repeat it.
  const tag = app.status === 100 ? '' : chooseTag(inbound, app);
  if (app.status < 200 && wantsReliable(app)) return NOT_RELIABLE;
  const built = buildResponse(inbound, app, tag);
  if (!built.ok) return built;
  const { response } = built;
  const bytes = encodeMessage(response);
  const { transaction, dialog, request } = inbound;
  if (dialog !== null && app.status > 100) recordResponse(core, inbound, response, tag, bytes);
  if (app.status >= 200) settle(core, inbound);
  else if (request.method === 'INVITE') allowRinging(core, inbound);
  const meta = peerMeta(core, transaction.flow, 'application', bytes.length);
  if (!transaction.respond(response, bytes)) return UNKNOWN;
  return { ok: true, message: response, meta, txnId, dialogId: dialog?.id ?? '' };
}

/** A provisional response that must arrive (RFC 3262) goes only to a peer that supports it; none does with us. */
function wantsReliable(app: AppResponse): boolean {
  return app.headers.all('Require').some((value) => value.toLowerCase().includes('100rel'));
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
      headers.add(name, ADDRESS_HEADERS.has(name) ? withOwnHost(value, listener) : value);
    }
  }
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
    dialog.contact = response.headers.get('Contact') ?? dialog.contact;
    dialog.phase = status < 200 ? 'early' : 'confirmed';
    dialog.update(state);
    if (status >= 200) dialog.early.clear();
    if (status >= 200 && dialog.kind === 'SUBSCRIBE') expireSubscription(core, dialog, response);
  } else if (first) {
    endDialog(core, dialog, inbound);
  }
  const refreshes =
    request.method === 'INVITE' || request.method === 'UPDATE' || request.method === 'SUBSCRIBE';
  if (!first && refreshes && status >= 200 && status < 300 && dialog.state !== null) {
    dialog.update(refreshTarget(dialog.state, request));
    if (request.method === 'SUBSCRIBE') expireSubscription(core, dialog, response);
  }
  if (request.method === 'INVITE' && status >= 200 && status < 300) {
    awaitAck(core, dialog, inbound.transaction, response, bytes);
  }
  if (dialog.kind === 'SUBSCRIBE' && request.method === 'NOTIFY' && isTerminated(request) && status >= 200) {
    endDialog(core, dialog, inbound);
  }
}
