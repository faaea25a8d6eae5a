/**
 * The core: `step(call, event, routing)` gives the call as it is after the event, and what is to be done.
 * Pure: no clock, no randomness, no I/O, no promise. A step never throws on anything a peer can cause.
 */
import { announceAndEnd, announcementBegun, announcementOver } from './announcement.js';
import type { Call, Waiting } from './call.js';
import { letAgentHear } from './call-back.js';
import type { Command, TimerId } from './command.js';
import { conferenceRefused, mixingLost, settleConference } from './confer.js';
import { consultationRefused, settleConsultation } from './consult.js';
import { dialogLost, hungUp } from './departure.js';
import { closeIfOver, endCall } from './ending.js';
import type { CallEvent, CallEventOf } from './event.js';
import { offerAgain, offerAnswered, peerAcked, peerOffered } from './exchange.js';
import { noteHeld } from './held.js';
import { stopHunt } from './hunt.js';
import { keyed, keysOver } from './keys.js';
import { endLeg } from './legs.js';
import { giveUpOn, MAX_ROUNDS, reconcile } from './link.js';
import { mediaMoved, tellMoved } from './moved-media.js';
import { notifyAnswered, notifyTimedOut } from './notify.js';
import { answered, failed, provisional, switchRefused, targetTimedOut } from './progress.js';
import { candidateReady, leaveQueue, queueNews, queueOver } from './queue.js';
import { recovered } from './recover.js';
import { attended, referred } from './refer.js';
import { replacing } from './replacing.js';
import { controlRequested, hangUpRequested, putDownRequested, transferRequested } from './requests.js';
import type { Routing } from './routing.js';
import { abandonTransfer, completeSwitch } from './transfer.js';
import { waitingIn } from './waiting.js';
import { isGone, isUp, partnerOf, Work } from './work.js';

export interface StepResult {
  readonly call: Call;
  readonly commands: readonly Command[];
}

export function step(call: Call, event: CallEvent, routing: Routing): StepResult {
  const w = new Work(call, event.at, routing);
  if ('leg' in event && event.type !== 'replacing' && call.legs[event.leg] === undefined) {
    w.unexpected(event.type, event.leg, 'the call has no such leg');
  } else {
    apply(w, event);
    settle(w, waitingIn(call));
  }
  return { call: w.call, commands: w.commands };
}

function apply(w: Work, event: CallEvent): void {
  switch (event.type) {
    case 'invited':
    case 'call-back-requested':
      return w.unexpected(event.type, null, 'the call began already');
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
    case 'keyed':
      return keyed(w, event);
    case 'referred':
      return referred(w, event);
    case 'attended':
      return attended(w, event);
    case 'replacing':
      return replacing(w, event);
    case 'notify-answered':
      return notifyAnswered(w, event.transferId, event.status);
    case 'transfer-requested':
      return transferRequested(w, event);
    case 'candidate-ready':
      return candidateReady(w, event);
    case 'queue-news':
      return queueNews(w, event);
    case 'queue-over':
      return queueOver(w, event.entry);
    case 'control-requested':
      return controlRequested(w, event);
    case 'media-remade':
      return mediaMoved(w, event.legs);
    case 'announcement-begun':
      return announcementBegun(w, event);
    case 'recovered':
      return recovered(w);
    case 'probe-answered':
      // Everything else only says that the peer does not like the question (RFC 5057 §5.1).
      return event.status === 481 ? dialogLost(w, event.leg) : undefined;
    case 'mixing-lost':
      return mixingLost(w);
    case 'hang-up-requested':
      return hangUpRequested(w);
    case 'put-down-requested':
      return putDownRequested(w, event);
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
function settle(w: Work, waited: Waiting | null): void {
  const { phase } = w.call;
  if (phase.name === 'talking' || phase.name === 'switching') {
    const { state, link } = reconcile(w, phase.link);
    if (link !== phase.link) w.setPhase({ ...phase, link });
    if (phase.name === 'switching' && state === 'settled') completeSwitch(w);
    if (phase.name === 'switching' && state === 'apart') {
      switchRefused(w);
      return settle(w, waited);
    }
  } else if (phase.name === 'transferring' && phase.transferor !== null) {
    // They may not have found together yet after an earlier transfer that failed.
    const { link } = reconcile(w, { a: phase.transferee, b: phase.transferor, rounds: phase.rounds });
    if (link.rounds !== phase.rounds) w.setPhase({ ...phase, rounds: link.rounds });
  } else {
    settleConsultation(w);
    settleConference(w);
  }
  leaveQueue(w, waited);
  tellMoved(w);
  noteHeld(w);
  closeIfOver(w);
}

function answerFailed(w: Work, event: CallEventOf<'answer-failed'>): void {
  if (w.leg(event.leg).state === 'ended') return;
  w.patchLeg(event.leg, { answeredAt: null });
  if (event.leg === w.call.callerLeg) w.patch({ answeredAt: null });
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
  if (leg.state !== 'answered') return;
  peerAcked(w, event);
  letAgentHear(w);
}

function offerResult(w: Work, event: CallEventOf<'offer-answered'>): void {
  const { exchange } = w.leg(event.leg);
  const outcome = offerAnswered(w, event);
  if (outcome === 'lost') return dialogLost(w, event.leg);
  if (outcome !== 'refused' || exchange?.kind !== 'offered') return;
  const { phase } = w.call;
  if (phase.name === 'consulting') return consultationRefused(w, event.leg, exchange.from);
  // An offer that was on its way when the partner changed says nothing about the new one.
  if (exchange.from === null || partnerOf(w.call, event.leg) !== exchange.from) return;
  if (phase.name === 'switching') return switchRefused(w);
  if (phase.name === 'conferring') return conferenceRefused(w);
  if (phase.name === 'talking') w.setPhase({ ...phase, link: giveUpOn(phase.link) });
  if (phase.name === 'transferring') w.setPhase({ ...phase, rounds: MAX_ROUNDS });
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
    code: null,
    sdp: null,
    from: null,
  });
}

function timerFired(w: Work, timer: TimerId): void {
  if (timer === 'hunt') return huntTimedOut(w);
  if (timer === 'queue') return queueOver(w, null);
  if (timer === 'keys') return keysOver(w);
  if (timer === 'announcement') return announcementOver(w);
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
  stopHunt(w, phase.hunt, null, 'all-targets-failed');
  const party = phase.name === 'seeking' ? phase.caller : phase.party;
  announceAndEnd(w, party, { cause: 'hunt-timeout', status: 480 });
}
