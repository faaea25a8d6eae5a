/**
 * Offers and answers after the first INVITE (RFC 3264, RFC 3261 §14): a party's own offer passes to the other
 * party and its answer comes back; offers of ours bring two parties together. At most one exchange a leg.
 */
import { answeredByServer, heard, isAnchored } from './anchored.js';
import type { Leg, LegId, OfferMade, RequestRef } from './call.js';
import type { CallEventOf } from './event.js';
import { startGlareTimer } from './legs.js';
import { answerOnHold, onHold } from './session-description.js';
import { isGone, isUp, partnerOf, type Work } from './work.js';

/** Offers refused for glare are made again at most so often; each waits up to 4 s. */
const MAX_ATTEMPTS = 8;

/** How an exchange of ours ended, for whoever started it. */
export type OfferOutcome = 'done' | 'waiting' | 'refused' | 'lost';

/** Send our offer on a leg that has no exchange in progress. */
export function sendOffer(w: Work, to: LegId, made: OfferMade): void {
  // The description is that of this moment.
  w.patchLeg(to, { exchange: { kind: 'offered', ...made }, mediaMoved: false });
  w.emit({ type: 'offer', leg: to, method: made.method, sdp: made.sdp, from: made.from });
}

function respond(
  w: Work,
  leg: LegId,
  request: RequestRef,
  status: number,
  reason: string | null = null,
): void {
  w.emit({ type: 'respond', leg, request, status, reason, code: null, sdp: null, from: null });
}

function accept(w: Work, leg: LegId, request: RequestRef, sdp: string | null, from: LegId | null): void {
  w.emit({ type: 'respond', leg, request, status: 200, reason: null, code: null, sdp, from });
}

/** A party made an offer: re-INVITE, or UPDATE with SDP. */
export function peerOffered(w: Work, event: CallEventOf<'offered'>): void {
  const leg = w.leg(event.leg);
  if (isGone(leg)) return respond(w, leg.id, event.request, 481);
  // RFC 3261 §14.2 and RFC 3311 §5.2: while an exchange is under way the second one is refused and comes again.
  if (leg.state !== 'answered') return respond(w, leg.id, event.request, 491);
  if (leg.exchange !== null && leg.exchange.kind !== 'glare-wait')
    return respond(w, leg.id, event.request, 491);
  // What must be refused anyway does not push our own waiting offer aside: the two would refuse each other in turns.
  if (leg.exchange !== null && !isAnchored(w) && !takesOffer(w, leg, event))
    return respond(w, leg.id, event.request, 491);
  yieldToPeer(w, leg);
  if (answeredByServer(w, leg, event.request, event.sdp)) return;
  if (event.sdp !== null && event.sdp === leg.remote && leg.given !== null) {
    return accept(w, leg.id, event.request, leg.given.sdp, leg.given.from);
  }
  const partner = partnerOf(w.call, leg.id);
  if (partner === null) return answerAlone(w, leg, event);
  const other = w.leg(partner);
  if (w.call.phase.name === 'switching' || !isUp(other) || other.exchange !== null) {
    return respond(w, leg.id, event.request, 491);
  }
  w.patchLeg(leg.id, {
    exchange: { kind: 'asked', request: event.request, sdp: event.sdp, method: event.method },
  });
  const method = event.method === 'UPDATE' && event.sdp !== null && other.allowsUpdate ? 'UPDATE' : 'INVITE';
  sendOffer(w, partner, { sdp: event.sdp, from: leg.id, relay: true, method, attempt: 1 });
}

/** The offer could be answered or passed on now. */
function takesOffer(w: Work, leg: Leg, event: CallEventOf<'offered'>): boolean {
  if (event.sdp !== null && event.sdp === leg.remote && leg.given !== null) return true;
  const partner = partnerOf(w.call, leg.id);
  if (partner === null) return true;
  const other = w.leg(partner);
  return (
    w.call.phase.name !== 'switching' && isUp(other) && (other.exchange === null || waitsFor(leg, other))
  );
}

/** What this leg is busy with is to be passed on to the one that waits, and ends with its waiting. */
function waitsFor(leg: Leg, other: Leg): boolean {
  return leg.exchange?.kind === 'glare-wait' && leg.exchange.relay && leg.exchange.from === other.id;
}

/** Our offer to this leg waits for its glare timer and the peer now makes its own: the peer goes first. */
function yieldToPeer(w: Work, leg: Leg): void {
  const { exchange } = leg;
  if (exchange?.kind !== 'glare-wait') return;
  w.emit({ type: 'stop-timer', timer: `glare:${leg.id}` });
  w.patchLeg(leg.id, { exchange: null });
  if (!exchange.relay) return;
  const asker = exchange.from === null ? null : w.leg(exchange.from);
  if (asker?.exchange?.kind !== 'asked') return;
  respond(w, asker.id, asker.exchange.request, 491);
  w.patchLeg(asker.id, { exchange: null });
}

/** The party has nobody to talk to at the moment: keep its session, let no media flow. */
function answerAlone(w: Work, leg: Leg, event: CallEventOf<'offered'>): void {
  const known = leg.given?.sdp ?? leg.remote ?? event.sdp;
  if (known === null) return respond(w, leg.id, event.request, 488);
  if (event.sdp === null) {
    const offer = onHold(known);
    accept(w, leg.id, event.request, offer, null);
    w.patchLeg(leg.id, {
      exchange: { kind: 'ack-awaited', offer, from: null },
      given: { from: null, sdp: offer },
    });
    return;
  }
  const answer = answerOnHold(event.sdp, known);
  accept(w, leg.id, event.request, answer, null);
  w.patchLeg(leg.id, { remote: event.sdp, remoteOffered: true, given: { from: null, sdp: answer } });
}

/** The final response to an offer of ours. */
export function offerAnswered(w: Work, event: CallEventOf<'offer-answered'>): OfferOutcome {
  const leg = w.leg(event.leg);
  const success = event.status >= 200 && event.status < 300;
  const { exchange } = leg;
  if (leg.state === 'ended') return 'done';
  if (exchange?.kind !== 'offered') {
    w.unexpected('offer-answered', leg.id, 'no offer of ours is pending');
    return 'done';
  }
  if (leg.state === 'leaving') {
    if (success && exchange.method === 'INVITE') acknowledgeLeaving(w, leg, exchange, event.sdp);
    w.patchLeg(leg.id, { exchange: null });
    return 'done';
  }
  if (success) {
    if (exchange.sdp === null && exchange.from !== null)
      return offerFetched(w, leg, exchange.from, event.sdp);
    if (exchange.method === 'INVITE') w.emit({ type: 'ack', leg: leg.id, sdp: null, from: null });
    heard(w, leg.id, event.sdp, 'answer');
    w.patchLeg(leg.id, {
      exchange: null,
      remote: event.sdp ?? leg.remote,
      remoteOffered: false,
      given: exchange.sdp === null ? leg.given : { from: exchange.from, sdp: exchange.sdp },
    });
    if (exchange.relay && exchange.from !== null) passAnswer(w, exchange.from, leg.id, event.sdp);
    return 'done';
  }
  if (event.retry && exchange.attempt < MAX_ATTEMPTS) {
    w.patchLeg(leg.id, { exchange: { ...exchange, kind: 'glare-wait' } });
    startGlareTimer(w, leg);
    return 'waiting';
  }
  w.patchLeg(leg.id, { exchange: null });
  if (exchange.relay && exchange.from !== null) passRefusal(w, exchange.from, event.status, event.reason);
  // RFC 5057 §5.1: 408 and 481 say that the dialog is no more.
  if (event.status === 408 || event.status === 481) return 'lost';
  return exchange.relay ? 'done' : 'refused';
}

/** The leg is on its way out: its 2xx must be acknowledged all the same (RFC 3261 §13.2.2.4). */
function acknowledgeLeaving(w: Work, leg: Leg, made: OfferMade, sdp: string | null): void {
  const answer = made.sdp === null && sdp !== null ? answerOnHold(sdp, leg.given?.sdp ?? sdp) : null;
  w.emit({ type: 'ack', leg: leg.id, sdp: answer, from: null });
}

/** We had asked for an offer on behalf of `asker`, and here it is: it goes to the asker, whose ACK answers it. */
function offerFetched(w: Work, leg: Leg, asker: LegId, offer: string | null): OfferOutcome {
  const other = w.leg(asker);
  if (offer === null || other.exchange?.kind !== 'asked') {
    const answer = offer === null ? null : answerOnHold(offer, leg.given?.sdp ?? offer);
    w.emit({ type: 'ack', leg: leg.id, sdp: answer, from: null });
    w.patchLeg(leg.id, { exchange: null });
    if (other.exchange?.kind === 'asked') passRefusal(w, asker, 500, 'No offer from the other party');
    return 'done';
  }
  accept(w, asker, other.exchange.request, offer, leg.id);
  w.patchLeg(asker, {
    exchange: { kind: 'ack-awaited', offer, from: leg.id },
    given: { from: leg.id, sdp: offer },
  });
  w.patchLeg(leg.id, {
    exchange: { kind: 'ack-owed', offer, initial: false },
    remote: offer,
    remoteOffered: true,
  });
  return 'waiting';
}

function passAnswer(w: Work, asker: LegId, answerer: LegId, sdp: string | null): void {
  const leg = w.leg(asker);
  if (leg.exchange?.kind !== 'asked') return;
  accept(w, asker, leg.exchange.request, sdp, answerer);
  w.patchLeg(asker, {
    exchange: null,
    remote: leg.exchange.sdp ?? leg.remote,
    remoteOffered: true,
    given: sdp === null ? leg.given : { from: answerer, sdp },
  });
}

function passRefusal(w: Work, asker: LegId, status: number, reason: string | null): void {
  const leg = w.leg(asker);
  if (leg.exchange?.kind !== 'asked') return;
  // 408 and 481 would end the asker's dialog too, which is alive and well (RFC 5057 §5.1).
  const passed = status === 408 || status === 481 ? 500 : status;
  respond(w, asker, leg.exchange.request, passed, passed === status ? reason : null);
  w.patchLeg(asker, { exchange: null });
}

/** The glare timer of a leg fired: make the offer again. */
export function offerAgain(w: Work, id: LegId): void {
  const leg = w.leg(id);
  if (leg.exchange?.kind !== 'glare-wait') return;
  const { kind: _, ...made } = leg.exchange;
  // The leg speaks with somebody else by now, or is on hold: what it needs to know instead is found anew.
  if (!made.relay && made.from !== id && made.from !== partnerOf(w.call, id)) {
    dropWaiting(w, leg);
    return;
  }
  sendOffer(w, id, { ...made, attempt: made.attempt + 1 });
}

/** The offer is not made again. Through a media server it would have told where that hears the leg now. */
function dropWaiting(w: Work, leg: Leg): void {
  const mediaMoved = leg.mediaMoved || (isAnchored(w) && leg.given !== null);
  w.patchLeg(leg.id, { exchange: null, mediaMoved });
}

/** The ACK of a 2xx of ours is in; it brings the answer when the 2xx brought the offer. */
export function peerAcked(w: Work, event: CallEventOf<'acked'>): void {
  const leg = w.patchLeg(event.leg, { acked: true });
  if (leg.exchange?.kind !== 'ack-awaited') return;
  const { offer, from } = leg.exchange;
  heard(w, leg.id, event.sdp, 'answer');
  const answer = event.sdp ?? answerOnHold(offer, leg.remote ?? offer);
  w.patchLeg(leg.id, { exchange: null, remote: answer, remoteOffered: false });
  if (from === null) return;
  const other = w.leg(from);
  if (other.exchange?.kind !== 'ack-owed') return;
  w.emit({ type: 'ack', leg: from, sdp: answer, from: leg.id });
  w.patchLeg(from, { exchange: null, given: { from: leg.id, sdp: answer } });
}

/** A party has gone: settle what the others still had open with it, and only that. */
export function closeExchangesWith(w: Work, gone: LegId): void {
  for (const id of Object.keys(w.call.legs)) if (id !== gone) closeExchange(w, gone, id);
}

function closeExchange(w: Work, gone: LegId, other: LegId): void {
  const leg = w.leg(other);
  const { exchange } = leg;
  if (exchange === null || isGone(leg)) return;
  const elsewhere = Object.values(w.call.legs).filter((l) => l.id !== gone && l.id !== other);
  switch (exchange.kind) {
    case 'ack-owed': {
      if (elsewhere.some((l) => l.exchange?.kind === 'ack-awaited' && l.exchange.from === other)) return;
      const answer = answerOnHold(exchange.offer, leg.given?.sdp ?? exchange.offer);
      w.emit({ type: 'ack', leg: other, sdp: answer, from: null });
      w.patchLeg(other, { exchange: null });
      return;
    }
    case 'asked':
      if (elsewhere.some((l) => carries(l, other))) return;
      w.patchLeg(other, { exchange: null });
      answerAlone(w, w.leg(other), { ...exchange, type: 'offered', leg: other, at: w.at });
      return;
    case 'glare-wait':
      if (exchange.from !== gone) return;
      w.emit({ type: 'stop-timer', timer: `glare:${other}` });
      dropWaiting(w, leg);
      return;
    case 'ack-awaited':
      if (exchange.from === gone) w.patchLeg(other, { exchange: { ...exchange, from: null } });
      return;
    case 'offered':
      // Its answer still comes; it only has nobody left to be passed to.
      if (exchange.from === gone) w.patchLeg(other, { exchange: { ...exchange, relay: false } });
      return;
  }
}

/** This leg is being asked what `asker` asked. */
function carries(leg: Leg, asker: LegId): boolean {
  const { exchange } = leg;
  if (exchange?.kind !== 'offered' && exchange?.kind !== 'glare-wait') return false;
  return exchange.relay && exchange.from === asker;
}
