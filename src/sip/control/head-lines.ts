import { randomUUID } from 'node:crypto';
import type { Meta, Outcome, Upcall } from '../dialog/application.js';
import { isWebSocket } from '../transport/flow.js';

/** Head lines of the frames that go to the client; tokens are separated by `|`. */

let second = -1;
let prefix = '';

/** `HH:MM:SS.ffffff` in UTC. */
export function clockText(time: number): string {
  const whole = Math.floor(time / 1000);
  if (whole !== second) {
    second = whole;
    prefix = new Date(whole * 1000).toISOString().slice(11, 19);
  }
  const millis = Math.floor(time) - whole * 1000;
  return `${prefix}.${String(millis).padStart(3, '0')}000`;
}

function metaTokens(meta: Meta): string {
  // The protocol knows udp, tcp and tls: a WebSocket counts as the stream that it runs on.
  const protocol = isWebSocket(meta.transport) ? 'tcp' : meta.transport;
  return `${meta.source}|${meta.bytes}|${protocol}|${meta.host}|${meta.port}|${clockText(meta.time)}`;
}

/** A bar or a line end would break a head line. */
function safe(text: string): string {
  return text.replace(/[|\r\n]/g, ' ');
}

export type ReplyVerdict = 'OK' | 'NO' | 'NOK';

/** A reply without a SIP message. */
export function replyLine(rid: string, verdict: ReplyVerdict, text: string): string {
  return `${randomUUID()}|response|${rid}|${verdict}${text === '' ? '' : `|${text}`}`;
}

/** NOK with its reason. */
export function refusalLine(rid: string, reason: string): string {
  return replyLine(rid, 'NOK', safe(reason));
}

/** The reply to a message that was sent; responses also name their dialog. */
export function sentLine(rid: string, sent: Extract<Outcome, { ok: true }>): string {
  const base = `${randomUUID()}|response|${rid}|OK|${metaTokens(sent.meta)}|${sent.txnId}`;
  return sent.message.kind === 'request'
    ? `${base}|Msg sent:|`
    : `${base}|${safe(sent.dialogId)}||Msg sent:|`;
}

/** A final response that a proxied request got from a destination. */
export function progressLine(rid: string, meta: Meta): string {
  return `${randomUUID()}|response|${rid}|OK|${metaTokens(meta)}|||continue`;
}

/** The head line of a `sip` or `cdr` frame. */
export function upcallLine(upcall: Upcall): string {
  if (upcall.type === 'cdr') {
    const detail = upcall.detail === '' ? '' : `|${upcall.detail}`;
    return `${randomUUID()}|${upcall.event}|${upcall.source}|${clockText(upcall.time)}${detail}`;
  }
  const txnId = upcall.type === 'unsolicited' ? 'unsolicited' : upcall.txnId;
  const base = `${randomUUID()}|sip|${metaTokens(upcall.meta)}|${txnId}|${safe(upcall.dialogId)}|`;
  if (upcall.type !== 'request' || upcall.receivedOn === null) return base;
  return `${base}${upcall.receivedOn.host}|${upcall.receivedOn.port}|`;
}
