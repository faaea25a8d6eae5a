/** A transfer from its start to its end: completed, failed or abandoned. */
import { areJoined, heard, isAnchored, join, park } from './anchored.js';
import { announceAndEnd } from './announcement.js';
import type { EndedBy, FailureCause, Hunt, LegId, Transfer } from './call.js';
import { beginConference } from './confer.js';
import { beginConsultation } from './consult.js';
import { closeExchangesWith } from './exchange.js';
import { callNext, type HuntFor, huntOn, newHunt, stopHunt, withFallbacks } from './hunt.js';
import { letGo, subscribe, tell } from './notify.js';
import { type TransferEnd, transferRecord } from './records.js';
import { describe, type Granted, type TransferWish } from './wish.js';
import { isGone, transferOf, transferorOf, type Work } from './work.js';

/** Start calling the target. The two parties go on talking until somebody answers, or the transferor leaves. */
export function startTransfer(
  w: Work,
  wish: TransferWish,
  { to, transferee }: Granted,
  subscription: { readonly eventId: string | null } | null,
): Transfer {
  const transfer = announce(w, { ...describe(w, wish, transferee), toMember: to.id });
  const hunt = newHunt(w.routing.stages(to.id, transfer.fromMember));
  const { phase } = w.call;
  const rounds = phase.name === 'talking' ? phase.link.rounds : 0;
  w.setPhase({ name: 'transferring', transferee, transferor: wish.transferor, transfer, hunt, rounds });
  if (subscription !== null && wish.transferor !== null)
    subscribe(w, wish.transferor, transfer.id, subscription.eventId);
  targetHuntOn(w, callNext(w, targetHunt(w, hunt)), hunt);
  return transfer;
}

/** Tell whoever watches that a transfer was asked for and granted. */
export function announce(w: Work, transfer: Transfer): Transfer {
  const { id, trigger, mode, fromMember, toMember, requestedTarget, transferor, matter } = transfer;
  const detail = { trigger, mode, fromMember, toMember, requestedTarget, matter };
  w.publish('transfer-requested', { legId: transferor, transferId: id }, detail);
  return transfer;
}

/** An incident goes to another member; the conversation goes on. */
export function raiseAlert(w: Work, wish: TransferWish, { to, transferee }: Granted): Transfer {
  const transfer: Transfer = { ...describe(w, wish, transferee), toMember: to.id };
  const { id, fromMember, matter, note } = transfer;
  w.publish(
    'alert-raised',
    { legId: wish.transferor, transferId: id },
    { fromMember, toMember: to.id, caller: w.call.callerNumber, firstDialled: w.call.dialled, matter, note },
  );
  close(w, transfer, { outcome: 'completed', cause: null, sipStatus: null });
  return transfer;
}

/** Of a consultation, the target is to speak with the transferor first. */
export function targetHunt(w: Work, hunt: Hunt): HuntFor {
  const { phase } = w.call;
  if (phase.name !== 'transferring') throw new RangeError(`no target is called in ${phase.name}`);
  const { transfer, transferee, transferor } = phase;
  const party = transfer.mode !== 'blind' && transferor !== null ? transferor : transferee;
  return { hunt, party, role: 'target', transfer, wanted: transfer.toMember };
}

/** Go on with a hunt for the target; the transfer has failed when nobody is left. */
export function targetHuntOn(w: Work, next: Hunt | null, last: Hunt): void {
  const { phase } = w.call;
  if (phase.name !== 'transferring') return;
  if (next === null) return failTransfer(w, last.lastCause ?? 'unreachable', last.lastStatus ?? 480);
  const targetLeg = next.ringing.at(-1)?.leg ?? null;
  w.setPhase({ ...phase, hunt: next, transfer: { ...phase.transfer, targetLeg } });
  hearNextTarget(w);
}

/**
 * The caller whose agent has left hears what the target plays before it answers (RFC 3960), where the plan wants it. Of
 * desks that ring at once nobody's is heard. True when the caller hears it.
 */
export function hearTarget(w: Work): boolean {
  const { phase } = w.call;
  if (phase.name !== 'transferring' || phase.transferor !== null) return false;
  if (!isAnchored(w) || w.routing.limits.ringback !== 'target') return false;
  const [only, ...others] = phase.hunt.ringing;
  if (only === undefined || others.length > 0) return false;
  const [party, target] = [w.leg(phase.transferee), w.leg(only.leg)];
  if (party.remote === null || target.remote === null) return false;
  if (areJoined(party, target)) return true;
  heard(w, target.id, target.remote, 'answer');
  join(w, party.id, target.id);
  return true;
}

/** Whom the caller heard may be gone. */
function hearNextTarget(w: Work): void {
  const { phase } = w.call;
  if (phase.name !== 'transferring' || phase.transferor !== null || hearTarget(w)) return;
  const heardFrom = w.leg(phase.transferee).given?.from ?? null;
  if (heardFrom !== null) park(w, phase.transferee, 'transferring');
}

/** A desk of the target did not take the call. */
export function targetLost(w: Work, lost: LegId, cause: FailureCause, status: number): void {
  const { phase } = w.call;
  if (phase.name !== 'transferring') return;
  const last = { ...phase.hunt, lastCause: cause, lastStatus: status };
  targetHuntOn(w, huntOn(w, targetHunt(w, phase.hunt), lost, cause, status), last);
}

/** The target has answered: the transferor speaks with it first, or the caller is moved at once. */
export function targetAnswered(w: Work, target: LegId, hunt: Hunt): void {
  const { phase } = w.call;
  if (phase.name !== 'transferring') return;
  const { transferee, transferor } = phase;
  const transfer = { ...phase.transfer, answeredAt: w.at, targetLeg: target };
  w.publish(
    'transfer-answered',
    { legId: target, transferId: transfer.id },
    { member: w.leg(target).member, mode: transfer.mode },
  );
  if (transfer.mode !== 'blind' && transferor !== null) {
    const parties = { transferee, transferor, target, transfer };
    return transfer.mode === 'consult' ? beginConsultation(w, parties) : beginConference(w, parties);
  }
  const link = { a: transferee, b: target, rounds: 0 };
  w.setPhase({ name: 'switching', link, transferor, transfer, hunt, consultation: null });
}

function close(w: Work, transfer: Transfer, end: TransferEnd): void {
  w.emit({ type: 'write', record: transferRecord(w.call, transfer, w.at, end) });
}

/** The transferee and the target hear each other: the transfer is done and the transferor may go. */
export function completeSwitch(w: Work): void {
  const { phase } = w.call;
  if (phase.name !== 'switching') return;
  const { link, transfer, transferor, consultation } = phase;
  w.setPhase({ name: 'talking', link });
  w.arriveAt(w.leg(link.b).member);
  w.emit({ type: 'stop-timer', timer: 'hunt' });
  if (transfer === null) return;
  if (transfer.toMember !== transfer.fromMember) w.patch({ hops: w.call.hops + 1 });
  close(w, transfer, { outcome: 'completed', cause: null, sipStatus: 200 });
  w.publish(
    'transfer-completed',
    { legId: link.b, transferId: transfer.id },
    { toMember: transfer.toMember, mode: transfer.mode },
  );
  if (consultation !== null) letGo(w, consultation, 200, 'transferred');
  if (transferor !== null) letGo(w, transferor, 200, 'transferred');
}

/** The transfer came to nothing: the party goes back to the transferor, or to somebody of its member. */
export function failTransfer(w: Work, cause: FailureCause, lastStatus: number | null): void {
  // Who waits for the outcome is told one.
  const status = lastStatus ?? 480;
  const transfer = transferOf(w.call);
  if (transfer === null) return;
  const outcome = cause === 'restart' ? 'interrupted' : 'failed';
  close(w, transfer, { outcome, cause, sipStatus: lastStatus });
  w.publish('transfer-failed', { transferId: transfer.id }, { toMember: transfer.toMember, cause, status });
  if (backToTransferor(w, transfer)) return tell(w, transfer.id, status, true, cause);
  const home = transfer.fromMember ?? w.call.member;
  const stages = home === null ? [] : withFallbacks(w, home);
  returnParty(w, transfer.transferee, { ...newHunt(stages), lastCause: cause, lastStatus: status });
}

/**
 * Whoever asked for the transfer is still there, with the party's own leg or else with that to the target: it has the
 * party again.
 */
function backToTransferor(w: Work, transfer: Transfer): boolean {
  const { phase } = w.call;
  const consultation = phase.name === 'switching' ? phase.consultation : null;
  const [back, other] = [transferorOf(w.call), consultation].flatMap((id) =>
    id === null || isGone(w.leg(id)) ? [] : [id],
  );
  if (back === undefined) return false;
  w.setPhase({ name: 'talking', link: { a: transfer.transferee, b: back, rounds: 0 } });
  if (other !== undefined) letGo(w, other, 480, 'other-party-left');
  return true;
}

export function returningHunt(w: Work, party: LegId, hunt: Hunt): HuntFor {
  return { hunt, party, role: 'agent', transfer: null, wanted: w.call.lastMember ?? w.call.member };
}

/** Nobody is with this party: call those who can take it back. */
function returnParty(w: Work, party: LegId, hunt: Hunt): void {
  park(w, party, 'back-to-agent');
  w.emit({ type: 'start-timer', timer: 'hunt', ms: w.routing.limits.maxHuntMs });
  returnOn(w, party, callNext(w, returningHunt(w, party, hunt)));
}

/** The same from the start, with the member that had the party last. */
export function returnAgain(w: Work, party: LegId): void {
  const home = w.call.lastMember ?? w.call.member;
  returnParty(w, party, newHunt(home === null ? [] : withFallbacks(w, home)));
}

/** Go on returning the party, or end politely when nobody is left. */
export function returnOn(w: Work, party: LegId, next: Hunt | null): void {
  if (next !== null) return w.setPhase({ name: 'returning', party, hunt: next });
  announceAndEnd(w, party, { cause: 'all-targets-failed' });
}

/** The party that was to be transferred has left, or somebody ends the call: everybody is released and told. */
export function abandonTransfer(w: Work, by: EndedBy, cause: string): void {
  const transfer = transferOf(w.call);
  if (transfer === null) return;
  close(w, transfer, { outcome: 'abandoned', cause, sipStatus: null });
  w.publish('transfer-failed', { transferId: transfer.id }, { toMember: transfer.toMember, cause, by });
}

/** The transferor takes the party back before the target has it. */
export function takeBack(w: Work): boolean {
  const { phase } = w.call;
  if (phase.name !== 'transferring' && phase.name !== 'consulting' && phase.name !== 'conferring')
    return false;
  const { transfer, transferor } = phase;
  if (transferor === null || isGone(w.leg(transferor))) return false;
  abandonTransfer(w, 'agent', 'taken-back');
  if (phase.name === 'transferring') stopHunt(w, phase.hunt, null, 'taken-back');
  else letTargetGo(w, phase.target, 'taken-back');
  backToTransferor(w, transfer);
  tell(w, transfer.id, 487, true, 'taken-back');
  return true;
}

/** The target has left two who hear each other still: they go on alone. */
export function targetLeftConference(w: Work): void {
  const { phase } = w.call;
  if (phase.name !== 'conferring') return;
  abandonTransfer(w, 'target', 'target-left');
  backToTransferor(w, phase.transfer);
  tell(w, phase.transfer.id, 480, true, 'target-left');
}

function letTargetGo(w: Work, target: LegId, cause: 'other-party-left' | 'taken-back'): void {
  letGo(w, target, 480, cause);
  closeExchangesWith(w, target);
}

/** The target was answered but the switch cannot be finished: let it go and go on without it. */
export function dropTarget(w: Work, cause: FailureCause, status: number): void {
  const { phase } = w.call;
  if (phase.name !== 'switching') return;
  const { link, hunt, transfer } = phase;
  letTargetGo(w, link.b, 'other-party-left');
  if (transfer !== null) return failTransfer(w, cause, status);
  returnParty(w, link.a, { ...hunt, lastCause: cause, lastStatus: status });
}

/** The transferor has left: the transfer goes on without it (RFC 5589 §6.1). */
export function transferorLeft(w: Work): void {
  const { phase } = w.call;
  if (phase.name !== 'transferring' && phase.name !== 'switching') return;
  w.setPhase({ ...phase, transferor: null });
  if (phase.name === 'transferring' && !hearTarget(w)) park(w, phase.transferee, 'transferring');
}
