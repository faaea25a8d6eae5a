/** REFER inside a dialog: blind (RFC 5589 §6), or attended, with Replaces (§7). */
import { adopt } from './adopt.js';
import type { Call, Leg, LegId, RequestRef } from './call.js';
import type { CallEventOf } from './event.js';
import { newHunt } from './hunt.js';
import { subscribe } from './notify.js';
import type { RoutedMember } from './routing.js';
import { announce, startTransfer } from './transfer.js';
import {
  describe,
  grant,
  judgeSeat,
  judgeTalkingTarget,
  type Refused,
  recordRefusal,
  refusalStatus,
  refused,
  type TransferWish,
} from './wish.js';
import { isGone, isUp, partnerOf, type Work } from './work.js';

interface Refer {
  readonly leg: LegId;
  readonly request: RequestRef;
  readonly cseq: number;
  readonly subscribes: boolean;
}

function answer(w: Work, { leg, request }: Refer, status: number, why: Refused | null): void {
  const reason = why?.message ?? null;
  const code = why?.code ?? null;
  w.emit({ type: 'respond', leg, request, status, reason, code, sdp: null, from: null });
}

/** Accept the REFER, and say how its subscription is named: RFC 3515 §2.4.6, only the first may be without an id. */
function accept(w: Work, refer: Refer): { readonly eventId: string | null } | null {
  const leg = w.leg(refer.leg);
  answer(w, refer, 202, null);
  w.patchLeg(leg.id, { refers: leg.refers + 1 });
  return refer.subscribes ? { eventId: leg.refers === 0 ? null : String(refer.cseq) } : null;
}

export function referred(w: Work, event: CallEventOf<'referred'>): void {
  const leg = w.leg(event.leg);
  if (isGone(leg)) return answer(w, event, 481, null);
  const { referTo, referredBy } = event;
  const wish: TransferWish = {
    trigger: 'refer',
    mode: 'blind',
    transferor: leg.id,
    address: referTo.ok ? referTo.address : '',
    referredBy,
    matter: null,
    note: null,
  };
  if (!referTo.ok) {
    recordRefusal(w, wish, referTo.code, null);
    return answer(w, event, referTo.status, refused(referTo.code, referTo.why));
  }
  const verdict = grant(w, wish);
  if (!verdict.ok) return answer(w, event, refusalStatus(verdict.code), verdict);
  startTransfer(w, wish, verdict, accept(w, event));
}

/**
 * The transferor has called the target by itself, through us, and now joins its two calls. The other call becomes part
 * of this one: its target goes to our transferee, and both legs of the transferor are released.
 */
export function attended(w: Work, event: CallEventOf<'attended'>): void {
  const refer = { ...event, leg: event.asker };
  const asker = w.call.legs[event.asker];
  if (asker !== undefined && isGone(asker)) return answer(w, refer, 481, null);
  const [transferor, consultation] =
    asker === undefined ? [event.named, event.asker] : [event.asker, event.named];
  const { referredBy, other } = event;
  const base = {
    trigger: 'refer',
    mode: 'consult',
    transferor,
    referredBy,
    matter: null,
    note: null,
  } as const;
  const joint = judgeJoint(w, transferor, consultation, other);
  if (!joint.ok) {
    recordRefusal(w, { ...base, address: '' }, joint.code, null);
    return answer(w, refer, refusalStatus(joint.code), joint);
  }
  const { to, transferee, target } = joint;
  const transfer = announce(w, {
    ...describe(w, { ...base, address: to.number }, transferee),
    toMember: to.id,
    targetLeg: target.id,
    answeredAt: target.answeredAt,
  });
  adopt(w, joint.other, transfer.id, target.id);
  const subscription = accept(w, refer);
  const link = { a: transferee, b: target.id, rounds: 0 };
  w.setPhase({ name: 'switching', link, transferor, transfer, hunt: newHunt([]), consultation });
  if (subscription !== null) subscribe(w, refer.leg, transfer.id, subscription.eventId);
}

type Joint =
  | Refused
  | {
      readonly ok: true;
      readonly transferee: LegId;
      readonly target: Leg;
      readonly to: RoutedMember;
      readonly other: Call;
    };

function judgeJoint(w: Work, transferor: LegId, consultation: LegId, other: Call | null): Joint {
  const ours = w.call.legs[transferor];
  if (other === null || ours === undefined) return refused('unknown-dialog', 'The replaced call is over');
  const seat = judgeSeat(w, transferor);
  if (!seat.ok) return seat;
  const theirs = other.legs[consultation];
  const partner = partnerOf(other, consultation);
  const target = partner === null ? undefined : other.legs[partner];
  if (theirs === undefined || theirs.member !== ours.member)
    return refused('unknown-dialog', 'Replaces names a call that is not yours');
  if (other.phase.name !== 'talking' || target === undefined || !isUp(theirs) || !isUp(target))
    return refused('unknown-dialog', 'The consulted desk has not answered, or its call is being transferred');
  const to = target.member === null ? undefined : w.routing.member(target.member);
  if (to === undefined) return refused('not-a-member', 'The consulted party is no member');
  const obstacle = judgeTalkingTarget(w, ours.member, to);
  return obstacle ?? { ok: true, transferee: seat.transferee, target, to, other };
}
