import { LIMITS } from '../alliance.js';
import type { Case } from './verdict.js';
import type { WireLeg } from './wire-leg.js';

/** No call is made twice: no desk is called for a caller while it is being called for that caller already. */
export function judgeDoubles({ legsOf, stories, violate }: Case): void {
  // Who did not ring yet when the caller was taken back cannot be seen to be given up (RFC 3261 §9.1).
  const takenBack = (story: number, at: number): boolean =>
    stories[story]?.takenBackAt.some((then) => then <= at && then > at - LIMITS.noResponseMs) ?? false;
  for (const [story, legs] of legsOf) {
    const desks = new Map<string, WireLeg[]>();
    for (const leg of legs) {
      if (leg.direction !== 'out' || leg.listens) continue;
      const caller = leg.invite.header('p-asserted-identity');
      const key = `${leg.host} ${leg.user} for ${caller}`;
      for (const other of desks.get(key) ?? []) {
        const unseen = other.provisionalAt === null || other.provisionalAt > leg.inviteAt;
        if (unseen && (takenBack(story, leg.inviteAt) || wonByAnother(legs, other, leg.inviteAt))) continue;
        if (other.callingAt(leg.inviteAt))
          violate(story, `desk ${leg.user} at ${leg.host} was called twice at once`);
      }
      desks.set(key, [...(desks.get(key) ?? []), leg]);
    }
  }
}

/** Another desk that was called together with this one has answered before that moment. */
function wonByAnother(legs: readonly WireLeg[], lost: WireLeg, at: number): boolean {
  return legs.some(
    (leg) =>
      leg !== lost && leg.inviteAt === lost.inviteAt && leg.answeredAt !== null && leg.answeredAt <= at,
  );
}
