/**
 * An agent goes on with another phone, or with the same page loaded anew, while a transfer is under way (RFC 3891): the
 * new leg has the place of the old one, and nobody is moved.
 */
import { heard } from './anchored.js';
import type { Leg, LegId, Phase } from './call.js';
import { closeExchangesWith } from './exchange.js';
import { offerOf } from './link.js';
import { letGo } from './notify.js';
import { isGone, isUp, partnerOf, type Work } from './work.js';

/** What a transferor is told by its last NOTIFY whose other phone goes on with the transfer: it is over for this one. */
const GOES_ON_ELSEWHERE = 487;

/**
 * Whom a leg would hear that takes the place of this one in the transfer under way; null when it has no place in one
 * that could be taken now. Who waits is told of the transferor, and put on hold again.
 */
export function heardAtPlace({ call }: Work, replaced: LegId): Leg | null {
  const { phase } = call;
  const seats = seatsOf(phase);
  if (!seats.includes(replaced)) return null;
  const [transferor = null] = seats;
  const other = call.legs[partnerOf(call, replaced) ?? transferor ?? ''];
  return other !== undefined && isUp(other) && other.remote !== null ? other : null;
}

/** Agents in the transfer: the transferor first, then the target that speaks with it. */
function seatsOf(phase: Phase): readonly LegId[] {
  switch (phase.name) {
    case 'transferring':
      return phase.transferor === null ? [] : [phase.transferor];
    case 'consulting':
    case 'conferring':
      return [phase.transferor, phase.target];
    default:
      return [];
  }
}

/** The new leg is answered and has the place; the old one is let go. The transfer goes on. */
export function takePlace(w: Work, taking: Leg, replaced: Leg, other: Leg): void {
  answerTaker(w, taking, { from: other.id, sdp: offerOf(other) }, replaced.transferId);
  w.setPhase(seated(w.call.phase, replaced.id, taking.id));
  letGo(w, replaced.id, GOES_ON_ELSEWHERE, 'replaced');
  if (isGone(w.leg(replaced.id))) closeExchangesWith(w, replaced.id);
}

function seated(phase: Phase, replaced: LegId, taking: LegId): Phase {
  const now = <T extends LegId | null>(id: T): T | LegId => (id === replaced ? taking : id);
  switch (phase.name) {
    case 'transferring':
      return { ...phase, transferor: now(phase.transferor), rounds: 0 };
    case 'consulting': {
      const link = { a: now(phase.link.a), b: now(phase.link.b), rounds: 0 };
      const target = now(phase.target);
      const transfer = { ...phase.transfer, targetLeg: target };
      return { ...phase, transferor: now(phase.transferor), target, transfer, link, holds: 0 };
    }
    case 'conferring': {
      const target = now(phase.target);
      const transfer = { ...phase.transfer, targetLeg: target };
      return { ...phase, transferor: now(phase.transferor), target, transfer };
    }
    default:
      return phase;
  }
}

/** Answer the INVITE of a leg that takes the place of another; `sdp` null: nothing is known of whom it is to hear. */
export function answerTaker(
  w: Work,
  { id, remote, role, member }: Leg,
  { from, sdp }: { readonly from: LegId; readonly sdp: string | null },
  transferId: string | null,
): void {
  const lateOffer = remote === null && sdp !== null;
  heard(w, id, remote, 'offer');
  w.emit({ type: 'answer', leg: id, sdp, from });
  w.patchLeg(id, {
    state: 'answered',
    answeredAt: w.at,
    sipStatus: 200,
    transferId,
    given: sdp === null ? null : { from, sdp },
    exchange: lateOffer ? { kind: 'ack-awaited', offer: sdp, from: null } : null,
  });
  w.publish('leg-answered', { legId: id, transferId }, { role, member });
}
