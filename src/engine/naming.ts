import type { CallId, TransferId } from '../call/call.js';

/** How things are named towards the trunk that a target is called on. */
export interface Naming {
  /** `host:port` of ours, for URIs that name our own numbers. */
  readonly ownHost: string;
  /**
   * The trunk is inside the trust domain (RFC 3325 §2.3): its peer keeps to itself what the caller wants private.
   * Trunks of members are, carriers are not.
   */
  readonly trusted: boolean;
  /** The peer is the phone of whoever answers: what is to be kept from users is not told at all. */
  readonly toUser: boolean;
  /** A subscriber's number as the trunk wants it. */
  formatNumber(number: string): string;
  /**
   * URL that the target's desk can open to see the transfer, or the call; null when there is none. `withheld`: the page
   * must not say who calls.
   */
  screenPopUrl(id: TransferId | CallId, withheld: boolean): string | null;
}

/** Characters of a SIP user part that need no escape (RFC 3261 §25.1: unreserved and user-unreserved). */
export function userPart(text: string): string {
  return encodeURIComponent(text).replace(/%(2B|26|3D|24|2C|3B|3F|2F)/g, (code) => decodeURIComponent(code));
}

/** One of our own numbers as a URI, without angle brackets. */
export function ownUri(number: string, naming: Naming): string {
  return `sip:${userPart(number)}@${naming.ownHost}`;
}
