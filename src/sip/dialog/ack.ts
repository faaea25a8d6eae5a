import { encodeMessage } from '../message/build.js';
import { Headers } from '../message/headers.js';
import { packBytes } from '../message/keep.js';
import { NO_BODY, SipRequest } from '../message/message.js';
import { newBranch } from '../random.js';
import type { Listener } from '../transport/flow.js';
import type { AppRequest, Reply } from './application.js';
import { type Core, disarm, newTxnId, ownMeta } from './core.js';
import type { Acknowledgement, Dialog, SentAck } from './dialog.js';
import { addressRequest, type DialogState } from './dialog-state.js';
import { viaValue } from './fill.js';
import { findRoute, flowTo } from './next-hop.js';

/** The ACK for a 2xx (RFC 3261 §13.2.2.4): addressed as in the dialog, CSeq number and credentials of the INVITE. */
export function buildAck(
  state: DialogState,
  invite: SipRequest,
  listener: Listener,
  app: AppRequest | null,
): SipRequest {
  const addressing = addressRequest(state);
  const headers = new Headers();
  headers.add('Via', viaValue(listener, newBranch())).add('Max-Forwards', '70');
  for (const entry of addressing.routes) headers.add('Route', entry);
  headers.add('From', state.local).add('To', state.remote).add('Call-ID', state.callId);
  headers.add('CSeq', `${invite.cseq.number} ACK`);
  for (const name of ['Authorization', 'Proxy-Authorization'] as const) {
    for (const value of invite.headers.all(name)) headers.add(name, value);
  }
  if (app !== null) copyAckHeaders(headers, app);
  return new SipRequest('ACK', addressing.requestUri, headers, app?.body ?? NO_BODY);
}

const STACK_HEADERS: ReadonlySet<string> = new Set([
  'Via',
  'Max-Forwards',
  'Route',
  'Record-Route',
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Content-Length',
  'RSeq',
]);

function copyAckHeaders(headers: Headers, app: AppRequest): void {
  for (let i = 0; i < app.headers.size; i++) {
    const name = app.headers.names[i] ?? '';
    if (!STACK_HEADERS.has(name)) headers.add(name, app.headers.values[i] ?? '');
  }
}

/** Sends the ACK and keeps it for the case that the 2xx comes again. */
export function acknowledge(
  core: Core,
  dialog: Dialog,
  owed: Acknowledgement,
  app: AppRequest | null,
  reply: Reply,
): void {
  const { state } = dialog;
  const invite = owed.outbound.request;
  core.owed.delete(owed.outbound.txnId);
  owed.deadline = disarm(core, owed.deadline);
  if (state === null) {
    reply({ ok: false, reason: 'Server error: unable to find dialog for dialog id provided' });
    return;
  }
  findRoute(
    core,
    addressRequest(state).nextHop,
    dialog.listener,
    (route) => {
      if (!route.ok) {
        reply(route);
        return;
      }
      const message = buildAck(state, invite, route.listener, app);
      const bytes = encodeMessage(message);
      const sent: SentAck = { text: packBytes(bytes), flow: flowTo(core, route) };
      owed.ack = sent;
      // The 2xx may come again for as long as our transaction listens (timer M).
      if (dialog.phase !== 'ended') {
        const forget = (): boolean => dialog.acknowledgements.delete(invite.cseq.number);
        owed.deadline = core.clock.setTimeout(forget, core.timers.timeout);
      }
      core.transport.send(sent.flow, message, bytes, false);
      const meta = ownMeta(core, sent.flow.listener, bytes.length);
      reply({ ok: true, message, meta, txnId: newTxnId(), dialogId: dialog.id });
    },
    dialog,
  );
}

/** A dialog ends: what the application still owed is acknowledged, or the peer would repeat its 2xx. */
export function settleAcknowledgements(core: Core, dialog: Dialog): void {
  for (const owed of dialog.acknowledgements.values()) {
    owed.deadline = disarm(core, owed.deadline);
    if (core.owed.has(owed.outbound.txnId)) acknowledge(core, dialog, owed, null, () => undefined);
  }
}
