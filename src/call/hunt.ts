/** Looking for somebody who answers: the desks of one stage ring at once, stage after stage. */
import type { MemberId } from '../dialplan/plan.js';
import type { FailureCause, Hunt, LeaveCause, LegId, Ringing, Transfer } from './call.js';
import type { Branch, Candidate, Stage } from './candidate.js';
import type { CallContext } from './command.js';
import { releaseLeg, startLeg } from './legs.js';
import { offerOf } from './link.js';
import type { Work } from './work.js';

/** RFC 3261 §21.4.21: the call goes in a circle. */
export const TOO_MANY_HOPS = 483;

export function newHunt(stages: readonly Stage[]): Hunt {
  return { stages, ringing: [], lastStatus: null, lastCause: null };
}

/** Targets of a member, then those of its fallback, and so on; no member twice, none that takes no calls now. */
export function withFallbacks(w: Work, first: MemberId): Stage[] {
  const { routing, at } = w;
  const seen = new Set<MemberId>();
  const found: Stage[] = [];
  for (let id: MemberId | null = first; id !== null && !seen.has(id); ) {
    seen.add(id);
    if (routing.obstacle(id, at) === null) found.push(...routing.stages(id, null));
    id = routing.member(id)?.fallback ?? null;
  }
  return found;
}

export interface HuntFor {
  readonly hunt: Hunt;
  /** The party whose session the targets are offered. */
  readonly party: LegId;
  readonly role: 'agent' | 'target';
  readonly transfer: Transfer | null;
  /** The member whose number the party asked for, or is returned to. */
  readonly wanted: MemberId | null;
}

/** Call everybody of the next stage. Null when there is no stage left. */
export function callNext(w: Work, search: HuntFor): Hunt | null {
  const [stage, ...stages] = search.hunt.stages;
  if (stage === undefined) return null;
  const ringing = stage.flatMap((branch) => callBranch(w, search, branch) ?? []);
  const hunt = { ...search.hunt, stages, ringing };
  return ringing.length > 0 ? hunt : callNext(w, { ...search, hunt });
}

function callBranch(w: Work, search: HuntFor, [candidate, ...ways]: Branch): Ringing | null {
  if (candidate === undefined) return null;
  const party = w.leg(search.party);
  const leg = startLeg(w, {
    candidate,
    role: search.role,
    offer: { from: party.id, sdp: offerOf(party) },
    context: contextFor(w, search, candidate),
    transferId: search.transfer?.id ?? null,
  });
  return { leg, ways };
}

/**
 * A target did not take the call: try another way to the same desk if no peer was there at all, else wait for the
 * others of its stage, else go on to the next. Null when nobody is left.
 */
export function huntOn(
  w: Work,
  search: HuntFor,
  lost: LegId,
  cause: FailureCause,
  status: number,
): Hunt | null {
  const { hunt } = search;
  const branch = hunt.ringing.find((r) => r.leg === lost);
  const others = hunt.ringing.filter((r) => r.leg !== lost);
  const next = { ...hunt, ringing: others, lastCause: cause, lastStatus: status };
  const another = cause === 'unreachable' && branch !== undefined;
  const way = another ? callBranch(w, { ...search, hunt: next }, branch.ways) : null;
  if (way !== null) return { ...next, ringing: [...others, way] };
  return others.length > 0 ? next : callNext(w, { ...search, hunt: next });
}

/** Nobody of the hunt shall take the call any more, but perhaps `winner`. */
export function stopHunt(w: Work, hunt: Hunt, winner: LegId | null, cause: LeaveCause): Hunt {
  for (const { leg } of hunt.ringing) if (leg !== winner) releaseLeg(w, leg, cause);

  return { ...hunt, ringing: [] };
}

export function isRinging(hunt: Hunt, leg: LegId): boolean {
  return hunt.ringing.some((r) => r.leg === leg);
}

function contextFor(w: Work, search: HuntFor, candidate: Candidate): CallContext {
  const { call, routing } = w;
  const { transfer } = search;
  const called = routing.member(candidate.member);
  const divertedMember = transfer?.fromMember ?? (candidate.member === search.wanted ? null : search.wanted);
  const diverted = divertedMember === null ? undefined : routing.member(divertedMember);
  return {
    callId: call.id,
    callerNumber: call.callerNumber,
    callerName: call.callerName,
    firstDialled: (call.member === null ? undefined : routing.member(call.member)?.number) ?? call.dialled,
    calledNumber: called?.number ?? candidate.number,
    divertedFrom: diverted?.number ?? null,
    diversion: diverted === undefined ? null : diversionOf(search),
    transferId: transfer?.id ?? null,
    referredBy: transfer?.referredBy ?? null,
    emergency: called?.emergency ?? false,
    visited: call.visited.flatMap((id) => routing.member(id)?.number ?? []),
    matter: transfer?.matter ?? null,
    note: transfer?.note ?? null,
    carried: call.carried,
    maxForwards: call.maxForwards,
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
