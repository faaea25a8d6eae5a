/** What a called party is told of how the call came to it. */

import type { CarriedBody } from '../call/carried.js';
import type { CallContext } from '../call/command.js';
import { callHistory } from './call-history.js';
import { callerIdentity, wantsAnonymity } from './caller-identity.js';
import { type Naming, ownUri } from './naming.js';
import type { Headers } from './signalling.js';
import { transferIdToUser } from './user-to-user.js';

/**
 * Headers of an INVITE to a target: From, P-Asserted-Identity and Privacy (`caller-identity.ts`), History-Info and
 * Diversion (`call-history.ts`), Referred-By (RFC 3892), User-to-User (`user-to-user.ts`), Call-Info with the link to
 * the screen pop (RFC 3261 §20.9), Geolocation (RFC 6442) and Resource-Priority (RFC 4412). Location, link and what
 * members' PBXs say go to trunks inside the trust domain only; an emergency member gets the location in any case.
 * Max-Forwards goes on as the caller's INVITE left it (RFC 7332).
 */
export function contextHeaders(context: CallContext, naming: Naming): Headers {
  if (context.callBack) return callBackHeaders(context, naming);
  return {
    ...callerIdentity(context, naming),
    ...callHistory(context, naming),
    ...transferHeaders(context, naming),
    ...screenPop(context, naming),
    ...location(context, naming),
    ...priority(context, naming),
    'Max-Forwards': String(context.maxForwards),
  };
}

/**
 * A caller who is called back is told whose number it is that calls, and nothing of how the call came about. Networks
 * let the call of an emergency desk through where they would screen others (RFC 7090).
 */
function callBackHeaders(context: CallContext, naming: Naming): Headers {
  return {
    ...callerIdentity(context, naming),
    ...(context.emergency ? { Priority: 'psap-callback' } : {}),
    'Max-Forwards': String(context.maxForwards),
  };
}

/** Bodies that go to the target beside the session description. */
export function contextBodies(context: CallContext, naming: Naming): readonly CarriedBody[] {
  return mayLocate(context, naming) ? context.carried.bodies : [];
}

function mayLocate(context: CallContext, naming: Naming): boolean {
  return naming.trusted || context.emergency;
}

function transferHeaders(context: CallContext, naming: Naming): Headers {
  const brought = naming.trusted ? context.carried.headers['User-to-User'] : undefined;
  // One value of a package is all that RFC 7433 §4 allows: ours comes before a PBX's.
  const userToUser = context.transferId === null ? null : transferIdToUser(context.transferId);
  const uui = userToUser ?? brought;
  const headers: Headers = uui === undefined ? {} : { 'User-to-User': uui };
  if (context.transferId === null) return headers;
  const by = context.referredBy ?? `<${ownUri(context.divertedFrom ?? context.firstDialled, naming)}>`;
  return { ...headers, 'Referred-By': by };
}

function screenPop(context: CallContext, naming: Naming): Headers {
  // The same rule as for From: desks are not told, those who must find the caller are.
  const withheld = wantsAnonymity(context.carried) && !context.emergency;
  const link = naming.trusted ? naming.screenPopUrl(context.transferId ?? context.callId, withheld) : null;
  return link === null ? {} : { 'Call-Info': `<${link}>;purpose=info` };
}

function location(context: CallContext, naming: Naming): Headers {
  const { Geolocation: geolocation, 'Geolocation-Routing': routing } = context.carried.headers;
  if (geolocation === undefined || !mayLocate(context, naming)) return {};
  return { Geolocation: geolocation, ...(routing === undefined ? {} : { 'Geolocation-Routing': routing }) };
}

/** Calls to emergency members go first in networks that know the namespace (RFC 7135). */
function priority(context: CallContext, naming: Naming): Headers {
  const brought = naming.trusted ? context.carried.headers['Resource-Priority'] : undefined;
  const value = context.emergency ? 'esnet.1' : brought;
  return value === undefined ? {} : { 'Resource-Priority': value };
}
