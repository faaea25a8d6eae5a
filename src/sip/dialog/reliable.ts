import type { SipRequest, SipResponse } from '../message/message.js';
import { parseCount } from '../message/params.js';
import type { AppResponse, Outcome } from './application.js';
import { type Core, disarm } from './core.js';
import type { Dialog, InboundRequest, ReliableProvisional } from './dialog.js';

/** Reliable provisional responses (RFC 3262): ours until their PRACK, the peer's in their order. */

const RELIABLE = '100rel';

/** Largest RSeq and CSeq, 2^31-1 (RFC 3262 §7.1). */
const MAX_NUMBER = 0x7fff_ffff;

/** Responses that may wait for a PRACK at a time. */
const MAX_HELD = 8;

function names(message: SipRequest, header: 'Require' | 'Supported'): boolean {
  return message.headers.has(header) && message.list(header).some((tag) => tag.toLowerCase() === RELIABLE);
}

/**
 * Whether a provisional response goes out reliably: the application asks for it, or the peer requires it (§3).
 * `refused` when the peer does not know the extension.
 */
export function reliability(inbound: InboundRequest, app: AppResponse): 'plain' | 'reliable' | 'refused' {
  const { request } = inbound;
  if (app.status <= 100 || app.status >= 200) return 'plain';
  const asked = app.headers.all('Require').some((value) => value.toLowerCase().includes(RELIABLE));
  if (request.method !== 'INVITE' || inbound.dialog === null) return asked ? 'refused' : 'plain';
  const required = names(request, 'Require');
  if (!asked) return required ? 'reliable' : 'plain';
  return required || names(request, 'Supported') ? 'reliable' : 'refused';
}

/** The next RSeq of a dialog: the first one is ours to choose below 2^31, then one more each time (§3). */
export function nextRseq(dialog: Dialog): number {
  dialog.rseq += 1;
  return dialog.rseq;
}

/**
 * Whether a response must wait: §3 allows one unacknowledged reliable response at a time, and no 2xx while one with
 * a session description is unacknowledged.
 */
export function mustWait(inbound: InboundRequest, status: number, reliable: boolean): boolean {
  const { dialog, request } = inbound;
  if (dialog === null || request.method !== 'INVITE') return false;
  if (!reliable && (status < 200 || status >= 300)) return false;
  if (dialog.held.length > 0) return true;
  const open = unacknowledged(dialog);
  if (open !== null) return reliable || open.response.body.length > 0;
  // The PRACK is there but has no answer yet: that goes first.
  for (const inbound of dialog.inbound) if (inbound.request.method === 'PRACK') return true;
  return false;
}

/** The response that is being sent until its PRACK comes. */
function unacknowledged(dialog: Dialog): ReliableProvisional | null {
  return dialog.provisional?.deadline == null ? null : dialog.provisional;
}

/** Keeps a response for later; false when too many wait. */
export function hold(dialog: Dialog, send: () => void, final: boolean): boolean {
  if (dialog.held.length >= MAX_HELD) return false;
  dialog.held.push({ send, final });
  return true;
}

function stop(core: Core, provisional: ReliableProvisional): void {
  provisional.timer = disarm(core, provisional.timer);
  provisional.deadline = disarm(core, provisional.deadline);
}

/** Forgets what waits for a PRACK; for a final response, or the end of the dialog. */
export function stopProvisional(core: Core, dialog: Dialog): void {
  if (dialog.provisional !== null) stop(core, dialog.provisional);
  dialog.provisional = null;
  dialog.held.length = 0;
}

/** The INVITE is settled: nothing of it is sent any more, yet a PRACK that is on its way still fits (§3). */
export function finishProvisional(core: Core, dialog: Dialog): void {
  if (dialog.provisional !== null) stop(core, dialog.provisional);
  dialog.held.length = 0;
}

/** Whether a PRACK names our unacknowledged response (§3, §7.2); stops sending it. */
export function takePrack(core: Core, dialog: Dialog, prack: SipRequest): boolean {
  // Some peers repeat the method behind it; the first three words are what counts.
  const rack = (prack.headers.get('RAck') ?? '').trim().split(/\s+/, 3).join(' ');
  const { provisional } = dialog;
  if (provisional === null || provisional.rack !== rack) return false;
  stop(core, provisional);
  dialog.provisional = null;
  return true;
}

/** The PRACK has its answer: what waited goes out, up to the next reliable response. */
export function releaseHeld(dialog: Dialog): void {
  while (dialog.held.length > 0 && unacknowledged(dialog) === null) dialog.held.shift()?.send();
}

/** The RSeq of a response that wants a PRACK; null for any other. */
function rseqOf(response: SipResponse): number | null {
  if (!response.headers.has('RSeq')) return null;
  if (!response.list('Require').some((tag) => tag.toLowerCase() === RELIABLE)) return null;
  return parseCount((response.headers.get('RSeq') ?? '').trim(), MAX_NUMBER);
}

/** §4: retransmissions, and responses ahead of their turn, do not reach the application. */
export function inOrder(dialog: Dialog, response: SipResponse): boolean {
  const rseq = rseqOf(response);
  if (rseq === null) return true;
  const key = `${response.toTag} ${response.cseq.number}`;
  const last = dialog.peerRseq.get(key);
  if (last !== undefined && rseq !== last + 1) return false;
  dialog.peerRseq.set(key, rseq);
  return true;
}

/** The tag of the early dialog that a PRACK of ours belongs to; undefined when its RAck names none. */
export function prackTag(dialog: Dialog, rack: string): string | undefined {
  const [rseq = '', cseq = ''] = rack.trim().split(/\s+/);
  for (const [key, last] of dialog.peerRseq) {
    if (String(last) === rseq && key.endsWith(` ${cseq}`)) return key.slice(0, -cseq.length - 1);
  }
  return undefined;
}

export const NOT_RELIABLE: Outcome = { ok: false, reason: 'Remote endpoint does not support 100rel' };
export const TOO_MANY_HELD: Outcome = { ok: false, reason: 'too many responses wait for a PRACK' };
