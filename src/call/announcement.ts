/** What a party hears whom nobody is left to take, before the call ends. Where media is direct there is nothing to say it. */
import { announce, isAnchored } from './anchored.js';
import type { LegId } from './call.js';
import { type CallEnd, endCall } from './ending.js';
import type { CallEventOf } from './event.js';
import { TOO_MANY_HOPS } from './hunt.js';
import type { Work } from './work.js';

/** The end of a call that nobody could take. */
export type NobodyLeft = Pick<CallEnd, 'cause' | 'status'>;

/** Tell the party why, then end the call; at once where the party cannot hear it. */
export function announceAndEnd(w: Work, party: LegId, end: NobodyLeft): void {
  const { announcement } = w.routing.limits;
  if (announcement === null || !canHear(w, party, end)) return endNow(w, end);
  w.setPhase({ name: 'announcing', party, cause: end.cause, status: end.status ?? null });
  w.emit({ type: 'stop-timer', timer: 'hunt' });
  w.emit({ type: 'start-timer', timer: 'announcement', ms: announcement.maxMs });
  announce(w, party, announcement.prompt);
}

/**
 * Who is not answered yet hears it as early media: a citizen, but not a PBX, which is told by the status and may know
 * another way; nor anybody whose call goes in a circle.
 */
function canHear(w: Work, party: LegId, end: NobodyLeft): boolean {
  const leg = w.leg(party);
  if (!isAnchored(w) || leg.remote === null) return false;
  return leg.state === 'answered' || (leg.member === null && end.status !== TOO_MANY_HOPS);
}

/** The media server has begun to play, and says how long it takes; or it could not. */
export function announcementBegun(w: Work, { leg, ms }: CallEventOf<'announcement-begun'>): void {
  const { phase } = w.call;
  const { announcement } = w.routing.limits;
  if (phase.name !== 'announcing' || phase.party !== leg) return;
  if (ms === null || announcement === null) return announcementOver(w);
  w.emit({ type: 'start-timer', timer: 'announcement', ms: Math.min(ms, announcement.maxMs) });
}

/** It has been said. */
export function announcementOver(w: Work): void {
  const { phase } = w.call;
  if (phase.name !== 'announcing') return;
  endNow(w, { cause: phase.cause, ...(phase.status === null ? {} : { status: phase.status }) });
}

function endNow(w: Work, end: NobodyLeft): void {
  endCall(w, { ...end, by: 'us', missed: true, leave: 'all-targets-failed' });
}
