/** Looking for somebody who answers: the desks of one stage ring at once, stage after stage. */
import type { MemberId } from '../dialplan/plan.js';
import type { FailureCause, Hunt, LeaveCause, LegId, Ringing, Transfer, Waiting } from './call.js';
import {
  type Branch,
  type Candidate,
  type Desks,
  isQueue,
  type QueueStage,
  type Stage,
} from './candidate.js';
import type { CallContext } from './command.js';
import { releaseLeg, startLeg } from './legs.js';
import { offerOf } from './link.js';
import { tellWaiting } from './waiting.js';
import type { Work } from './work.js';

/** RFC 3261 §21.4.21: the call goes in a circle. */
export const TOO_MANY_HOPS = 483;

/** The public network looks for a telephone longer than a desk's PBX does, mobile ones most of all (ITU-T E.721). */
const PUBLIC_SILENT_MS = 20_000;

export function newHunt(stages: readonly Stage[]): Hunt {
  return { stages, ringing: [], waiting: null, lastStatus: null, lastCause: null };
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
  /** The party whose session the targets are offered; null: the agent of a call back is called for nobody yet. */
  readonly party: LegId | null;
  /** `caller`: one who is called back. */
  readonly role: 'caller' | 'agent' | 'target';
  readonly transfer: Transfer | null;
  /** The member whose number the party asked for, or is returned to. */
  readonly wanted: MemberId | null;
}

/** Call everybody of the next stage, or wait in its queue. Null when there is no stage left. */
export function callNext(w: Work, search: HuntFor): Hunt | null {
  const [stage, ...stages] = search.hunt.stages;
  if (stage === undefined) return null;
  const rest = { ...search, hunt: { ...search.hunt, stages, waiting: null } };
  if (isQueue(stage)) return enterQueue(w, rest, stage);
  const hunt = callDesks(w, rest, stage);
  return hunt.ringing.length > 0 ? hunt : callNext(w, { ...search, hunt });
}

/** Call all of these at once. */
export function callDesks(w: Work, search: HuntFor, desks: Desks): Hunt {
  return { ...search.hunt, ringing: desks.flatMap((branch) => callBranch(w, search, branch) ?? []) };
}

/** Nobody waits longer than the plan allows, whatever becomes of whoever keeps the queue. */
function enterQueue(w: Work, search: HuntFor, { maxWaitMs, ...place }: QueueStage): Hunt {
  const { party, transfer } = search;
  w.emit({ type: 'start-timer', timer: 'queue', ms: maxWaitMs });
  if (transfer === null)
    w.emit({ type: 'start-timer', timer: 'hunt', ms: maxWaitMs + w.routing.limits.maxHuntMs });
  if (transfer === null && party !== null && w.leg(party).state !== 'answered')
    tellWaiting(w, party, 'music');
  const entry = w.call.ticketsMade + 1;
  return askQueue(w, { ...search, hunt: { ...search.hunt, ringing: [] } }, { ...place, entry });
}

/** Ask for somebody to call. */
function askQueue(w: Work, { hunt, transfer }: HuntFor, place: Omit<Waiting, 'ticket'>): Hunt {
  const ticket = w.call.ticketsMade + 1;
  const waiting = { ...place, ticket };
  w.patch({ ticketsMade: ticket });
  const again = ticket !== waiting.entry;
  const members = [w.call.member, waiting.queue, transfer?.toMember];
  const emergency = members.some((id) => id != null && w.routing.member(id)?.emergency === true);
  const lastHope = transfer === null && hunt.stages.length === 0;
  const from = transfer?.fromMember ?? null;
  w.emit({ type: 'queue-wait', ...waiting, again, from, emergency, lastHope });
  return { ...hunt, waiting };
}

/** Nobody of those whom the queue named has taken the call: the party keeps its place. */
function waitOn(w: Work, search: HuntFor, waiting: Waiting): Hunt {
  const leg = search.party === null ? null : w.leg(search.party);
  // It may have heard the early media of a desk, which is over.
  const heard = leg !== null && leg.given !== null && leg.given.from !== null;
  if (search.transfer === null && heard && leg.state !== 'answered') tellWaiting(w, leg.id, 'music');
  return askQueue(w, search, waiting);
}

function callBranch(w: Work, search: HuntFor, [candidate, ...ways]: Branch): Ringing | null {
  if (candidate === undefined) return null;
  const party = search.party === null ? null : w.leg(search.party);
  const leg = startLeg(w, {
    candidate,
    role: search.role,
    offer: party === null ? { from: null, sdp: null } : { from: party.id, sdp: offerOf(party) },
    context: search.role === 'caller' ? callBackContext(w, candidate) : contextFor(w, search, candidate),
    transferId: search.transfer?.id ?? null,
    silentMs: search.role === 'caller' ? PUBLIC_SILENT_MS : w.routing.limits.noResponseMs,
  });
  return { leg, ways };
}

/**
 * A target did not take the call: try another way to the same desk if no peer was there at all, else wait for the
 * others of its stage, else for whom its queue names next, else go on to the next stage. Null when nobody is left.
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
  if (others.length > 0) return next;
  const on = { ...search, hunt: next };
  return next.waiting === null ? callNext(w, on) : waitOn(w, on, next.waiting);
}

/** Nobody of the hunt shall take the call any more, but perhaps `winner`. */
export function stopHunt(w: Work, hunt: Hunt, winner: LegId | null, cause: LeaveCause): Hunt {
  for (const { leg } of hunt.ringing) if (leg !== winner) releaseLeg(w, leg, cause);

  return { ...hunt, ringing: [], waiting: null };
}

export function isRinging(hunt: Hunt, leg: LegId): boolean {
  return hunt.ringing.some((r) => r.leg === leg);
}

function contextFor(w: Work, search: HuntFor, candidate: Candidate): CallContext {
  const { call, routing } = w;
  const { transfer } = search;
  const called = candidate.member === null ? undefined : routing.member(candidate.member);
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
    callBack: false,
    visited: call.visited.flatMap((id) => routing.member(id)?.number ?? []),
    matter: transfer?.matter ?? null,
    note: transfer?.note ?? null,
    carried: call.carried,
    maxForwards: call.maxForwards,
  };
}

/** A caller who is called back sees the number that they called, and learns nothing else of us. */
function callBackContext({ call, routing }: Work, { number }: Candidate): CallContext {
  const member = call.member === null ? undefined : routing.member(call.member);
  const dialled = call.callerNumber ?? number;
  return {
    callId: call.id,
    callerNumber: member?.number ?? call.dialled,
    callerName: null,
    firstDialled: dialled,
    calledNumber: dialled,
    divertedFrom: null,
    diversion: null,
    transferId: null,
    referredBy: null,
    emergency: member?.emergency ?? false,
    callBack: true,
    visited: [],
    matter: null,
    note: null,
    carried: { headers: {}, bodies: [] },
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
