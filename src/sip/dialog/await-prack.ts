import type { SipResponse } from '../message/message.js';
import { type Core, later, ownMeta } from './core.js';
import type { Dialog, InboundRequest, ReliableProvisional } from './dialog.js';
import { byeBy, endDialog } from './end.js';
import { refuse } from './refuse.js';
import { stopProvisional } from './reliable.js';
import { settle } from './settle.js';

/** Sends a reliable response again, T1 doubling, until its PRACK comes; after 64*T1 the INVITE is refused (RFC 3262 §3). */
export function awaitPrack(
  core: Core,
  dialog: Dialog,
  inbound: InboundRequest,
  response: SipResponse,
  bytes: Buffer,
): void {
  const provisional: ReliableProvisional = {
    response,
    rack: `${response.headers.get('RSeq') ?? ''} ${response.headers.get('CSeq') ?? ''}`,
    interval: core.timers.t1,
    timer: null,
    deadline: null,
  };
  dialog.provisional = provisional;
  const again = (): void => {
    inbound.transaction.respond(response, bytes);
    provisional.interval *= 2;
    provisional.timer = core.clock.setTimeout(again, provisional.interval);
  };
  provisional.timer = core.clock.setTimeout(again, provisional.interval);
  provisional.deadline = core.clock.setTimeout(() => giveUp(core, dialog, inbound), core.timers.timeout);
}

/** No PRACK in 64*T1: the INVITE gets a 5xx; an application that has answered meanwhile hears of the end. */
function giveUp(core: Core, dialog: Dialog, inbound: InboundRequest): void {
  const answered = dialog.held.some(({ final }) => final);
  const { owner, state } = dialog;
  core.log.warn({ dialogId: dialog.id }, 'a reliable provisional response was never acknowledged');
  stopProvisional(core, dialog);
  settle(core, inbound);
  refuse(inbound.transaction, 504, 'Server Time-out');
  if (dialog.phase === 'confirmed') return;
  endDialog(core, dialog, inbound);
  if (!answered || state === null) return;
  const message = byeBy(state, dialog.listener, 'ACK timeout');
  const meta = ownMeta(core, dialog.listener, 0);
  later(() => owner?.deliver({ type: 'unsolicited', message, meta, dialogId: dialog.id }));
}
