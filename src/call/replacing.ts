/** INVITE with Replaces (RFC 3891): a member's other phone or PBX takes the place of one of its legs. */
import type { Leg, LegId, LegRole, Transfer } from './call.js';
import { takeOverCallBack } from './call-back.js';
import type { CallEventOf } from './event.js';
import { newHunt } from './hunt.js';
import { endLeg, inboundLeg } from './legs.js';
import { offerOf } from './link.js';
import { answerTaker, heardAtPlace, takePlace } from './take-place.js';
import { announce } from './transfer.js';
import {
  describe,
  judgeSeat,
  judgeTalkingTarget,
  type Refused,
  recordRefusal,
  refused,
  type TransferWish,
} from './wish.js';
import { isGone, transferOf, type Work } from './work.js';

export function replacing(w: Work, event: CallEventOf<'replacing'>): void {
  const replaced = w.call.legs[event.replaces];
  const same = replaced !== undefined && replaced.member !== null && replaced.member === event.member;
  const waits = same && waitsForCaller(w, replaced.id);
  // In a transfer its own member's phone goes on as what it was.
  const stays = same && transferOf(w.call) !== null && replaced.role !== 'caller';
  const leg = addLeg(w, event, waits ? 'agent' : stays ? replaced.role : 'target');
  if (replaced === undefined) return turnAway(w, leg, 481);
  // RFC 3891 §3: what has ended is declined, what is early and not ours to answer is not found.
  if (isGone(replaced)) return turnAway(w, leg, 603);
  if (replaced.state !== 'answered') return turnAway(w, leg, 481);
  if (event.earlyOnly) return turnAway(w, leg, 486);
  if (waits) return takeOverCallBack(w, leg, replaced);
  const other = stays ? heardAtPlace(w, replaced.id) : null;
  if (other !== null) return takePlace(w, leg, replaced, other);
  // The two are being brought together at this very moment: it may ask again.
  if (stays) return turnAway(w, leg, 491);
  const wish: TransferWish = {
    trigger: 'replaces',
    mode: 'consult',
    transferor: replaced.id,
    address: event.numberDialled,
    referredBy: null,
    matter: null,
    note: null,
  };
  const verdict = judgeTaking(w, event, replaced);
  if (!verdict.ok) {
    recordRefusal(w, wish, verdict.code, event.member);
    return turnAway(w, leg, verdict.code === 'transfer-pending' ? 491 : 403);
  }
  take(w, leg, { ...describe(w, wish, verdict.transferee), toMember: verdict.member }, replaced);
}

/** The transferee is connected with the new leg, then the replaced one is released. */
function take(w: Work, leg: Leg, described: Transfer, replaced: Leg): void {
  const { transferee } = described;
  const transfer = announce(w, { ...described, targetLeg: leg.id, answeredAt: w.at });
  answerTaker(w, leg, { from: transferee, sdp: offerOf(w.leg(transferee)) }, transfer.id);
  const link = { a: transferee, b: leg.id, rounds: 0 };
  w.setPhase({
    name: 'switching',
    link,
    transferor: replaced.id,
    transfer,
    hunt: newHunt([]),
    consultation: null,
  });
}

type Taking = Refused | { readonly ok: true; readonly transferee: string; readonly member: string };

function judgeTaking(w: Work, event: CallEventOf<'replacing'>, replaced: Leg): Taking {
  const { member } = event;
  const to = member === null ? undefined : w.routing.member(member);
  if (to === undefined) return refused('not-allowed', 'Only a member may take over the call of an agent');
  const seat = judgeSeat(w, replaced.id);
  if (!seat.ok) return seat;
  // Another phone of the same member: nobody is moved.
  if (to.id !== replaced.member) {
    const obstacle = judgeTalkingTarget(w, replaced.member, to);
    if (obstacle !== null) return obstacle;
  }
  return { ok: true, transferee: seat.transferee, member: to.id };
}

function turnAway(w: Work, leg: Leg, status: number): void {
  w.emit({ type: 'reject', leg: leg.id, status, cause: 'refused' });
  w.patchLeg(leg.id, { state: 'leaving', leave: { cause: 'refused', by: 'reject' }, sipStatus: status });
  endLeg(w, leg.id, 'us', null);
}

/** The agent of a call back, whose caller rings, goes on with another phone of the same member. */
function waitsForCaller({ call }: Work, id: LegId): boolean {
  return call.phase.name === 'calling-back' && call.phase.agent === id;
}

function addLeg(w: Work, event: CallEventOf<'replacing'>, role: LegRole): Leg {
  const leg = inboundLeg(w.at, event, {
    id: event.leg,
    role,
    member: event.member,
    numberDialled: event.numberDialled,
    numberCalled: event.numberDialled,
    agent: event.agent,
  });
  w.call = { ...w.call, legsMade: w.call.legsMade + 1, legs: { ...w.call.legs, [leg.id]: leg } };
  w.publish('leg-started', { legId: leg.id }, { role, member: leg.member, peer: leg.peer });
  return leg;
}
