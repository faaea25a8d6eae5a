/** Making legs, letting them go, and closing them with their record. One way to die: `endLeg`. */
import type { EndedBy, LegOutcome } from '../ledger/records.js';
import { isAnchored, SERVERS_OWN } from './anchored.js';
import type { Instant, LeaveCause, Leg, LegId, TransferId } from './call.js';
import type { Candidate } from './candidate.js';
import type { CallContext } from './command.js';
import { legRecord } from './records.js';
import type { Work } from './work.js';

/** How long a leg that was asked to end may take; past all SIP timers (RFC 3261 timer B, F and H: 32 s). */
export const GUARD_MS = 45_000;

export interface NewLeg {
  readonly candidate: Candidate;
  readonly role: 'caller' | 'agent' | 'target';
  /** `from` null: nobody's yet. */
  readonly offer: { readonly from: LegId | null; readonly sdp: string | null };
  readonly context: CallContext;
  readonly transferId: TransferId | null;
  /** How long it may take to ring; milliseconds. */
  readonly silentMs: number;
}

/** What an INVITE of a peer says of its leg. */
type Inviting = Pick<Leg, 'trunk' | 'peer' | 'sipCallId' | 'allowsUpdate'> & {
  readonly offer: string | null;
};

/** A leg that a peer begins; those of a member's PBX may transfer. */
export function inboundLeg(
  at: Instant,
  { trunk, peer, sipCallId, offer, allowsUpdate }: Inviting,
  who: Pick<Leg, 'id' | 'role' | 'member' | 'numberDialled' | 'numberCalled' | 'agent'>,
): Leg {
  return {
    ...who,
    trunk,
    peer,
    sipCallId,
    allowsUpdate,
    direction: 'in',
    state: 'trying',
    mayTransfer: who.member !== null,
    transferId: null,
    startedAt: at,
    ringingAt: null,
    answeredAt: null,
    acked: false,
    leave: null,
    sipStatus: null,
    remote: offer,
    remoteOffered: offer !== null,
    given: null,
    exchange: null,
    refers: 0,
    keysBy: null,
    mediaMoved: false,
  };
}

/** Call a candidate on a new leg. */
export function startLeg(w: Work, made: NewLeg): LegId {
  const { candidate } = made;
  const n = w.call.legsMade + 1;
  const id = `${w.call.id}-${n}`;
  // A media server has an offer for everybody, also when the caller's INVITE had none.
  const sdp = made.offer.sdp ?? (isAnchored(w) ? SERVERS_OWN : null);
  const leg: Leg = {
    id,
    role: made.role,
    direction: 'out',
    state: 'trying',
    member: candidate.member,
    trunk: candidate.trunk,
    peer: candidate.peer,
    mayTransfer: candidate.mayTransfer,
    numberDialled: made.context.calledNumber,
    numberCalled: candidate.number,
    agent: candidate.phone?.agent ?? null,
    sipCallId: null,
    transferId: made.transferId,
    startedAt: w.at,
    ringingAt: null,
    answeredAt: null,
    acked: true,
    leave: null,
    sipStatus: null,
    remote: null,
    remoteOffered: false,
    given: sdp === null ? null : { from: made.offer.from, sdp },
    exchange: null,
    allowsUpdate: false,
    refers: 0,
    keysBy: null,
    mediaMoved: false,
  };
  w.call = { ...w.call, legsMade: n, legs: { ...w.call.legs, [id]: leg } };
  w.emit({
    type: 'invite',
    leg: id,
    to: candidate,
    offer: { from: made.offer.from, sdp },
    context: made.context,
  });
  w.emit({ type: 'start-timer', timer: `silent:${id}`, ms: made.silentMs });
  w.emit({ type: 'start-timer', timer: `ring:${id}`, ms: candidate.ringSeconds * 1000 });
  w.publish(
    'leg-started',
    { legId: id, transferId: made.transferId },
    {
      role: made.role,
      member: candidate.member,
      number: candidate.number,
      peer: candidate.peer,
    },
  );
  return id;
}

function stopLegTimers(w: Work, leg: Leg): void {
  if (leg.direction === 'out' && (leg.state === 'trying' || leg.state === 'ringing')) {
    w.emit({ type: 'stop-timer', timer: `silent:${leg.id}` });
    w.emit({ type: 'stop-timer', timer: `ring:${leg.id}` });
  }
  if (leg.exchange?.kind === 'glare-wait') w.emit({ type: 'stop-timer', timer: `glare:${leg.id}` });
}

/** RFC 3261 §14.1: after glare the owner of the Call-ID waits 2.1 to 4 s, the other side 0 to 2 s. */
export function startGlareTimer(w: Work, leg: Leg): void {
  const wait = leg.direction === 'out' ? { ms: 2_100, spread: 1_900 } : { ms: 10, spread: 1_990 };
  w.emit({ type: 'start-timer', timer: `glare:${leg.id}`, ...wait });
}

/** Ask a leg to end, in the way that its state allows. Asking twice is asking once. */
export function releaseLeg(w: Work, id: LegId, cause: LeaveCause, status = 480): void {
  const leg = w.leg(id);
  if (leg.state === 'leaving' || leg.state === 'ended') return;
  stopLegTimers(w, leg);
  const answered = leg.state === 'answered';
  if (!answered && leg.direction === 'in') {
    w.emit({ type: 'reject', leg: id, status, cause });
    w.patchLeg(id, { state: 'leaving', leave: { cause, by: 'reject' }, sipStatus: status });
    endLeg(w, id, 'us', null);
    return;
  }
  if (answered && leg.exchange?.kind === 'ack-owed') {
    // A 2xx without our ACK would be sent again and again: close the exchange before the BYE.
    w.emit({ type: 'ack', leg: id, sdp: leg.exchange.offer, from: null });
  }
  // RFC 3261 §15: the callee must not send BYE before its 2xx was acknowledged.
  const by = !answered ? 'cancel' : leg.acked ? 'bye' : 'bye-on-ack';
  if (by === 'cancel') w.emit({ type: 'cancel', leg: id, cause });
  if (by === 'bye') w.emit({ type: 'bye', leg: id, cause });
  // What comes back on an offer of ours is acknowledged still, and passed to nobody.
  const exchange = leg.exchange?.kind === 'offered' ? { ...leg.exchange, relay: false } : null;
  w.patchLeg(id, { state: 'leaving', leave: { cause, by }, exchange });
  w.emit({ type: 'start-timer', timer: `guard:${id}`, ms: GUARD_MS });
}

/** The leg is gone from the wire: close it and write its record. */
export function endLeg(w: Work, id: LegId, endedBy: EndedBy, reason: string | null): void {
  const leg = w.leg(id);
  if (leg.state === 'ended') return;
  stopLegTimers(w, leg);
  if (leg.state === 'leaving') w.emit({ type: 'stop-timer', timer: `guard:${id}` });
  const outcome = endedBy === 'crash' ? 'interrupted' : outcomeOf(leg);
  w.emit({
    type: 'write',
    record: legRecord(w.call, leg, w.at, { endedBy, outcome, reason: reason ?? leg.leave?.cause ?? null }),
  });
  w.publish(
    'leg-ended',
    { legId: id, transferId: leg.transferId },
    {
      role: leg.role,
      member: leg.member,
      outcome,
      endedBy,
      sipStatus: leg.sipStatus,
    },
  );
  w.patchLeg(id, { state: 'ended', exchange: null, leave: null, remote: null, given: null });
}

/** How a leg that is gone ended. */
export function outcomeOf(leg: Leg): LegOutcome {
  if (leg.answeredAt !== null) return 'answered';
  switch (leg.leave?.cause) {
    case 'ring-timeout':
      return 'unanswered';
    case 'no-response':
      return 'unreachable';
    case 'declined':
      return 'rejected';
    case undefined:
      break;
    default:
      return leg.leave?.by === 'reject' ? 'rejected' : 'cancelled';
  }
  if (leg.direction === 'in') return 'cancelled';
  return leg.sipStatus === null ? 'unreachable' : 'rejected';
}
