/**
 * The core: `step(call, event, routing)` gives the call as it is after the event, and what is to be done.
 * Pure: no clock, no randomness, no I/O, no promise. A step never throws on anything a peer can cause.
 */
import type { Call, Leg } from './call.js';
import type { Command, TimerId } from './command.js';
import { dialogLost, hungUp } from './departure.js';
import { closeIfOver, endCall } from './ending.js';
import type { CallEvent, CallEventOf } from './event.js';
import { offerAgain, offerAnswered, peerAcked, peerOffered } from './exchange.js';
import { newHunt, withFallbacks } from './hunt.js';
import { endLeg } from './legs.js';
import { giveUpOn, reconcile } from './link.js';
import { notifyAnswered, notifyTimedOut } from './notify.js';
import { answered, failed, provisional, seekNext, switchRefused, targetTimedOut } from './progress.js';
import type { Routing } from './routing.js';
import { abandonTransfer, completeSwitch, prepareTransfer, referred, startTransfer } from './transfer.js';
import { isGone, isUp, partnerOf, Work } from './work.js';

export interface StepResult {
  readonly call: Call;
  readonly commands: readonly Command[];
}

/** The first event of a call: an INVITE of a known source. */
export function begin(event: CallEventOf<'invited'>, routing: Routing): StepResult {
  const caller: Leg = {
    id: `${event.callId}-1`,
    role: 'caller',
    direction: 'in',
    state: 'trying',
    member: event.callerMember,
    trunk: event.trunk,
    peer: event.peer,
    mayTransfer: event.callerMember !== null,
    numberDialled: event.dialled,
    numberCalled: (event.member === null ? undefined : routing.member(event.member)?.number) ?? event.dialled,
    sipCallId: event.sipCallId,
    transferId: null,
    startedAt: event.at,
    ringingAt: null,
    answeredAt: null,
    acked: false,
    leave: null,
    sipStatus: null,
    remote: event.offer,
    remoteOffered: event.offer !== null,
    given: null,
    exchange: null,
    allowsUpdate: event.allowsUpdate,
    refers: 0,
  };
  const call: Call = {
    id: event.callId,
    planVersion: event.planVersion,
    startedAt: event.at,
    answeredAt: null,
    dialled: event.dialled,
    member: event.member,
    callerNumber: event.callerNumber,
    callerName: event.callerName,
    callerLeg: caller.id,
    trunk: event.trunk,
    lastMember: null,
    phase: { name: 'seeking', caller: caller.id, hunt: newHunt([]) },
    legs: { [caller.id]: caller },
    subscriptions: [],
    legsMade: 1,
    transfersAsked: 0,
    hops: 0,
    end: null,
  };
  const w = new Work(call, event.at, routing);
  w.publish(
    'call-started',
    { legId: caller.id },
    {
      member: event.member,
      dialled: event.dialled,
      caller: event.callerNumber,
    },
  );
  if (event.refuse !== null || event.member === null) {
    const { status, cause } = event.refuse ?? { status: 404, cause: 'unknown-number' };
    const missed = event.member !== null;
    endCall(w, { by: 'us', cause, missed, leave: 'refused', status });
  } else {
    const { maxHuntMs, maxCallMs } = routing.limits;
    w.emit({ type: 'start-timer', timer: 'hunt', ms: maxHuntMs });
    if (maxCallMs > 0) w.emit({ type: 'start-timer', timer: 'limit', ms: maxCallMs });
    seekNext(w, caller.id, newHunt(withFallbacks(routing, event.member)));
  }
  closeIfOver(w);
  return { call: w.call, commands: w.commands };
}

export function step(call: Call, event: CallEvent, routing: Routing): StepResult {
  const w = new Work(call, event.at, routing);
  if ('leg' in event && call.legs[event.leg] === undefined) {
    w.unexpected(event.type, event.leg, 'the call has no such leg');
  } else {
    apply(w, event);
    settle(w);
  }
  return { call: w.call, commands: w.commands };
}

function apply(w: Work, event: CallEvent): void {
  switch (event.type) {
    case 'invited':
      return w.unexpected('invited', null, 'the call began already');
    case 'sent':
      w.patchLeg(event.leg, { sipCallId: event.sipCallId });
      return;
    case 'provisional':
      return provisional(w, event);
    case 'answered':
      return answered(w, event);
    case 'failed':
      return failed(w, event);
    case 'hung-up':
      return hungUp(w, event.leg, event.by, event.reason);
    case 'answer-failed':
      return answerFailed(w, event);
    case 'bye-answered':
      return byeAnswered(w, event);
    case 'acked':
      return acked(w, event);
    case 'offered':
      return peerOffered(w, event);
    case 'offer-answered':
      return offerResult(w, event);
    case 'info':
      return info(w, event);
    case 'referred':
      return referred(w, event);
    case 'notify-answered':
      return notifyAnswered(w, event.transferId, event.status);
    case 'transfer-requested':
      return transferRequested(w, event);
    case 'hang-up-requested':
      abandonTransfer(w, 'operator', 'operator');
      endCall(w, { by: 'operator', cause: 'operator', missed: false, leave: 'operator', status: 480 });
      return w.emit({ type: 'reply', result: { ok: true, transferId: null } });
    case 'timer':
      return timerFired(w, event.timer);
    default:
      return assertNever(event);
  }
}

function assertNever(event: never): never {
  throw new TypeError(`unknown event ${JSON.stringify(event)}`);
}

/** After each event: bring those who should talk together, and close the call when its last leg is gone. */
function settle(w: Work): void {
  const { phase } = w.call;
  if (phase.name === 'talking' || phase.name === 'switching') {
    const { state, link } = reconcile(w, phase.link);
    if (link !== phase.link) w.setPhase({ ...phase, link });
    if (state === 'settled' && phase.name === 'switching') completeSwitch(w);
  }
  closeIfOver(w);
}

function answerFailed(w: Work, event: CallEventOf<'answer-failed'>): void {
  if (w.leg(event.leg).state === 'ended') return;
  w.patchLeg(event.leg, { answeredAt: null, sipStatus: 487 });
  w.patch({ answeredAt: null });
  hungUp(w, event.leg, 'peer', null);
}

function byeAnswered(w: Work, event: CallEventOf<'bye-answered'>): void {
  const leg = w.leg(event.leg);
  if (leg.state === 'leaving') endLeg(w, leg.id, 'us', null);
}

function acked(w: Work, event: CallEventOf<'acked'>): void {
  const leg = w.leg(event.leg);
  if (leg.state === 'leaving' && leg.leave?.by === 'bye-on-ack') {
    w.emit({ type: 'bye', leg: leg.id, cause: leg.leave.cause });
    w.patchLeg(leg.id, { acked: true, leave: { ...leg.leave, by: 'bye' } });
    return;
  }
  if (leg.state === 'answered') peerAcked(w, event);
}

function offerResult(w: Work, event: CallEventOf<'offer-answered'>): void {
  const { exchange } = w.leg(event.leg);
  const outcome = offerAnswered(w, event);
  if (outcome === 'lost') return dialogLost(w, event.leg);
  if (outcome !== 'refused' || exchange?.kind !== 'offered') return;
  const { phase } = w.call;
  if (phase.name !== 'talking' && phase.name !== 'switching') return;
  // An offer that was on its way when the partner changed says nothing about the new one.
  if (partnerOf(w.call, event.leg) !== exchange.from) return;
  if (phase.name === 'switching') return switchRefused(w);
  w.setPhase({ ...phase, link: giveUpOn(phase.link) });
}

function info(w: Work, event: CallEventOf<'info'>): void {
  const leg = w.leg(event.leg);
  const partner = partnerOf(w.call, leg.id);
  if (!isGone(leg) && partner !== null && isUp(w.leg(partner))) {
    w.emit({ type: 'forward', leg: leg.id, request: event.request, to: partner });
    return;
  }
  const status = isGone(leg) ? 481 : 480;
  w.emit({
    type: 'respond',
    leg: leg.id,
    request: event.request,
    status,
    reason: null,
    sdp: null,
    from: null,
  });
}

/** The agent who talks with the caller now, when the request names no leg. */
function talkingAgent(call: Call): Leg | undefined {
  const { phase } = call;
  if (phase.name !== 'talking') return undefined;
  const pair = [call.legs[phase.link.b], call.legs[phase.link.a]];
  return (
    pair.find((leg) => leg?.mayTransfer === true && leg.role !== 'caller') ??
    pair.find((leg) => leg?.mayTransfer)
  );
}

function transferRequested(w: Work, event: CallEventOf<'transfer-requested'>): void {
  const { phase } = w.call;
  const busy = phase.name === 'transferring' || phase.name === 'switching';
  const leg =
    event.transferor !== null
      ? w.call.legs[event.transferor]
      : (talkingAgent(w.call) ?? (busy && phase.transferor !== null ? w.leg(phase.transferor) : undefined));
  if (leg === undefined) {
    const [code, message] =
      event.transferor !== null
        ? (['unknown-leg', `The call has no leg ${event.transferor}`] as const)
        : (['not-talking', 'No agent is talking with the caller'] as const);
    w.emit({ type: 'reply', result: { ok: false, code, message } });
    return;
  }
  const wish = { trigger: event.trigger, transferor: leg.id, address: event.to, referredBy: null };
  const verdict = prepareTransfer(w, wish);
  if (!verdict.ok) {
    w.emit({ type: 'reply', result: { ok: false, code: verdict.code, message: verdict.message } });
    return;
  }
  const transfer = startTransfer(w, wish, verdict.to, verdict.transferee, null);
  w.emit({ type: 'reply', result: { ok: true, transferId: transfer.id } });
}

function timerFired(w: Work, timer: TimerId): void {
  if (timer === 'hunt') return huntTimedOut(w);
  if (timer === 'limit') {
    abandonTransfer(w, 'us', 'limit');
    return endCall(w, { by: 'us', cause: 'limit', missed: false, leave: 'limit', status: 480 });
  }
  const colon = timer.indexOf(':');
  const kind = timer.slice(0, colon);
  const id = timer.slice(colon + 1);
  if (kind === 'notify') return notifyTimedOut(w, id);
  const leg = w.call.legs[id];
  if (leg === undefined) return w.unexpected('timer', id, 'the call has no such leg');
  if (kind === 'ring') targetTimedOut(w, id, 'ring-timeout');
  else if (kind === 'silent') targetTimedOut(w, id, 'no-response');
  else if (kind === 'glare') offerAgain(w, id);
  else if (kind === 'guard' && leg.state === 'leaving') endLeg(w, id, 'us', 'no answer from the peer');
}

function huntTimedOut(w: Work): void {
  const { phase } = w.call;
  if (phase.name !== 'seeking' && phase.name !== 'returning') return;
  endCall(w, { by: 'us', cause: 'hunt-timeout', missed: true, leave: 'all-targets-failed', status: 480 });
}
