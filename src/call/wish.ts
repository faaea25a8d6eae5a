/** The wish for a transfer: whether it is granted, and the record of it when it is not. */
import type { MemberId } from '../dialplan/plan.js';
import type { LegId, Transfer, TransferMode, TransferTrigger } from './call.js';
import type { RefusalCode } from './command.js';
import { transferRecord } from './records.js';
import type { RoutedMember } from './routing.js';
import { isUp, partnerOf, transferOf, type Work } from './work.js';

/** Moves of one caller that nothing exempts from; as many as SIP gives an INVITE (RFC 3261 §8.1.1.6). */
const MOST_HOPS = 70;

export interface TransferWish {
  readonly trigger: TransferTrigger;
  readonly mode: TransferMode;
  /** Null: an operator, for a caller who is with nobody. */
  readonly transferor: LegId | null;
  /** As it was written: a number, URI or key. */
  readonly address: string;
  readonly referredBy: string | null;
  readonly matter: string | null;
  readonly note: string | null;
}

export type Refused = { readonly ok: false; readonly code: RefusalCode; readonly message: string };
export type Granted = { readonly ok: true; readonly to: RoutedMember; readonly transferee: LegId };
export type Verdict = Granted | Refused;

export const NO_MIXER = 'A conference needs a media server that mixes, and there is none';

export function refused(code: RefusalCode, message: string): Refused {
  return { ok: false, code, message };
}

const NOT_TALKING = refused('not-talking', 'This party is not in a conversation');
const NOT_A_MEMBER = refused('not-a-member', 'The target is neither a member nor a transfer key');

/** May this leg transfer its party there? Promise 5: nobody gets where they don't belong. */
export function judge(w: Work, wish: TransferWish): Verdict {
  const { mode } = wish;
  if (mode === 'conference' && !w.routing.canMix()) return refused('mode-unavailable', NO_MIXER);
  if (wish.transferor === null) return NOT_TALKING;
  const seat = judgeSeat(w, wish.transferor, mode === 'alert');
  if (!seat.ok) return seat;
  const to = w.routing.resolve(wish.address);
  if (to === undefined) return NOT_A_MEMBER;
  const from = w.leg(wish.transferor).member;
  const route = mode === 'alert' ? judgeRoute(w, from, to) : (judgeRoute(w, from, to) ?? judgeMove(w, to));
  return route ?? { ok: true, to, transferee: seat.transferee };
}

/** May a caller be transferred who is with nobody, and whom an operator wants to be with somebody? */
function judgeForNobody(w: Work, wish: TransferWish, transferee: LegId): Verdict {
  // Only an agent can consult, and only who was answered can be moved.
  if (wish.mode !== 'blind' || !isUp(w.leg(transferee))) return NOT_TALKING;
  const to = w.routing.resolve(wish.address);
  if (to === undefined) return NOT_A_MEMBER;
  return judgeRoute(w, null, to) ?? judgeMove(w, to) ?? { ok: true, to, transferee };
}

/** Is this leg one that may transfer, and in a conversation that can be? */
export function judgeSeat(
  w: Work,
  transferor: LegId,
  evenInTransfer = false,
): { readonly ok: true; readonly transferee: LegId } | Refused {
  const leg = w.leg(transferor);
  const { phase } = w.call;
  if (!leg.mayTransfer) return refused('not-allowed', 'Only agents of a member may transfer');
  const partner = partnerOf(w.call, leg.id);
  if (evenInTransfer && partner !== null) return { ok: true, transferee: partner };
  if (transferOf(w.call) !== null) return refused('transfer-pending', 'A transfer of this call is under way');
  if (phase.name !== 'talking' || partner === null) return NOT_TALKING;
  return { ok: true, transferee: partner };
}

/** What the plan says of members, whatever the caller has been through. */
function judgeRoute(w: Work, from: MemberId | null, to: RoutedMember): Refused | null {
  if (to.id === from) return refused('loop', 'The caller is with this member already');
  if (!w.routing.mayTransfer(from, to.id))
    return refused('not-permitted', 'The dial plan does not let your hotline transfer to this member');
  return null;
}

/** May the caller be moved once more, and to this member now? */
function judgeMove(w: Work, to: RoutedMember): Refused | null {
  const moved = judgeHops(w, to);
  if (moved !== null) return moved;
  switch (w.routing.obstacle(to.id, w.at)) {
    case 'closed':
      return refused('closed', 'This member is closed now');
    case 'full':
      return refused('full', 'All desks of this member are taken');
    case null:
      return null;
  }
}

/**
 * Back to the member first called, and on to an emergency member, is always allowed; but phones that transfer by
 * themselves do not send a caller to and fro for ever.
 */
function judgeHops({ call, routing }: Work, to: RoutedMember): Refused | null {
  if (call.hops < MOST_HOPS && (call.hops < routing.limits.maxHops || to.emergency || to.id === call.member))
    return null;
  return refused('hop-limit', `This caller was moved ${call.hops} time(s) already`);
}

/** For a target that the transferor speaks with already: neither hours nor free desks matter any more. */
export function judgeTalkingTarget(w: Work, from: MemberId | null, to: RoutedMember): Refused | null {
  return judgeRoute(w, from, to) ?? judgeHops(w, to);
}

/** SIP status by which a REFER is refused. Never one that would end the dialog (RFC 5057 §5.1). */
export function refusalStatus(code: RefusalCode): number {
  return code === 'transfer-pending' || code === 'not-talking' ? 491 : 403;
}

function nextTransferId(w: Work): string {
  w.patch({ transfersAsked: w.call.transfersAsked + 1 });
  return `${w.call.id}-t${w.call.transfersAsked}`;
}

/** A new transfer, but for where to. */
export function describe(w: Work, wish: TransferWish, transferee: LegId): Omit<Transfer, 'toMember'> {
  return {
    id: nextTransferId(w),
    trigger: wish.trigger,
    mode: wish.mode,
    fromMember: wish.transferor === null ? null : w.leg(wish.transferor).member,
    requestedTarget: wish.address,
    transferor: wish.transferor,
    transferee,
    targetLeg: null,
    requestedAt: w.at,
    answeredAt: null,
    referredBy: wish.referredBy,
    matter: wish.matter,
    note: wish.note,
  };
}

/** Keep a record of a wish that was refused. */
export function recordRefusal(w: Work, wish: TransferWish, cause: string, to: MemberId | null): void {
  const { transferor } = wish;
  const partner = (transferor === null ? null : partnerOf(w.call, transferor)) ?? w.call.callerLeg;
  const transfer = { ...describe(w, wish, partner), toMember: to };
  w.emit({
    type: 'write',
    record: transferRecord(w.call, transfer, w.at, { outcome: 'refused', cause, sipStatus: null }),
  });
  w.publish(
    'transfer-refused',
    { legId: transferor, transferId: transfer.id },
    { requestedTarget: wish.address, mode: wish.mode, cause },
  );
}

/** Judge a wish, and record it when it is refused. */
export function grant(w: Work, wish: TransferWish): Verdict {
  return recorded(w, wish, judge(w, wish));
}

/** As {@link grant}, for a caller who is with nobody. */
export function grantForNobody(w: Work, wish: TransferWish, transferee: LegId): Verdict {
  return recorded(w, wish, judgeForNobody(w, wish, transferee));
}

function recorded(w: Work, wish: TransferWish, verdict: Verdict): Verdict {
  if (!verdict.ok) recordRefusal(w, wish, verdict.code, w.routing.resolve(wish.address)?.id ?? null);
  return verdict;
}
