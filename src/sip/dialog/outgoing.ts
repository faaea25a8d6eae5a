import { Headers } from '../message/headers.js';
import { ownText } from '../message/keep.js';
import { parseCSeq, SipRequest, type SipResponse } from '../message/message.js';
import { parseNameAddr, tagOf } from '../message/name-addr.js';
import { splitList } from '../message/params.js';
import { parseUri } from '../message/uri.js';
import { newBranch, newTag, randomToken } from '../random.js';
import type { Flow, Listener } from '../transport/flow.js';
import type { AppRequest, Outcome, Owner, Reply } from './application.js';
import { abandonInvite } from './cancel.js';
import { type CdrReason, cdrAttempt, cdrStop } from './cdr.js';
import { type Core, newTxnId, ownMeta } from './core.js';
import { Dialog, dialogIdOf, type OutboundRequest } from './dialog.js';
import { addressRequest, type DialogState } from './dialog-state.js';
import { attemptsFor, forListener } from './failover.js';
import {
  ADDRESS_HEADERS,
  addressValue,
  DROPPED_IN_REQUEST,
  defaultContact,
  defaultContentType,
  viaValue,
} from './fill.js';
import type { Attempt, Route } from './hop.js';
import { launch } from './launch.js';
import { failLater } from './local-answer.js';
import { findRoute, flowTo, isMyself, isPrivate } from './next-hop.js';
import { prackTag } from './reliable.js';
import { requestExpires } from './session-expires.js';

/** In-dialog requests that carry Contact (RFC 3261 §12.2.1.1, 3311 §5.1, 6665 §4.1.2, 3515 §2.2). */
const WITH_CONTACT: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'UPDATE', 'NOTIFY']);

/** In a dialog these are the dialog's; what the application wrote is ignored. */
const DIALOG_HEADERS: ReadonlySet<string> = new Set(['From', 'To', 'Call-ID', 'CSeq']);

/** Copies the application's headers that are not filled already. */
function copyHeaders(to: Headers, app: AppRequest, listener: Listener, skip: ReadonlySet<string>): void {
  for (let i = 0; i < app.headers.size; i++) {
    const name = app.headers.names[i] ?? '';
    const value = app.headers.values[i] ?? '';
    if (DROPPED_IN_REQUEST.has(name) || skip.has(name)) continue;
    to.add(name, ADDRESS_HEADERS.has(name) ? addressValue(value, listener) : value);
  }
}

/** Whether the application says itself which proxies a new request passes (RFC 3261 §16.12.1.1, RFC 3327 §5.1). */
function addRoutes(headers: Headers, app: AppRequest): void {
  for (const value of app.headers.all('Route'))
    for (const entry of splitList(value)) headers.add('Route', entry);
}

/**
 * A private address in the URI that the application sends elsewhere: it does not lead there from here, so later requests
 * to it go back over the flow, too (RFC 5626 §5.3). Null for all others.
 */
function bypassedHost(uri: string, routeUri: string): string | null {
  const host = parseUri(uri)?.host ?? '';
  const hop = parseUri(routeUri)?.host ?? '';
  return hop !== '' && hop !== host && isPrivate(host) ? ownText(host) : null;
}

const FILLED_IN_NEW: ReadonlySet<string> = new Set(['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards']);

/** A request outside a dialog (RFC 3261 §8.1.1), completed from what the application gave. */
function buildNew(app: AppRequest, listener: Listener): SipRequest | null {
  const headers = new Headers();
  headers.add('Via', viaValue(listener, newBranch()));
  headers.add('Max-Forwards', app.headers.get('Max-Forwards') ?? '70');
  addRoutes(headers, app);
  const from = addressValue(app.headers.get('From') ?? defaultContact(listener), listener);
  headers.add('From', tagOf(from) === '' ? `${from};tag=${newTag()}` : from);
  headers.add('To', addressValue(app.headers.get('To') ?? `<${app.uri}>`, listener));
  headers.add('Call-ID', app.headers.get('Call-ID') ?? randomToken(16));
  const wanted = parseCSeq(app.headers.get('CSeq') ?? '').number;
  headers.add('CSeq', `${wanted >= 0 ? wanted : 1} ${app.method}`);
  copyHeaders(headers, app, listener, FILLED_IN_NEW);
  const makesDialog = app.method === 'INVITE' || app.method === 'SUBSCRIBE';
  if (makesDialog && !headers.has('Contact')) headers.add('Contact', defaultContact(listener));
  requestExpires(headers, app.method, null);
  if (!defaultContentType(headers, app.body)) return null;
  return new SipRequest(app.method, app.uri, headers, app.body);
}

export const NO_DIALOG: Outcome = {
  ok: false,
  reason: 'Server error: unable to find dialog for dialog id provided',
};
const NO_TYPE: Outcome = { ok: false, reason: 'missing content-type' };

/** Sends a new request of the application, through `routeUri` when that is not empty, else by its first Route. */
export function sendNew(core: Core, owner: Owner, app: AppRequest, routeUri: string, reply: Reply): void {
  const [first] = splitList(app.headers.get('Route') ?? '');
  const next = first === undefined ? app.uri : parseNameAddr(first).uri;
  findRoute(core, routeUri === '' ? next : routeUri, null, (route) => {
    // The client may go away while a host name is looked up.
    if (!owner.connected) return;
    if (!route.ok) return reply(route);
    if (isMyself(core, route.destination))
      return reply({ ok: false, reason: 'can not send request to myself' });
    const request = buildNew(app, route.listener);
    if (request === null) return reply(NO_TYPE);
    let dialog: Dialog | null = null;
    if (app.method === 'INVITE' || app.method === 'SUBSCRIBE') {
      if (core.dialogs.get(dialogIdOf(request)) !== undefined) {
        return reply({ ok: false, reason: 'a dialog with this Call-ID and From tag is in progress' });
      }
      dialog = new Dialog(dialogIdOf(request), request.callId, 'uac', app.method, owner, route.listener);
      dialog.contact = ownText(request.headers.get('Contact') ?? '');
      dialog.hiddenHost = bypassedHost(app.uri, routeUri);
      core.dialogs.add(dialog);
    }
    cdrAttempt(core, request, 'application');
    reply(dispatch(core, owner, request, route, dialog));
  });
}

/** Sends a request in a dialog; `owner` is null for one of our own, whose response nobody waits for. */
export function sendInDialog(
  core: Core,
  owner: Owner | null,
  dialog: Dialog,
  app: AppRequest,
  reply: Reply,
  onFinal: ((response: SipResponse) => void) | null = null,
): void {
  // A PRACK belongs to the early dialog whose response it names.
  const tag = app.method === 'PRACK' ? prackTag(dialog, app.headers.get('RAck') ?? '') : undefined;
  const stateNow = (): DialogState | null =>
    (tag === undefined ? undefined : dialog.early.get(tag)) ?? dialog.state;
  const before = stateNow();
  if (before === null) {
    reply(NO_DIALOG);
    return;
  }
  findRoute(
    core,
    addressRequest(before).nextHop,
    dialog.listener,
    (route) => {
      if (!route.ok) return reply(route);
      const state = stateNow() ?? before;
      const addressing = addressRequest(state);
      const localSeq = state.localSeq + 1;
      const headers = new Headers();
      headers.add('Via', viaValue(route.listener, newBranch()));
      headers.add('Max-Forwards', app.headers.get('Max-Forwards') ?? '70');
      for (const entry of addressing.routes) headers.add('Route', entry);
      headers.add('From', state.local).add('To', state.remote).add('Call-ID', state.callId);
      headers.add('CSeq', `${localSeq} ${app.method}`);
      copyHeaders(headers, app, route.listener, IN_DIALOG_SKIP);
      if (WITH_CONTACT.has(app.method) && !headers.has('Contact')) {
        headers.add('Contact', dialog.contact || defaultContact(route.listener));
      }
      requestExpires(headers, app.method, dialog.session);
      if (!defaultContentType(headers, app.body)) return reply(NO_TYPE);
      // A URI of the application's own is taken as it is, unless a strict router needs that place.
      const own =
        app.uri !== '' && !app.uri.includes('placeholder') && addressing.requestUri === state.remoteTarget;
      const request = new SipRequest(app.method, own ? app.uri : addressing.requestUri, headers, app.body);
      // RFC 3261 §14.1: no re-INVITE while another INVITE is in progress in either direction.
      if (app.method === 'INVITE' && (dialog.inviteOut !== null || dialog.inviteIn !== null)) {
        reply(refuseLocally(core, owner, request, flowTo(core, route), dialog));
        return;
      }
      dialog.update({ ...state, localSeq });
      core.keeper.changed(dialog);
      if (app.method === 'BYE' && dialog.kind === 'INVITE')
        cdrStop(core, request, 'application', releaseReason(owner, app));
      if (app.method === 'BYE') dialog.hangingUp = true;
      if (app.method === 'BYE' && dialog.inviteOut !== null) abandonInvite(core, dialog.inviteOut);
      reply(dispatch(core, owner, request, route, dialog, onFinal));
    },
    dialog,
  );
}

/** Why a BYE of ours goes out: the application's, or one of the reasons in `HangUpText`. */
function releaseReason(owner: Owner | null, app: AppRequest): CdrReason {
  if (owner !== null) return 'normal-release';
  const text = app.headers.get('Reason') ?? '';
  if (text.includes('Session timer')) return 'session-expired';
  return text.includes('ACK') || text.includes('CANCEL') ? 'ackbye' : 'system-initiated-termination';
}

const IN_DIALOG_SKIP: ReadonlySet<string> = new Set([...DIALOG_HEADERS, 'Max-Forwards']);

/** Registers and starts the transaction. */
function dispatch(
  core: Core,
  owner: Owner | null,
  built: SipRequest,
  route: Extract<Route, { ok: true }>,
  dialog: Dialog | null,
  onFinal: ((response: SipResponse) => void) | null = null,
): Outcome {
  const attempts = attemptsFor(core, built, route, dialog !== null && dialog.hiddenHost !== null);
  const first = attempts[0] ?? route;
  // Over TCP for its size alone: the Via says so.
  const request = first.listener === route.listener ? built : forListener(built, first.listener);
  const outbound = newOutbound(owner, request, flowTo(core, first), dialog, onFinal, attempts);
  const size = launch(core, outbound);
  const meta = ownMeta(core, outbound.flow.listener, size);
  return { ok: true, message: request, meta, txnId: outbound.txnId, dialogId: dialog?.id ?? '' };
}

/** A re-INVITE that must not go out now gets the answer that the peer would give: 491, and the client tries again. */
function refuseLocally(
  core: Core,
  owner: Owner | null,
  request: SipRequest,
  flow: Flow,
  dialog: Dialog,
): Outcome {
  const outbound = newOutbound(owner, request, flow, dialog);
  core.outbound.set(outbound.txnId, outbound);
  failLater(core, outbound, 491, 'Request Pending');
  const meta = ownMeta(core, flow.listener, 0);
  return { ok: true, message: request, meta, txnId: outbound.txnId, dialogId: dialog.id };
}

function newOutbound(
  owner: Owner | null,
  request: SipRequest,
  flow: Flow,
  dialog: Dialog | null,
  onFinal: ((response: SipResponse) => void) | null = null,
  attempts: readonly Attempt[] = [],
): OutboundRequest {
  return {
    txnId: newTxnId(),
    request,
    flow,
    attempts,
    dialog,
    owner,
    transaction: null,
    provisional: false,
    cancel: null,
    guard: null,
    onFinal,
    done: false,
  };
}
