/** Two calls become one: the legs of the other call go on living in this one. */
import { isAnchored } from './anchored.js';
import type { Call, Leg, LegId, TransferId } from './call.js';
import { publishEnd } from './ending.js';
import { GUARD_MS, startGlareTimer } from './legs.js';
import { isTimed, startNotifyTimer } from './notify.js';
import { callRecord } from './records.js';
import type { Work } from './work.js';

/**
 * Take over all legs of `other` that are still there, with what they have open, and close its record. Its timers end
 * with it; those that its legs still need are started anew.
 */
export function adopt(w: Work, other: Call, transferId: TransferId, target: LegId): void {
  const legs: Record<LegId, Leg> = { ...w.call.legs };
  for (const leg of Object.values(other.legs)) {
    if (leg.state === 'ended') continue;
    const role = leg.id === target ? 'target' : leg.role === 'caller' ? 'agent' : leg.role;
    // A media server keeps calls apart: what the leg was told there does not hold here. Who is leaving needs no more.
    const given = isAnchored(w) && leg.state !== 'leaving' ? null : leg.given;
    legs[leg.id] = { ...leg, role, transferId, given };
  }
  w.emit({ type: 'absorb', call: other.id });
  w.call = { ...w.call, legs, subscriptions: [...w.call.subscriptions, ...other.subscriptions] };
  for (const leg of Object.values(other.legs)) {
    if (leg.state === 'leaving') w.emit({ type: 'start-timer', timer: `guard:${leg.id}`, ms: GUARD_MS });
    if (leg.state !== 'ended' && leg.exchange?.kind === 'glare-wait') startGlareTimer(w, leg);
  }
  for (const subscription of other.subscriptions)
    if (isTimed(subscription)) startNotifyTimer(w, subscription.transferId);
  const end = { by: 'us', cause: 'merged', missed: false, at: w.at } as const;
  const record = callRecord({ ...other, end }, w.at);
  w.emit({ type: 'write', record });
  publishEnd(w, record);
}
