/** Reading what we need from messages as drachtio-srf gives them, and the bodies that we give to it. */
import type { CarriedBody } from '../call/carried.js';
import type { Content, SipMessageParts } from './drachtio.js';
import { readAddress, splitValues, userOf } from './header-values.js';
import { nameOf } from './leg-port.js';
import { mediaType, readParts, writeParts } from './multipart.js';

export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY, MESSAGE';
/**
 * Told to peers, so that their phones offer attended transfers. `norefersub` is understood and not told: a phone that
 * learns of it may leave the agent without news of a transfer.
 */
export const SUPPORTED = 'replaces';
const SDP_TYPE = 'application/sdp';
/** Longest name of an agent, characters. */
const LONGEST_NAME = 64;

/** The session description in a body, alone or among other parts (RFC 5621 §3.1); null when there is none. */
export function sdpOf(message: SipMessageParts): string | null {
  const { body } = message;
  if (typeof body !== 'string' || body.trim() === '') return null;
  const contentType = message.get('Content-Type');
  if (contentType === undefined || mediaType(contentType) === SDP_TYPE) return body;
  return readParts(contentType, body).find((part) => part.type === SDP_TYPE)?.text ?? null;
}

/** Body and its type, for messages that carry a description, and perhaps more. */
export function withSdp(
  sdp: string | null,
  bodies: readonly CarriedBody[] = [],
): Content & { headers: object } {
  if (bodies.length === 0) {
    return sdp === null ? { headers: {} } : { body: sdp, headers: { 'Content-Type': SDP_TYPE } };
  }
  const session = { type: SDP_TYPE, id: null, disposition: null };
  const { contentType, body } = writeParts([
    ...(sdp === null ? [] : [{ ...session, text: sdp }]),
    // A peer that cannot read a part may still take the call (RFC 3204 §3); a header names the part (RFC 5621 §5).
    ...bodies.map((b) => ({
      ...b,
      disposition: `${b.id === null ? 'render' : 'by-reference'};handling=optional`,
    })),
  ]);
  return { body, headers: { 'Content-Type': contentType, 'MIME-Version': '1.0' } };
}

export function allowsUpdate(message: SipMessageParts): boolean {
  return (message.get('Allow') ?? '').toUpperCase().includes('UPDATE');
}

/** Server's name of the dialog that an INVITE begins. */
export function dialogIdOf(invite: SipMessageParts): string {
  return nameOf(invite.get('Call-ID') ?? '', tagOf(invite.get('From')) ?? '');
}

/** The tag of a From or To header; null when it has none. */
export function tagOf(header: string | undefined): string | null {
  const at = (header ?? '').toLowerCase().lastIndexOf(';tag=');
  if (header === undefined || at === -1) return null;
  const rest = header.slice(at + 5);
  const end = rest.search(/[;,>\s]/);
  return end === -1 ? rest : rest.slice(0, end);
}

/** Caller's number and name: P-Asserted-Identity of a trusted trunk (RFC 3325) before From. */
export function callerOf(invite: SipMessageParts): { number: string | null; name: string | null } {
  const header = invite.get('P-Asserted-Identity') ?? invite.get('From') ?? '';
  const address = readAddress(splitValues(header)[0] ?? '');
  const number = address === null ? null : userOf(address.uri);
  return {
    number: number?.toLowerCase() === 'anonymous' ? null : number,
    name: address?.name ?? null,
  };
}

/**
 * Who answered, as a 2xx tells: P-Asserted-Identity (RFC 3325), else Remote-Party-ID, else Contact where that is not
 * just what was dialled. Null when it does not say.
 */
export function agentOf(answer: SipMessageParts, dialled: string | null): string | null {
  for (const name of ['P-Asserted-Identity', 'Remote-Party-ID', 'Contact']) {
    const address = readAddress(splitValues(answer.get(name) ?? '')[0] ?? '');
    const user = address === null ? null : userOf(address.uri);
    if (user === null || user.length > LONGEST_NAME) continue;
    return name === 'Contact' && user === dialled ? null : user;
  }
  return null;
}

/** Number of a CSeq header. */
export function cseqOf(message: SipMessageParts): number {
  return Number.parseInt(message.get('CSeq') ?? '0', 10) || 0;
}

/** Max-Forwards of a request, 0 to 255; that of a new one (RFC 3261 §8.1.1.6) when it has none that can be read. */
export function maxForwardsOf(request: SipMessageParts): number {
  const text = request.get('Max-Forwards')?.trim() ?? '';
  return /^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : 70;
}

/** Errors of drachtio-srf are sometimes bare strings. */
export function errorText(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}
