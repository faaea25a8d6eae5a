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
  if (caller === undefined || !talks(caller)) return null;
  const [first, ...more] = partnersOf(call, caller).filter(talks);
  return first === undefined ? null : { caller, others: [first, ...more] };
}

function partnersOf({ legs }: Call, caller: Leg): readonly Leg[] {
  if (isConferring(caller)) return Object.values(legs).filter((leg) => leg !== caller && isConferring(leg));
  const partner = legs[caller.given?.from ?? ''];
  return partner !== undefined && areJoined(caller, partner) ? [partner] : [];
}

/** Answered, not on its way out, and not holding the other (RFC 3264 §8.4). */
function talks({ state, remote }: Leg): boolean {
  if (state !== 'answered') return false;
  const direction = remote === null ? 'sendrecv' : directionOf(cutSdp(remote));
  return direction === 'sendrecv' || direction === 'recvonly';
}
