import { areJoined, isConferring } from '../../call/anchored.js';
import type { Call, Leg } from '../../call/call.js';
import { cutSdp, directionOf } from '../../media/rtpengine/sdp-sections.js';

/** Who hears whom at this moment, with the caller in it. */
export interface Conversation {
  readonly caller: Leg;
  /** Whom the caller talks with; they all hear the caller. */
  readonly others: readonly [Leg, ...Leg[]];
}

/** The caller's conversation; null while they wait, are on hold, or hear a prompt. */
export function conversationOf(call: Call): Conversation | null {
  const caller = call.legs[call.callerLeg];
  if (caller !== undefined && isConferring(caller)) return conferenceOf(call, caller);
  const partner = call.legs[caller?.given?.from ?? ''];
  if (caller === undefined || partner === undefined || !areJoined(caller, partner)) return null;
  return [caller, partner].every(talks) ? { caller, others: [partner] } : null;
}

/** All in the conference with the caller. */
function conferenceOf(call: Call, caller: Leg): Conversation | null {
  const [first, ...more] = Object.values(call.legs).filter(
    (leg) => leg.id !== caller.id && isConferring(leg) && talks(leg),
  );
  return first !== undefined && talks(caller) ? { caller, others: [first, ...more] } : null;
}

/** Answered, not on its way out, and not holding the other (RFC 3264 §8.4). */
function talks({ state, remote }: Leg): boolean {
  if (state !== 'answered') return false;
  const direction = remote === null ? 'sendrecv' : directionOf(cutSdp(remote));
  return direction === 'sendrecv' || direction === 'recvonly';
}
