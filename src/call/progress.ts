/** Progress of a leg that we called: ringing, answer, failure, silence. */
import { heard, isAnchored, join } from './anchored.js';
import { announceAndEnd } from './announcement.js';
import type { FailureCause, Hunt, LeaveCause, Leg, LegId } from './call.js';
import { callBackLost, callCaller, callerAnswered, letAgentHear } from './call-back.js';
import type { Stage } from './candidate.js';
import type { CallEventOf } from './event.js';
import {
  callNext,
  causeOf,
  type HuntFor,
  huntOn,
  isRinging,
  newHunt,
  stopHunt,
  TOO_MANY_HOPS,
} from './hunt.js';
import { endLeg, releaseLeg } from './legs.js';
import { tell } from './notify.js';
import { answerOnHold } from './session-description.js';
import { dropTarget, hearTarget, returningHunt, returnOn, targetAnswered, targetLost } from './transfer.js';
import type { Work } from './work.js';

/** RFC 3261 §21.4.25. */
const CANCELLED = 487;
/** Enough for the proxies before a desk. */
const HOPS_AFTER_LOOP = 3;

/** The hunt for whoever answers the caller first. */
export function seekingHunt(w: Work, caller: LegId, hunt: Hunt): HuntFor {
  return { hunt, party: caller, role: 'agent', transfer: null, wanted: w.call.member };
}

function huntOf(w: Work): Hunt | null {
  const { phase } = w.call;
  switch (phase.name) {
    case 'calling-agent':
    case 'calling-back':
    case 'seeking':
    case 'transferring':
    case 'returning':
      return phase.hunt;
    default:
      return null;
  }
}

/** The hunt that this leg is being called in. */
function huntFor(w: Work, leg: LegId): Hunt | null {
  const hunt = huntOf(w);
  return hunt !== null && isRinging(hunt, leg) ? hunt : null;
}

export function provisional(w: Work, event: CallEventOf<'provisional'>): void {
  const leg = w.leg(event.leg);
  const hunt = huntFor(w, leg.id);
  // It rings although we have given it up: only now can it be told so (RFC 3261 §9.1).
  if (leg.state === 'leaving' && leg.answeredAt === null)
    w.patchLeg(leg.id, { ringingAt: leg.ringingAt ?? w.at });
  if ((leg.state !== 'trying' && leg.state !== 'ringing') || hunt === null) return;
  const first = leg.state === 'trying';
  if (first) {
    w.emit({ type: 'stop-timer', timer: `silent:${leg.id}` });
    w.publish('leg-ringing', { legId: leg.id, transferId: leg.transferId }, { status: event.status });
  }
  w.patchLeg(leg.id, {
    state: 'ringing',
    ringingAt: leg.ringingAt ?? w.at,
    remote: event.sdp ?? leg.remote,
  });
  const { phase } = w.call;
  if (phase.name === 'seeking') {
    const caller = w.leg(phase.caller);
    // Whoever hears the music of a queue goes on hearing it.
    if (hunt.waiting !== null && caller.given !== null && event.sdp === null) return;
    w.patchLeg(caller.id, { state: 'ringing', ringingAt: caller.ringingAt ?? w.at });
    // Early media of several desks would reach the caller's phone mixed up: then it rings by itself.
    const sdp = hunt.ringing.length === 1 && !(isAnchored(w) && caller.remote === null) ? event.sdp : null;
    if (sdp !== null) {
      heard(w, leg.id, sdp, 'answer');
      join(w, caller.id, leg.id);
    }
    const status = event.sdp !== null && sdp === null ? 180 : event.status;
    w.emit({ type: 'provisional', leg: caller.id, status, sdp, from: leg.id });
  } else if (phase.name === 'calling-back') {
    letAgentHear(w);
  } else if (phase.name === 'transferring' && !first) {
    hearTarget(w);
  } else if (phase.name === 'transferring') {
    hearTarget(w);
    const others = hunt.ringing.some((r) => r.leg !== leg.id && w.leg(r.leg).state === 'ringing');
    if (!others) tell(w, phase.transfer.id, event.status, false);
    w.publish('transfer-ringing', { legId: leg.id, transferId: phase.transfer.id }, { member: leg.member });
  }
}

export function answered(w: Work, event: CallEventOf<'answered'>): void {
  const leg = w.leg(event.leg);
  if (leg.state === 'leaving' && leg.leave?.by === 'cancel') return answeredTooLate(w, leg, event);
  const hunt = huntFor(w, leg.id);
  if ((leg.state !== 'trying' && leg.state !== 'ringing') || hunt === null) {
    return w.unexpected('answered', leg.id, `leg is ${leg.state}`);
  }
  const sdp = event.sdp ?? leg.remote;
  // Of a registered phone we know who answers; what it says of itself does not count. A caller is nobody's agent.
  const agent = leg.role === 'caller' ? null : (leg.agent ?? event.agent);
  w.emit({ type: 'stop-timer', timer: `silent:${leg.id}` });
  w.emit({ type: 'stop-timer', timer: `ring:${leg.id}` });
  w.patchLeg(leg.id, {
    state: 'answered',
    answeredAt: w.at,
    sipStatus: 200,
    remote: sdp,
    remoteOffered: leg.given === null,
    allowsUpdate: event.allowsUpdate,
    agent,
  });
  w.publish(
    'leg-answered',
    { legId: leg.id, transferId: leg.transferId },
    { role: leg.role, member: leg.member, agent },
  );
  if (sdp === null) {
    w.emit({ type: 'ack', leg: leg.id, sdp: null, from: null });
    releaseLeg(w, leg.id, 'refused');
    return legLost(w, leg.id, 'media-refused', 488);
  }
  heard(w, leg.id, sdp, 'answer');
  const rest = stopHunt(w, hunt, leg.id, 'answered-elsewhere');
  const { phase } = w.call;
  if (phase.name === 'seeking') return answerCaller(w, phase.caller, leg, sdp);
  acknowledge(w, leg, sdp);
  if (phase.name === 'calling-agent') callCaller(w, leg.id);
  else if (phase.name === 'calling-back') callerAnswered(w, leg);
  else if (phase.name === 'transferring') targetAnswered(w, leg.id, rest);
  else if (phase.name === 'returning') {
    w.setPhase({
      name: 'switching',
      link: { a: phase.party, b: leg.id, rounds: 0 },
      transferor: null,
      transfer: null,
      hunt: rest,
      consultation: null,
    });
  }
}

/** Where we had no description to offer the 2xx brings an offer: its ACK answers, with nobody to hear as yet. */
function acknowledge(w: Work, leg: Leg, sdp: string): void {
  const answer = leg.given === null ? answerOnHold(sdp, sdp) : null;
  w.emit({ type: 'ack', leg: leg.id, sdp: answer, from: null });
  if (answer !== null) w.patchLeg(leg.id, { given: { from: null, sdp: answer } });
}

/** The 2xx crossed our CANCEL: it must be acknowledged and then ended (RFC 3261 §9.1, §15). */
function answeredTooLate(w: Work, leg: Leg, event: CallEventOf<'answered'>): void {
  const lateOffer = leg.given === null && event.sdp !== null ? answerOnHold(event.sdp, event.sdp) : null;
  w.emit({ type: 'ack', leg: leg.id, sdp: lateOffer, from: null });
  w.emit({ type: 'bye', leg: leg.id, cause: leg.leave?.cause ?? 'other-party-left' });
  w.patchLeg(leg.id, {
    answeredAt: w.at,
    sipStatus: 200,
    leave: { cause: leg.leave?.cause ?? 'other-party-left', by: 'bye' },
  });
}

/** The first answer of the call: the caller's INVITE is answered with it. */
function answerCaller(w: Work, callerId: LegId, agent: Leg, sdp: string): void {
  const caller = w.leg(callerId);
  const lateOffer = caller.remote === null;
  const anchored = isAnchored(w);
  // Who has not said yet where it receives media cannot be joined: that comes with its ACK.
  if (!lateOffer) join(w, callerId, agent.id);
  if (lateOffer && !anchored) {
    // The caller's INVITE had no SDP: the agent's offer goes to the caller, whose ACK brings the answer.
    w.patchLeg(agent.id, { exchange: { kind: 'ack-owed', offer: sdp, initial: true } });
  } else {
    w.emit({ type: 'ack', leg: agent.id, sdp: null, from: null });
  }
  w.emit({ type: 'answer', leg: callerId, sdp, from: agent.id });
  w.patchLeg(callerId, {
    state: 'answered',
    answeredAt: w.at,
    sipStatus: 200,
    given: { from: lateOffer && anchored ? null : agent.id, sdp },
    exchange: lateOffer ? { kind: 'ack-awaited', offer: sdp, from: anchored ? null : agent.id } : null,
  });
  w.emit({ type: 'stop-timer', timer: 'hunt' });
  w.publish('leg-answered', { legId: callerId }, { role: 'caller', member: caller.member });
  w.patch({ answeredAt: w.at });
  w.arriveAt(agent.member);
  w.setPhase({ name: 'talking', link: { a: callerId, b: agent.id, rounds: 0 } });
}

export function failed(w: Work, event: CallEventOf<'failed'>): void {
  const leg = w.leg(event.leg);
  if (leg.state === 'ended') return;
  if (leg.state === 'answered') return w.unexpected('failed', leg.id, 'the leg was answered');
  const wasLeaving = leg.state === 'leaving';
  w.patchLeg(leg.id, { sipStatus: event.reached ? event.status : null });
  // An INVITE that is cancelled is answered with 487 (RFC 3261 §9.2): any other answer crossed our CANCEL.
  const byUs = wasLeaving && (event.status === CANCELLED || !event.reached);
  endLeg(w, leg.id, byUs ? 'us' : event.reached ? leg.role : 'network', event.reason);
  if (event.status === TOO_MANY_HOPS) loopFound(w);
  if (!wasLeaving) legLost(w, leg.id, causeOf(event.status, event.reached), event.status);
}

/** The target rang too long, or did not even ring. */
export function targetTimedOut(w: Work, id: LegId, timer: 'ring-timeout' | 'no-response'): void {
  if (huntFor(w, id) === null) return;
  // However long it was given: a target that did not even ring is not there.
  const cause: LeaveCause = w.leg(id).state === 'trying' ? 'no-response' : timer;
  releaseLeg(w, id, cause);
  if (cause === 'ring-timeout') legLost(w, id, 'no-answer', 480);
  else legLost(w, id, 'unreachable', 408);
}

/** Whoever is being called does not want the call. False when the leg is not being called (any more). */
export function targetDeclined(w: Work, id: LegId): boolean {
  if (huntFor(w, id) === null) return false;
  releaseLeg(w, id, 'declined');
  legLost(w, id, 'rejected', 603);
  return true;
}

/** A leg of the hunt did not take the call: go on with whatever hunt this is. */
function legLost(w: Work, lost: LegId, cause: FailureCause, status: number): void {
  const hunt = huntFor(w, lost);
  const { phase } = w.call;
  if (hunt === null) return;
  if (phase.name === 'calling-agent' || phase.name === 'calling-back')
    return callBackLost(w, lost, cause, status);
  if (phase.name === 'seeking') {
    const next = huntOn(w, seekingHunt(w, phase.caller, hunt), lost, cause, status);
    seekOn(w, phase.caller, next, { ...hunt, lastCause: cause, lastStatus: status });
  } else if (phase.name === 'returning') {
    returnOn(w, phase.party, huntOn(w, returningHunt(w, phase.party, hunt), lost, cause, status));
  } else if (phase.name === 'transferring') {
    targetLost(w, lost, cause, status);
  }
}

/** Begin to call desks for the caller. */
export function seek(w: Work, caller: LegId, stages: readonly Stage[]): void {
  const hunt = newHunt(stages);
  seekOn(w, caller, callNext(w, seekingHunt(w, caller, hunt)), hunt);
}

/** Go on looking, or end the call when nobody is left. */
export function seekOn(w: Work, caller: LegId, next: Hunt | null, last: Hunt): void {
  if (next !== null) return w.setPhase({ name: 'seeking', caller, hunt: next });
  announceAndEnd(w, caller, { cause: 'all-targets-failed', status: refusalOf(last) });
}

/** What a caller is told whom nobody could be found for. */
function refusalOf({ lastCause, lastStatus }: Hunt): number {
  if (lastStatus === TOO_MANY_HOPS) return TOO_MANY_HOPS;
  return lastCause === 'busy' ? 486 : lastCause === 'unreachable' ? 503 : 480;
}

/**
 * The call goes in a circle: the desks that are left may take it, but hardly forward it any more. Else each call of
 * the circle would begin a circle of its own with each of its desks (compare RFC 5393).
 */
function loopFound(w: Work): void {
  w.patch({ maxForwards: Math.min(w.call.maxForwards, HOPS_AFTER_LOOP) });
}

/** The transferee's phone refused the target's session, or the two came to no agreement. */
export function switchRefused(w: Work): void {
  dropTarget(w, 'media-refused', 488);
}
