/** Progress of a leg that we called: ringing, answer, failure, silence. */
import type { Hunt, Leg, LegId } from './call.js';
import { endCall } from './ending.js';
import type { CallEventOf } from './event.js';
import { callNext, causeOf, giveUp } from './hunt.js';
import { endLeg, releaseLeg } from './legs.js';
import { tell } from './notify.js';
import { answerOnHold } from './session-description.js';
import { callNextTarget, dropTarget, returnParty } from './transfer.js';
import type { Work } from './work.js';

function huntOf(w: Work): Hunt | null {
  const { phase } = w.call;
  switch (phase.name) {
    case 'seeking':
    case 'transferring':
    case 'returning':
      return phase.hunt;
    default:
      return null;
  }
}

function isCurrent(w: Work, id: LegId): boolean {
  return huntOf(w)?.current === id;
}

export function provisional(w: Work, event: CallEventOf<'provisional'>): void {
  const leg = w.leg(event.leg);
  if ((leg.state !== 'trying' && leg.state !== 'ringing') || !isCurrent(w, leg.id)) return;
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
    w.patchLeg(caller.id, { state: 'ringing', ringingAt: caller.ringingAt ?? w.at });
    w.emit({ type: 'provisional', leg: caller.id, status: event.status, sdp: event.sdp, from: leg.id });
  } else if (phase.name === 'transferring' && first) {
    tell(w, phase.transfer.id, event.status, false);
    w.publish('transfer-ringing', { legId: leg.id, transferId: phase.transfer.id }, { member: leg.member });
  }
}

export function answered(w: Work, event: CallEventOf<'answered'>): void {
  const leg = w.leg(event.leg);
  if (leg.state === 'leaving' && leg.leave?.by === 'cancel') return answeredTooLate(w, leg, event);
  if ((leg.state !== 'trying' && leg.state !== 'ringing') || !isCurrent(w, leg.id)) {
    return w.unexpected('answered', leg.id, `leg is ${leg.state}`);
  }
  const sdp = event.sdp ?? leg.remote;
  w.emit({ type: 'stop-timer', timer: `silent:${leg.id}` });
  w.emit({ type: 'stop-timer', timer: `ring:${leg.id}` });
  w.patchLeg(leg.id, {
    state: 'answered',
    answeredAt: w.at,
    sipStatus: 200,
    remote: sdp,
    remoteOffered: leg.given === null,
    allowsUpdate: event.allowsUpdate,
  });
  w.publish(
    'leg-answered',
    { legId: leg.id, transferId: leg.transferId },
    { role: leg.role, member: leg.member },
  );
  if (sdp === null) {
    w.emit({ type: 'ack', leg: leg.id, sdp: null, from: null });
    releaseLeg(w, leg.id, 'refused');
    return targetFailed(w, 'media-refused', 488);
  }
  const { phase } = w.call;
  if (phase.name === 'seeking') return answerCaller(w, phase.caller, leg, sdp);
  w.emit({ type: 'ack', leg: leg.id, sdp: null, from: null });
  if (phase.name === 'transferring') {
    const transfer = { ...phase.transfer, answeredAt: w.at, targetLeg: leg.id };
    w.publish('transfer-answered', { legId: leg.id, transferId: transfer.id }, { member: leg.member });
    w.setPhase({
      name: 'switching',
      link: { a: phase.transferee, b: leg.id, rounds: 0 },
      transferor: phase.transferor,
      transfer,
      hunt: phase.hunt,
    });
  } else if (phase.name === 'returning') {
    w.setPhase({
      name: 'switching',
      link: { a: phase.party, b: leg.id, rounds: 0 },
      transferor: null,
      transfer: null,
      hunt: phase.hunt,
    });
  }
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
  if (lateOffer) {
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
    given: { from: agent.id, sdp },
    exchange: lateOffer ? { kind: 'ack-awaited', offer: sdp, from: agent.id } : null,
  });
  w.emit({ type: 'stop-timer', timer: 'hunt' });
  w.publish('leg-answered', { legId: callerId }, { role: 'caller', member: caller.member });
  w.patch({ answeredAt: w.at, lastMember: agent.member });
  w.setPhase({ name: 'talking', link: { a: callerId, b: agent.id, rounds: 0 } });
}

export function failed(w: Work, event: CallEventOf<'failed'>): void {
  const leg = w.leg(event.leg);
  if (leg.state === 'ended') return;
  if (leg.state === 'answered') return w.unexpected('failed', leg.id, 'the leg was answered');
  const wasLeaving = leg.state === 'leaving';
  const current = isCurrent(w, leg.id);
  w.patchLeg(leg.id, { sipStatus: event.reached ? event.status : null });
  endLeg(w, leg.id, wasLeaving ? 'us' : event.reached ? leg.role : 'network', event.reason);
  if (!wasLeaving && current) targetFailed(w, causeOf(event.status, event.reached), event.status);
}

function targetFailed(w: Work, cause: Hunt['lastCause'], status: number): void {
  const hunt = huntOf(w);
  if (hunt === null) return;
  advance(w, { ...hunt, current: null, lastCause: cause, lastStatus: status });
}

/** The target rang too long, or did not even ring. */
export function targetTimedOut(w: Work, id: LegId, cause: 'ring-timeout' | 'no-response'): void {
  const hunt = huntOf(w);
  if (hunt === null || hunt.current !== id) return;
  // However long it was given: a target that did not even ring is not there.
  advance(w, giveUp(w, hunt, w.leg(id).state === 'trying' ? 'no-response' : cause));
}

/** Go on with the next target of whatever hunt this is. */
function advance(w: Work, hunt: Hunt): void {
  const { phase } = w.call;
  if (phase.name === 'seeking') seekNext(w, phase.caller, hunt);
  else if (phase.name === 'returning') returnParty(w, phase.party, hunt);
  else if (phase.name === 'transferring') {
    w.setPhase({ ...phase, hunt });
    callNextTarget(w);
  }
}

/** In `seeking`: call the next target for the caller, or turn the caller away when there is none. */
export function seekNext(w: Work, caller: LegId, hunt: Hunt): void {
  const wanted = w.call.member;
  const next =
    wanted === null ? null : callNext(w, { hunt, party: caller, role: 'agent', transfer: null, wanted });
  if (next !== null) return w.setPhase({ name: 'seeking', caller, hunt: next });
  endCall(w, {
    by: 'us',
    cause: 'all-targets-failed',
    missed: true,
    leave: 'all-targets-failed',
    status: hunt.lastCause === 'busy' ? 486 : hunt.lastCause === 'unreachable' ? 503 : 480,
  });
}

/** The transferee's phone refused the target's session. */
export function switchRefused(w: Work): void {
  dropTarget(w, 'media-refused', 488);
}
