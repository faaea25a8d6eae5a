/** A transfer from its request to its end: completed, failed, refused or abandoned. */
import type { MemberId } from '../dialplan/plan.js';
import type { EndedBy, FailureCause, Hunt, LegId, Transfer, TransferTrigger } from './call.js';
import type { RefusalCode } from './command.js';
import { endCall } from './ending.js';
import type { CallEventOf } from './event.js';
import { closeExchangesWith } from './exchange.js';
import { callNext, newHunt, withFallbacks } from './hunt.js';
import { releaseLeg } from './legs.js';
import { letGo, subscribe, tell } from './notify.js';
import { type TransferEnd, transferRecord } from './records.js';
import type { RoutedMember } from './routing.js';
import { isGone, type Work } from './work.js';

export interface TransferWish {
  readonly trigger: TransferTrigger;
  readonly transferor: LegId;
  readonly address: string;
  readonly referredBy: string | null;
}

type Verdict =
  | { readonly ok: true; readonly to: RoutedMember; readonly transferee: LegId }
  | { readonly ok: false; readonly code: RefusalCode; readonly message: string };

function refuse(code: RefusalCode, message: string): Verdict {
  return { ok: false, code, message };
}

/** May this leg transfer its party there? Rules of the dial plan; promise 5: nobody gets where they don't belong. */
function judge(w: Work, wish: TransferWish): Verdict {
  const { call, routing } = w;
  const leg = w.leg(wish.transferor);
  if (!leg.mayTransfer) return refuse('not-allowed', 'Only agents of a member may transfer');
  const { phase } = call;
  if (phase.name === 'transferring' || (phase.name === 'switching' && phase.transfer !== null))
    return refuse('transfer-pending', 'A transfer of this call is under way');
  if (phase.name !== 'talking' || (phase.link.a !== leg.id && phase.link.b !== leg.id))
    return refuse('not-talking', 'This party is not in a conversation');
  const transferee = phase.link.a === leg.id ? phase.link.b : phase.link.a;
  const to = routing.resolve(wish.address);
  if (to === undefined) return refuse('not-a-member', 'The target is neither a member nor a transfer key');
  if (to.id === leg.member) return refuse('loop', 'The caller is with this member already');
  // Back to the member first called, and on to an emergency member, is always allowed.
  if (call.hops >= routing.limits.maxHops && !to.emergency && to.id !== call.member)
    return refuse('hop-limit', `This caller was moved ${call.hops} time(s) already`);
  return { ok: true, to, transferee };
}

/** SIP status by which a REFER is refused. */
export function refusalStatus(code: RefusalCode): number {
  return code === 'transfer-pending' || code === 'not-talking' ? 491 : 403;
}

function nextTransferId(w: Work): string {
  w.patch({ transfersAsked: w.call.transfersAsked + 1 });
  return `${w.call.id}-t${w.call.transfersAsked}`;
}

function describe(w: Work, wish: TransferWish, transferee: LegId): Omit<Transfer, 'toMember'> {
  return {
    id: nextTransferId(w),
    trigger: wish.trigger,
    mode: 'blind',
    fromMember: w.leg(wish.transferor).member,
    requestedTarget: wish.address,
    transferor: wish.transferor,
    transferee,
    targetLeg: null,
    requestedAt: w.at,
    answeredAt: null,
    referredBy: wish.referredBy,
  };
}

/** Keep a record of a wish that was refused. */
export function recordRefusal(w: Work, wish: TransferWish, cause: string, to: MemberId | null): void {
  const { phase } = w.call;
  const partner =
    phase.name === 'talking' && phase.link.a === wish.transferor
      ? phase.link.b
      : phase.name === 'talking'
        ? phase.link.a
        : w.call.callerLeg;
  const transfer = { ...describe(w, wish, partner), toMember: to };
  w.emit({
    type: 'write',
    record: transferRecord(w.call, transfer, w.at, { outcome: 'refused', cause, sipStatus: null }),
  });
  w.publish(
    'transfer-refused',
    { legId: wish.transferor, transferId: transfer.id },
    {
      requestedTarget: wish.address,
      cause,
    },
  );
}

/** Judge a wish; when it is allowed, return what starts it. The caller of this answers the transferor first. */
export function prepareTransfer(w: Work, wish: TransferWish): Verdict {
  const verdict = judge(w, wish);
  if (!verdict.ok) recordRefusal(w, wish, verdict.code, w.routing.resolve(wish.address)?.id ?? null);
  return verdict;
}

/** Start calling the target. The two parties go on talking until somebody answers, or the transferor leaves. */
export function startTransfer(
  w: Work,
  wish: TransferWish,
  to: RoutedMember,
  transferee: LegId,
  subscription: { readonly eventId: string | null } | null,
): Transfer {
  const transfer: Transfer = { ...describe(w, wish, transferee), toMember: to.id };
  w.publish(
    'transfer-requested',
    { legId: wish.transferor, transferId: transfer.id },
    {
      trigger: transfer.trigger,
      fromMember: transfer.fromMember,
      toMember: to.id,
      requestedTarget: wish.address,
    },
  );
  const hunt = newHunt(w.routing.candidates(to.id));
  w.setPhase({ name: 'transferring', transferee, transferor: wish.transferor, transfer, hunt });
  if (subscription !== null) subscribe(w, wish.transferor, transfer.id, subscription.eventId);
  callNextTarget(w);
  return transfer;
}

/** In `transferring`: call the next target, or fail the transfer when there is none. */
export function callNextTarget(w: Work): void {
  const { phase } = w.call;
  if (phase.name !== 'transferring') return;
  const { transfer, transferee, hunt } = phase;
  const next = callNext(w, { hunt, party: transferee, role: 'target', transfer, wanted: transfer.toMember });
  if (next === null) return failTransfer(w, hunt.lastCause ?? 'unreachable', hunt.lastStatus ?? 480);
  w.setPhase({ ...phase, hunt: next, transfer: { ...transfer, targetLeg: next.current } });
}

function close(w: Work, transfer: Transfer, end: TransferEnd): void {
  w.emit({ type: 'write', record: transferRecord(w.call, transfer, w.at, end) });
}

/** The transferee and the target hear each other: the transfer is done and the transferor may go. */
export function completeSwitch(w: Work): void {
  const { phase } = w.call;
  if (phase.name !== 'switching') return;
  const { link, transfer, transferor } = phase;
  w.setPhase({ name: 'talking', link });
  w.patch({ lastMember: w.leg(link.b).member });
  w.emit({ type: 'stop-timer', timer: 'hunt' });
  if (transfer === null) return;
  w.patch({ hops: w.call.hops + 1 });
  close(w, transfer, { outcome: 'completed', cause: null, sipStatus: 200 });
  w.publish(
    'transfer-completed',
    { legId: link.b, transferId: transfer.id },
    { toMember: transfer.toMember },
  );
  if (transferor !== null) letGo(w, transferor, 200, 'transferred');
}

/** The transfer came to nothing: the party goes back to the transferor, or to somebody of its member. */
export function failTransfer(w: Work, cause: FailureCause, status: number): void {
  const { phase } = w.call;
  if ((phase.name !== 'transferring' && phase.name !== 'switching') || phase.transfer === null) return;
  const { transfer, transferor } = phase;
  close(w, transfer, { outcome: 'failed', cause, sipStatus: status });
  w.publish('transfer-failed', { transferId: transfer.id }, { toMember: transfer.toMember, cause, status });
  if (transferor !== null && !isGone(w.leg(transferor))) {
    w.setPhase({ name: 'talking', link: { a: transfer.transferee, b: transferor, rounds: 0 } });
    tell(w, transfer.id, status, true);
    return;
  }
  const home = transfer.fromMember ?? w.call.member;
  const queue = home === null ? [] : withFallbacks(w.routing, home);
  w.emit({ type: 'start-timer', timer: 'hunt', ms: w.routing.limits.maxHuntMs });
  returnParty(w, transfer.transferee, { ...newHunt(queue), lastCause: cause, lastStatus: status });
}

/** Nobody is with this party: call those who can take it back, or end politely when nobody can. */
export function returnParty(w: Work, party: LegId, hunt: Hunt): void {
  const first = hunt.queue[0];
  const next =
    first === undefined
      ? null
      : callNext(w, { hunt, party, role: 'agent', transfer: null, wanted: first.member });
  if (next === null) {
    endCall(w, { by: 'us', cause: 'all-targets-failed', missed: true, leave: 'all-targets-failed' });
    return;
  }
  w.setPhase({ name: 'returning', party, hunt: next });
}

/** The party that was to be transferred has left, or somebody ends the call: everybody is released and told. */
export function abandonTransfer(w: Work, by: EndedBy, cause: string): void {
  const { phase } = w.call;
  if (phase.name !== 'transferring' && phase.name !== 'switching') return;
  if (phase.transfer === null) return;
  close(w, phase.transfer, { outcome: 'abandoned', cause, sipStatus: null });
  w.publish(
    'transfer-failed',
    { transferId: phase.transfer.id },
    {
      toMember: phase.transfer.toMember,
      cause,
      by,
    },
  );
}

/** The target was answered but the switch cannot be finished: let it go and go on without it. */
export function dropTarget(w: Work, cause: FailureCause, status: number): void {
  const { phase } = w.call;
  if (phase.name !== 'switching') return;
  const { link, hunt, transfer } = phase;
  releaseLeg(w, link.b, 'other-party-left');
  closeExchangesWith(w, link.b);
  if (transfer !== null) return failTransfer(w, cause, status);
  returnParty(w, link.a, { ...hunt, current: null, lastCause: cause, lastStatus: status });
}

/** The transferor has left: the transfer goes on without it (RFC 5589 §6.1). */
export function transferorLeft(w: Work): void {
  const { phase } = w.call;
  if (phase.name === 'transferring') {
    w.setPhase({ ...phase, transferor: null });
  } else if (phase.name === 'switching') {
    w.setPhase({ ...phase, transferor: null });
  }
}

/** A REFER inside the dialog of a leg. */
export function referred(w: Work, event: CallEventOf<'referred'>): void {
  const leg = w.leg(event.leg);
  const answer = (status: number, reason: string | null) =>
    w.emit({ type: 'respond', leg: leg.id, request: event.request, status, reason, sdp: null, from: null });
  if (isGone(leg)) return answer(481, null);
  w.patchLeg(leg.id, { refers: leg.refers + 1 });
  const wish: TransferWish = {
    trigger: 'refer',
    transferor: leg.id,
    address: event.referTo.ok ? event.referTo.address : '',
    referredBy: event.referredBy,
  };
  if (!event.referTo.ok) {
    recordRefusal(w, wish, 'bad-refer', null);
    return answer(event.referTo.status, event.referTo.why);
  }
  const verdict = prepareTransfer(w, wish);
  if (!verdict.ok) return answer(refusalStatus(verdict.code), verdict.message);
  answer(202, null);
  // RFC 3515 §2.4.6: only the first REFER of a dialog may leave its subscription without an id.
  const eventId = leg.refers === 0 ? null : String(event.cseq);
  startTransfer(w, wish, verdict.to, verdict.transferee, { eventId });
}
