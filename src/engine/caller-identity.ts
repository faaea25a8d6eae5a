/** Who calls, as a target is told: From, P-Asserted-Identity (RFC 3325) and Privacy (RFC 3323). */

import type { Carried } from '../call/carried.js';
import type { CallContext } from '../call/command.js';
import { type Naming, userPart } from './naming.js';
import type { Headers } from './signalling.js';

const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';
/** Kinds of privacy that hide who calls (RFC 3323 §4.2, RFC 3325 §9.3). */
const HIDING: ReadonlySet<string> = new Set(['id', 'user', 'header']);

/**
 * A caller who wants privacy is anonymous in From. Members' PBXs are told the number all the same, with a Privacy
 * header that obliges them to keep it from their users; carriers are not told it. An emergency member gets number and
 * name in the open, as for any emergency call: the caller must be found. The phone of an agent who is registered with us
 * has nobody behind it to keep it from, so it is told what its agent may know.
 */
export function callerIdentity(context: CallContext, naming: Naming): Headers {
  const privacy = context.carried.headers.Privacy;
  const passed: Headers = privacy === undefined || !naming.trusted ? {} : { Privacy: privacy };
  if (context.callerNumber === null) return { From: ANONYMOUS, ...passed };
  const name = context.callerName === null ? '' : displayName(context.callerName);
  // The SIP server puts its own address for `localhost`, the one of the transport it chooses.
  const caller = `${name}<sip:${userPart(naming.formatNumber(context.callerNumber))}@localhost>`;
  const open: Headers = { From: caller, 'P-Asserted-Identity': caller };
  if (context.emergency) return open;
  if (!wantsAnonymity(context.carried)) return { ...open, ...passed };
  if (!naming.trusted || naming.toUser) return { From: ANONYMOUS };
  const kinds = kindsOf(privacy);
  // Without `id` the peer would be free to show the asserted number.
  const asked = kinds.includes('id') ? passed : { Privacy: ['id', ...kinds].join(';') };
  return { From: ANONYMOUS, 'P-Asserted-Identity': caller, ...asked };
}

/** The caller wants the number kept from whoever answers; it is for networks and emergency members to know. */
export function wantsAnonymity(carried: Carried): boolean {
  return kindsOf(carried.headers.Privacy).some((kind) => HIDING.has(kind));
}

function kindsOf(privacy: string | undefined): readonly string[] {
  const kinds = (privacy ?? '').toLowerCase().split(/[;,]/);
  return kinds.map((kind) => kind.trim()).filter((kind) => kind !== '');
}

function displayName(text: string): string {
  // Line breaks would end the header; the rest is escaped as RFC 3261 §25.1 says of quoted-string.
  const clean = text.replace(/[\r\n\0]+/g, ' ').replace(/["\\]/g, (c) => `\\${c}`);
  return `"${clean}" `;
}
