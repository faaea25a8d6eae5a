/** A media server that had lost a call made it anew, at other ports: whoever was told the old ones is told again. */
import type { LegId } from './call.js';
import { sendOffer } from './exchange.js';
import { isGone, isUp, type Work } from './work.js';

/** The media of these legs is elsewhere now. A leg that was told nothing yet learns the new place in its turn. */
export function mediaMoved(w: Work, legs: readonly LegId[]): void {
  for (const id of legs) {
    const leg = w.call.legs[id];
    if (leg === undefined || isGone(leg)) continue;
    // The first offer to a leg that came from another call may be on its way.
    const told = leg.given !== null || leg.exchange?.kind === 'offered';
    if (told) w.patchLeg(id, { mediaMoved: true });
  }
}

/**
 * Tell those who are free for it. One that rings, or is in an exchange that began before, is told when that is over: a
 * second offer meanwhile would be refused (RFC 3261 §14.1).
 */
export function tellMoved(w: Work): void {
  for (const leg of Object.values(w.call.legs)) {
    if (!leg.mediaMoved || !isUp(leg) || !leg.acked || leg.exchange !== null || leg.given === null) continue;
    const { from, sdp } = leg.given;
    sendOffer(w, leg.id, { sdp, from, relay: false, method: 'INVITE', attempt: 1 });
  }
}
