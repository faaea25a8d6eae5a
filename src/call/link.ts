/** Bringing two answered parties together: each must know where the other receives media now. */
import { areJoined, isAnchored, join, park } from './anchored.js';
import type { Leg, LegId, Link } from './call.js';
import { sendOffer } from './exchange.js';
import { onHold, stillServes, twoWay } from './session-description.js';
import { isUp, type Work } from './work.js';

/** Two peers that answer every offer with something new are left as they are after so many offers. */
export const MAX_ROUNDS = 4;

/** What a leg's peer may be offered to somebody else: a hold that it merely answered is not its wish. */
export function offerOf(leg: Leg): string | null {
  if (leg.remote === null) return null;
  return leg.remoteOffered ? leg.remote : twoWay(leg.remote);
}

function knows(leg: Leg, other: Leg): boolean {
  if (other.remote === null) return true;
  if (leg.given === null || leg.given.from !== other.id) return false;
  return stillServes(leg.given.sdp, other.remote, leg.remote) || leg.given.sdp === offerOf(other);
}

/**
 * Put a leg on hold, as one that has nobody to talk to for the moment: send the offer if none was sent yet and the
 * leg is free for it. True when an offer went out.
 */
export function hold(w: Work, id: LegId): boolean {
  const leg = w.leg(id);
  if (!isUp(leg) || leg.exchange !== null || leg.given === null || leg.given.from === null) return false;
  if (isAnchored(w)) {
    park(w, id, 'music');
    return false;
  }
  const sdp = onHold(leg.given.sdp);
  sendOffer(w, id, { sdp, from: null, relay: false, method: 'INVITE', attempt: 1 });
  return true;
}

/** A party has refused the other's description for good: leave the two as they are. */
export function giveUpOn(link: Link): Link {
  return { ...link, rounds: MAX_ROUNDS };
}

/**
 * Send the one offer that the link needs next, if any and if both legs are free for it.
 * `settled`: both know of each other. `busy`: an exchange is under way, ask again when it is over. `apart`: they do
 * not, and all offers have been made.
 */
export function reconcile(
  w: Work,
  link: Link,
): { readonly state: 'settled' | 'busy' | 'apart'; readonly link: Link } {
  const a = w.leg(link.a);
  const b = w.leg(link.b);
  if (!isUp(a) || !isUp(b) || a.exchange !== null || b.exchange !== null) return { state: 'busy', link };
  // A leg that came from another call has no place in the media of this one yet: it is offered one like all others.
  if (isAnchored(w) && a.given !== null && b.given !== null) {
    if (!areJoined(a, b)) join(w, a.id, b.id);
    return { state: 'settled', link };
  }
  let apart = false;
  for (const [to, from] of [
    [a, b],
    [b, a],
  ] as const) {
    const sdp = offerOf(from);
    if (sdp === null || knows(to, from) || (isAnchored(w) && to.given !== null)) continue;
    if (link.rounds >= MAX_ROUNDS) {
      apart = true;
      continue;
    }
    sendOffer(w, to.id, { sdp, from: from.id, relay: false, method: 'INVITE', attempt: 1 });
    return { state: 'busy', link: { ...link, rounds: link.rounds + 1 } };
  }
  return { state: apart ? 'apart' : 'settled', link };
}
