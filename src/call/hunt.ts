/** Looking for somebody who answers: targets of a member in order, one at a time. */
import type { MemberId } from '../dialplan/plan.js';
import type { Candidate, FailureCause, Hunt, LeaveCause, LegId, Transfer } from './call.js';
import type { CallContext } from './command.js';
import { releaseLeg, startLeg } from './legs.js';
import { offerOf } from './link.js';
import type { Routing } from './routing.js';
import type { Work } from './work.js';

export function newHunt(queue: readonly Candidate[]): Hunt {
  return { queue, current: null, lastStatus: null, lastCause: null };
}

/** Targets of a member, then those of its fallback, and so on; no member twice. */
export function withFallbacks(
  routing: Routing,
  first: MemberId,
  skip: readonly MemberId[] = [],
): Candidate[] {
  const seen = new Set<MemberId>(skip);
  const found: Candidate[] = [];
  for (let id: MemberId | null = first; id !== null && !seen.has(id); ) {
    seen.add(id);
    found.push(...routing.candidates(id));
    id = routing.member(id)?.fallback ?? null;
  }
  return found;
}

export interface HuntFor {
  readonly hunt: Hunt;
  /** The party that waits: its session is what the targets are offered. */
  readonly party: LegId;
  readonly role: 'agent' | 'target';
  readonly transfer: Transfer | null;
  /** The member whose number the party asked for, or is returned to. */
  readonly wanted: MemberId;
}

/** Call the next target. Null when there is none left. */
export function callNext(w: Work, search: HuntFor): Hunt | null {
  const [candidate, ...queue] = search.hunt.queue;
  if (candidate === undefined) return null;
  const party = w.leg(search.party);
  const leg = startLeg(w, {
    candidate,
    role: search.role,
    offer: { from: party.id, sdp: offerOf(party) },
    context: contextFor(w, search, candidate),
    transferId: search.transfer?.id ?? null,
  });
  return { ...search.hunt, queue, current: leg };
}

function contextFor(w: Work, search: HuntFor, candidate: Candidate): CallContext {
  const { call, routing } = w;
  const called = routing.member(candidate.member);
  const divertedMember =
    search.transfer?.fromMember ?? (candidate.member === search.wanted ? null : search.wanted);
  const diverted = divertedMember === null ? undefined : routing.member(divertedMember);
  return {
    callerNumber: call.callerNumber,
    callerName: call.callerName,
    firstDialled: (call.member === null ? undefined : routing.member(call.member)?.number) ?? call.dialled,
    calledNumber: called?.number ?? candidate.number,
    divertedFrom: diverted?.number ?? null,
    diversion: diverted === undefined ? null : diversionOf(search),
    transferId: search.transfer?.id ?? null,
    referredBy: search.transfer?.referredBy ?? null,
    emergency: called?.emergency ?? false,
  };
}

/** Reasons of the Diversion header (RFC 5806 §4). */
function diversionOf(search: HuntFor): CallContext['diversion'] {
  if (search.transfer !== null) return 'deflection';
  if (search.hunt.lastCause === 'busy') return 'user-busy';
  return search.hunt.lastCause === 'no-answer' ? 'no-answer' : 'unavailable';
}

/** What a final status means for people. RFC 3261 §21, RFC 3398 §7.2.6. */
export function causeOf(status: number, reached: boolean): FailureCause {
  if (!reached) return 'unreachable';
  if (status === 486 || status === 600) return 'busy';
  if (status === 480 || status === 487) return 'no-answer';
  return status === 408 || status === 503 || status === 502 || status === 504 ? 'unreachable' : 'rejected';
}

/** The current target took too long: let it go. The hunt then goes on with what this returns. */
export function giveUp(
  w: Work,
  hunt: Hunt,
  cause: Extract<LeaveCause, 'ring-timeout' | 'no-response'>,
): Hunt {
  if (hunt.current !== null) releaseLeg(w, hunt.current, cause);
  return cause === 'ring-timeout'
    ? { ...hunt, current: null, lastStatus: 480, lastCause: 'no-answer' }
    : { ...hunt, current: null, lastStatus: 408, lastCause: 'unreachable' };
}
