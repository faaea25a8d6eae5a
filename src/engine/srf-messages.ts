/** Reading what we need from messages as drachtio-srf gives them. */
import type { SipMessageParts, SrfRequest } from './drachtio.js';

export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY, MESSAGE';
const SDP_TYPE = 'application/sdp';

/** The session description in a body, null when there is none. */
export function sdpOf(message: SipMessageParts): string | null {
  const { body } = message;
  if (typeof body !== 'string' || body.trim() === '') return null;
  const type = message.get('Content-Type');
  return type === undefined || type.toLowerCase().startsWith(SDP_TYPE) ? body : null;
}

/** Body and its type, for requests and responses that carry a description. */
export function withSdp(sdp: string | null): { body?: string; headers: Record<string, string> } {
  return sdp === null ? { headers: {} } : { body: sdp, headers: { 'Content-Type': SDP_TYPE } };
}

export function allowsUpdate(message: SipMessageParts): boolean {
  return (message.get('Allow') ?? '').toUpperCase().includes('UPDATE');
}

/** Server's name of the dialog that an INVITE begins (Call-ID and tag of the From header). */
export function dialogIdOf(invite: SipMessageParts): string {
  const from = invite.get('From') ?? '';
  const at = from.toLowerCase().lastIndexOf(';tag=');
  const rest = at === -1 ? '' : from.slice(at + 5);
  const end = rest.search(/[;,>\s]/);
  return `${invite.get('Call-ID') ?? ''};from-tag=${end === -1 ? rest : rest.slice(0, end)}`;
}

/** Caller's number and name: P-Asserted-Identity of a trusted trunk (RFC 3325) before From. */
export function callerOf(invite: SrfRequest): { number: string | null; name: string | null } {
  const header = invite.get('P-Asserted-Identity') ?? invite.get('From') ?? '';
  const match = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))?\s*<?\s*(?:sips?|tel):([^@;>?]*)/i.exec(header);
  if (match === null) return { number: null, name: null };
  const name = (match[1] ?? match[2] ?? '').replace(/\\(.)/g, '$1').trim();
  const number = decode(match[3] ?? '');
  return {
    number: number === '' || number.toLowerCase() === 'anonymous' ? null : number,
    name: name === '' ? null : name,
  };
}

function decode(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

/** Number of a CSeq header. */
export function cseqOf(message: SipMessageParts): number {
  return Number.parseInt(message.get('CSeq') ?? '0', 10) || 0;
}

/** Errors of drachtio-srf are sometimes bare strings. */
export function errorText(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}
