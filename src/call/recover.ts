/**
 * The program was killed and is here again: the call goes on as it was journalled, with those legs that were answered.
 * Requests that were under way are lost, in both directions; so are all timers.
 */
import { isAnchored, park } from './anchored.js';
import { announceAndEnd } from './announcement.js';
import type { Call, Instant, Leg, LegId, Link, Phase } from './call.js';
import { recoverCallBack } from './call-back.js';
import { mixingLost } from './confer.js';
import { withFallbacks } from './hunt.js';
import { endLeg, GUARD_MS, releaseLeg } from './legs.js';
import { MAX_ROUNDS } from './link.js';
import { resumeSubscriptions } from './notify.js';
import { seek } from './progress.js';
import { failTransfer, returnAgain } from './transfer.js';
import { isGone, isUp, type Work } from './work.js';

/**
 * Added to monotonic times of an earlier process, whose clock tells nothing here; milliseconds. What lies between two
 * of them stays as it was; what lies between one of them and a moment of this process is negative, and so unknown.
 */
const EARLIER_MS = 2 ** 44;

export function recovered(w: Work): void {
  w.call = ofEarlierProcess(w.call);
  w.patch({ keys: null });
  w.publish('call-recovered', {}, { phase: w.call.phase.name });
  restartLimit(w);
  for (const id of Object.keys(w.call.legs)) recoverLeg(w, w.leg(id));
  resumeSubscriptions(w);
  recoverPhase(w);
  releaseForgotten(w);
  // A peer may have left, or its PBX be started anew, while nobody was here to hear of it.
  for (const leg of Object.values(w.call.legs)) if (isUp(leg)) w.emit({ type: 'probe', leg: leg.id });
}

function recoverLeg(w: Work, leg: Leg): void {
  if (leg.state === 'ended') return;
  if (leg.state === 'answered') {
    // The answer that an ACK was to bring is lost, in either direction: the leg is told anew whom it speaks with. A
    // media server knows where to send as long as the peer has said it once.
    const unanswered = leg.exchange?.kind === 'ack-awaited' || leg.exchange?.kind === 'ack-owed';
    const given = unanswered && !(isAnchored(w) && leg.remote !== null) ? null : leg.given;
    w.patchLeg(leg.id, { acked: true, exchange: null, given });
    return;
  }
  if (leg.leave?.by === 'bye' || leg.leave?.by === 'bye-on-ack') {
    // The first BYE may not have arrived; of two, the second is answered by 481.
    w.emit({ type: 'bye', leg: leg.id, cause: leg.leave.cause });
    w.emit({ type: 'start-timer', timer: `guard:${leg.id}`, ms: GUARD_MS });
    w.patchLeg(leg.id, { acked: true, exchange: null, leave: { ...leg.leave, by: 'bye' } });
    return;
  }
  // A caller who was not answered yet is here again; one who was being called is called no more.
  if (leg.id !== w.call.callerLeg || leg.direction === 'out' || leg.state === 'leaving')
    endLeg(w, leg.id, leg.state === 'leaving' ? 'us' : 'crash', leg.leave?.cause ?? 'restart');
}

function recoverPhase(w: Work): void {
  const { phase } = w.call;
  switch (phase.name) {
    case 'calling-agent':
    case 'calling-back':
      return recoverCallBack(w);
    case 'seeking':
      w.emit({ type: 'start-timer', timer: 'hunt', ms: w.routing.limits.maxHuntMs });
      return seek(w, phase.caller, w.call.member === null ? [] : withFallbacks(w, w.call.member));
    case 'talking':
    case 'switching':
      joinAnew(w, phase.link.a, phase.link.b);
      return w.setPhase({ ...phase, link: onceMore(phase.link) });
    case 'transferring':
      // Whoever was being called is called no more.
      if (phase.transferor !== null) joinAnew(w, phase.transferee, phase.transferor);
      return failTransfer(w, 'restart', null);
    case 'consulting': {
      const waits = phase.link.b === phase.target ? phase.transferee : phase.target;
      joinAnew(w, phase.link.a, phase.link.b);
      w.setPhase({ ...phase, link: onceMore(phase.link), holds: 0 });
      return park(w, waits, 'music');
    }
    case 'conferring':
      joinAnew(w, phase.transferee, phase.transferor);
      // The mixer may have been killed with us.
      mixingLost(w);
      return park(w, phase.target, 'music');
    case 'returning':
      return returnAgain(w, phase.party);
    case 'announcing': {
      const { party, cause, status } = phase;
      return announceAndEnd(w, party, { cause, ...(status === null ? {} : { status }) });
    }
    case 'ending':
    case 'ended':
      return;
  }
}

/** Offers that were lost do not count, unless the two were left as they are. */
function onceMore(link: Link): Link {
  return link.rounds >= MAX_ROUNDS ? link : { ...link, rounds: 0 };
}

/** The media server may have been killed with us, and know less of the two than the journal. */
function joinAnew(w: Work, a: LegId, b: LegId): void {
  if (!isAnchored(w)) return;
  for (const id of [a, b]) {
    const { given } = w.leg(id);
    if (given !== null) w.patchLeg(id, { given: { ...given, from: null } });
  }
}

/** Legs whose part in the call was over, and who were not gone yet. */
function releaseForgotten(w: Work): void {
  const parts = partsOf(w.call.phase);
  for (const leg of Object.values(w.call.legs)) {
    const told = w.call.subscriptions.some((s) => s.leg === leg.id && s.releaseAfter !== null);
    if (leg.state === 'answered' && !isGone(leg) && !parts.includes(leg.id) && !told)
      releaseLeg(w, leg.id, 'other-party-left');
  }
}

function partsOf(phase: Phase): readonly (LegId | null)[] {
  switch (phase.name) {
    case 'calling-agent':
      return phase.hunt.ringing.map(({ leg }) => leg);
    case 'calling-back':
      return [phase.agent, ...phase.hunt.ringing.map(({ leg }) => leg)];
    case 'seeking':
      return [phase.caller, ...phase.hunt.ringing.map(({ leg }) => leg)];
    case 'talking':
      return [phase.link.a, phase.link.b];
    case 'transferring':
      return [phase.transferee, phase.transferor];
    case 'consulting':
    case 'conferring':
      return [phase.transferee, phase.transferor, phase.target];
    case 'switching':
      return [phase.link.a, phase.link.b, phase.transferor, phase.consultation];
    case 'returning':
    case 'announcing':
      return [phase.party];
    case 'ending':
    case 'ended':
      return [];
  }
}

/** The time that the plan gives a call goes on by the clock on the wall. */
function restartLimit(w: Work): void {
  const { maxCallMs } = w.routing.limits;
  if (maxCallMs === 0 || w.call.phase.name === 'ending') return;
  const left = maxCallMs - (w.at.utc - w.call.startedAt.utc);
  w.emit({ type: 'start-timer', timer: 'limit', ms: Math.min(maxCallMs, Math.max(0, left)) });
}

function ofEarlierProcess(call: Call): Call {
  const { phase } = call;
  const legs = Object.values(call.legs).map(
    (leg): Leg => ({
      ...leg,
      startedAt: earlier(leg.startedAt),
      ringingAt: maybeEarlier(leg.ringingAt),
      answeredAt: maybeEarlier(leg.answeredAt),
    }),
  );
  const transfer = 'transfer' in phase ? phase.transfer : null;
  const moved =
    transfer === null
      ? null
      : {
          ...transfer,
          requestedAt: earlier(transfer.requestedAt),
          answeredAt: maybeEarlier(transfer.answeredAt),
        };
  return {
    ...call,
    startedAt: earlier(call.startedAt),
    answeredAt: maybeEarlier(call.answeredAt),
    ...(call.held === undefined ? {} : { held: { ...call.held, since: maybeEarlier(call.held.since) } }),
    legs: Object.fromEntries(legs.map((leg) => [leg.id, leg])),
    phase: moved === null ? phase : ({ ...phase, transfer: moved } as Phase),
    end: call.end === null ? null : { ...call.end, at: earlier(call.end.at) },
  };
}

/** A moment of an earlier process. */
export function earlier(instant: Instant): Instant {
  return { utc: instant.utc, mono: instant.mono + EARLIER_MS };
}

export function maybeEarlier(instant: Instant | null): Instant | null {
  return instant === null ? null : earlier(instant);
}
