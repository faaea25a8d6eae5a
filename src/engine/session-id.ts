/** Session-ID (RFC 7989): every message to a leg names the party at the other end of the call, and the leg's own. */

/** One end of a session. */
export interface SessionParty {
  /** 32 lower-case hexadecimal digits; null until the party has told its own, or got one from us. */
  uuid: string | null;
}

/** Stands for a party that is not known (RFC 7989 §4.1). */
export const NIL_UUID = '0'.repeat(32);

/** The sender's UUID in a Session-ID, that of RFC 7329 included; null when there is none or it is nil. */
export function sessionUuid(header: string | undefined): string | null {
  const uuid = /^\s*([0-9A-Fa-f]{32})(?![0-9A-Za-z])/.exec(header ?? '')?.[1]?.toLowerCase();
  return uuid === undefined || uuid === NIL_UUID ? null : uuid;
}

/** Session-ID of a message to `own`, which speaks with `partner`; null for nobody. */
export function sessionId(partner: SessionParty | null, own: SessionParty): string {
  return `${partner?.uuid ?? NIL_UUID};remote=${own.uuid ?? NIL_UUID}`;
}
