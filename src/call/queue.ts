/** What a queue says of a party that waits in it: whom to call, how it stands, that it gives up. */
import type { Hunt, LegId, Waiting } from './call.js';
import type { Desks } from './candidate.js';
import type { CallEventOf } from './event.js';
import { callDesks, callNext, type HuntFor } from './hunt.js';
import { seekingHunt, seekOn } from './progress.js';
import { returningHunt, returnOn, targetHunt, targetHuntOn } from './transfer.js';
import { tellWaiting, waitingIn } from './waiting.js';
import type { Work } from './work.js';

/** A hunt that is under way, and how it goes on. */
interface UnderWay {
  readonly search: HuntFor;
  /** Null: nobody is left to call. */
  goOn(next: Hunt | null): void;
  /** The party has nobody to talk to meanwhile. */
  readonly alone: boolean;
}

function underWay(w: Work): UnderWay | null {
  const { phase } = w.call;
  switch (phase.name) {
    case 'seeking': {
      const { caller, hunt } = phase;
      const goOn = (next: Hunt | null): void => seekOn(w, caller, next, hunt);
      return { search: seekingHunt(w, caller, hunt), goOn, alone: true };
    }
    case 'returning': {
      const { party, hunt } = phase;
      const goOn = (next: Hunt | null): void => returnOn(w, party, next);
      return { search: returningHunt(w, party, hunt), goOn, alone: true };
    }
    case 'transferring': {
      const { hunt, transferor } = phase;
      const goOn = (next: Hunt | null): void => targetHuntOn(w, next, hunt);
      return { search: targetHunt(w, hunt), goOn, alone: transferor === null };
    }
    default:
      return null;
  }
}

/** Somebody is free. What comes too late is for the queue to know: it was told that the party has left. */
export function candidateReady(w: Work, { ticket, desks }: CallEventOf<'candidate-ready'>): void {
  const hunt = underWay(w);
  if (hunt === null || hunt.search.hunt.ringing.length > 0) return;
  if (hunt.search.hunt.waiting?.ticket !== ticket) return;
  callWaiting(w, hunt, desks);
}

function callWaiting(w: Work, { search, goOn }: UnderWay, desks: Desks): void {
  const next = callDesks(w, search, desks);
  if (next.ringing.length > 0) goOn(next);
}

/** The party hears its place where nobody else speaks with it; while somebody is called it hears what it hears. */
export function queueNews(w: Work, { entry, position, announce }: CallEventOf<'queue-news'>): void {
  const hunt = underWay(w);
  if (hunt === null || hunt.search.hunt.waiting?.entry !== entry) return;
  const { party } = hunt.search;
  if (party === null || !hunt.alone || hunt.search.hunt.ringing.length > 0) return;
  if (announce) tellWaiting(w, party, `queue-position-${position}`);
  else if (w.leg(party).state !== 'answered') refresh(w, party);
}

/** A provisional response each minute keeps proxies on the way from giving the call up (RFC 3261 §13.3.1.1). */
function refresh(w: Work, party: LegId): void {
  const { given } = w.leg(party);
  const sdp = given?.from === null ? given.sdp : null;
  w.emit({ type: 'provisional', leg: party, status: sdp === null ? 180 : 183, sdp, from: party });
}

/** The party has waited as long as it may, or the queue gives it up. Who is being called rings on. */
export function queueOver(w: Work, entry: number | null): void {
  const hunt = underWay(w);
  const waiting = hunt?.search.hunt.waiting ?? null;
  if (hunt === null || waiting === null || (entry !== null && waiting.entry !== entry)) return;
  const last = { ...hunt.search.hunt, waiting: null };
  if (last.ringing.length > 0) hunt.goOn(last);
  else hunt.goOn(callNext(w, { ...hunt.search, hunt: last }));
}

/** Tell the queue that a party is not in it any more; `before` is the place that the call had before this step. */
export function leaveQueue(w: Work, before: Waiting | null): void {
  const now = waitingIn(w.call);
  if (before === null || now?.entry === before.entry) return;
  w.emit({ type: 'queue-leave', queue: before.queue, entry: before.entry });
  if (now === null) w.emit({ type: 'stop-timer', timer: 'queue' });
}
