/** A party has left on its own: what that means for the others. */

import type { LeaveCause, Leg, LegId } from './call.js';
import { complete } from './consult.js';
import { endCall } from './ending.js';
import type { HangUpBy } from './event.js';
import { closeExchangesWith } from './exchange.js';
import { dropKeysOf } from './keys.js';
import { endLeg, releaseLeg } from './legs.js';
import { unsubscribeLeg } from './notify.js';
import { targetDeclined } from './progress.js';
import {
  abandonTransfer,
  dropTarget,
  failTransfer,
  targetLeftConference,
  transferorLeft,
} from './transfer.js';
import type { Work } from './work.js';

/** BYE or CANCEL from the party, or the stack gave its dialog up. */
export function hungUp(w: Work, id: LegId, by: HangUpBy, reason: string | null): void {
  const leg = w.leg(id);
  if (leg.state === 'ended') return;
  const wasLeaving = leg.state === 'leaving';
  unsubscribeLeg(w, id);
  // RFC 3261 §9.2: an INVITE that is cancelled is answered with 487.
  if (by === 'peer' && leg.direction === 'in' && leg.answeredAt === null) w.patchLeg(id, { sipStatus: 487 });
  // A party that hangs up while we are about to has done so by itself: our BYE had not gone out.
  if (by === 'peer') w.patchLeg(id, { leave: null });
  endLeg(w, id, by === 'peer' ? leg.role : wasLeaving ? 'us' : 'network', reason);
  if (wasLeaving) return;
  closeExchangesWith(w, id);
  partyLeft(w, leg);
}

/** The dialog of a party is dead although nobody said BYE: end it on the wire, too. */
export function dialogLost(w: Work, id: LegId): void {
  const leg = w.leg(id);
  if (leg.state === 'answered') partyLetGo(w, leg, 'other-party-left');
}

/**
 * A desk wants to be out of the call, and its phone is not the one to say so: for the others it is as if the phone hung
 * up, or declined while it rings. False when it is no desk's leg, or one that is on its way out.
 */
export function putDown(w: Work, id: LegId): boolean {
  const leg = w.call.legs[id];
  if (leg === undefined || leg.role === 'caller') return false;
  if (leg.state !== 'answered') return targetDeclined(w, id);
  partyLetGo(w, leg, 'put-down');
  return true;
}

function partyLetGo(w: Work, leg: Leg, cause: LeaveCause): void {
  unsubscribeLeg(w, leg.id);
  releaseLeg(w, leg.id, cause);
  closeExchangesWith(w, leg.id);
  partyLeft(w, leg);
}

function partyLeft(w: Work, leg: Leg): void {
  dropKeysOf(w, leg);
  const { phase } = w.call;
  const hungUpEnd = { by: leg.role, cause: 'hung-up', missed: false, leave: 'other-party-left' } as const;
  switch (phase.name) {
    // A phone that has not answered is lost by `failed`.
    case 'calling-agent':
      return;
    case 'calling-back':
      if (leg.id === phase.agent) endCall(w, { ...hungUpEnd, cause: 'abandoned' });
      return;
    case 'seeking':
      if (leg.id === phase.caller) endCall(w, { ...hungUpEnd, cause: 'abandoned', missed: true });
      return;
    case 'talking':
      if (leg.id === phase.link.a || leg.id === phase.link.b) endCall(w, hungUpEnd);
      return;
    case 'transferring':
      if (leg.id === phase.transferor) return transferorLeft(w);
      if (leg.id !== phase.transferee) return;
      abandonTransfer(w, leg.role, 'transferee-hung-up');
      return endCall(w, hungUpEnd);
    case 'consulting':
      // Leaving is completing: the caller is not dropped, and the target is there already.
      if (leg.id === phase.transferor) {
        complete(w);
        return transferorLeft(w);
      }
      if (leg.id === phase.target) return failTransfer(w, 'target-hung-up', 480);
      if (leg.id !== phase.transferee) return;
      abandonTransfer(w, leg.role, 'transferee-hung-up');
      return endCall(w, hungUpEnd);
    case 'conferring':
      if (leg.id === phase.transferor) {
        complete(w);
        return transferorLeft(w);
      }
      if (leg.id === phase.target) return targetLeftConference(w);
      if (leg.id !== phase.transferee) return;
      abandonTransfer(w, leg.role, 'transferee-hung-up');
      return endCall(w, hungUpEnd);
    case 'switching':
      if (leg.id === phase.transferor) return transferorLeft(w);
      if (leg.id === phase.consultation) return w.setPhase({ ...phase, consultation: null });
      if (leg.id === phase.link.b) return dropTarget(w, 'target-hung-up', 480);
      if (leg.id !== phase.link.a) return;
      abandonTransfer(w, leg.role, 'transferee-hung-up');
      return endCall(w, hungUpEnd);
    case 'returning':
      // The last desk had let the caller go and no other had taken them yet: somebody owes a call back.
      if (leg.id === phase.party) endCall(w, { ...hungUpEnd, missed: true });
      return;
    case 'announcing':
      if (leg.id !== phase.party) return;
      return endCall(w, {
        ...hungUpEnd,
        cause: w.call.answeredAt === null ? 'abandoned' : 'hung-up',
        missed: true,
      });
    case 'ending':
    case 'ended':
      return;
  }
}
