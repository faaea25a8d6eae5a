import type { CommandOf } from '../call/command.js';
import type { Trunk } from '../dialplan/plan.js';
import { contextBodies, contextHeaders } from './context-headers.js';
import type { Naming } from './naming.js';
import type { OutgoingInvite } from './signalling.js';

/** How things are named towards any trunk. */
export interface NamingParts extends Pick<Naming, 'ownHost' | 'screenPopUrl'> {
  formatNumber(trunk: Trunk | undefined, number: string): string;
}

/** What the INVITE to a target says beside its session description. */
export function invitation(
  { to, offer, context }: CommandOf<'invite'>,
  trunk: Trunk | undefined,
  parts: NamingParts,
): Omit<OutgoingInvite, 'sdp'> {
  const naming: Naming = {
    ownHost: parts.ownHost,
    trusted: to.phone !== null || trunk?.kind === 'member',
    toUser: to.phone !== null,
    formatNumber: (number) => parts.formatNumber(trunk, number),
    screenPopUrl: (id, withheld) => parts.screenPopUrl(id, withheld),
  };
  const headers = contextHeaders(context, naming);
  const bodies = contextBodies(context, naming);
  const { nextHop = null, route = null } = to.phone ?? {};
  return { uri: to.uri, nextHop, route, headers, credentials: trunk?.auth ?? null, from: offer.from, bodies };
}
