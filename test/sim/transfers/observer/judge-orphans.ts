import type { Session } from '../phones/session.js';
import type { Case } from './verdict.js';
import type { WireLeg } from './wire-leg.js';

/** What is said again for 64*T1 is said so often; the first time counts. */
const ALL_COPIES = 10;

/** The server listens for late answers for 64 s; nothing else of it may wait when nobody says anything any more. */
const SILENCE_MS = 70_000;

/** Promise 3: whatever began has ended, in the phones, on the wire and in the server. */
export function judgeOrphans(found: Case): void {
  const { stories, observer, site, world, violate } = found;
  for (const story of stories) {
    for (const { part, session } of story.players) {
      const leg = observer.legs.get(session.callId);
      if (session.lost !== null || session.state === 'over' || leg === undefined) continue;
      if (toldInVain(session, leg)) continue;
      violate(story.index, `orphan: the ${part} at ${session.agent.host} is ${session.state} for ever`);
    }
  }
  for (const { index, rangOn } of stories) {
    for (const session of rangOn) {
      const leg = observer.legs.get(session.callId);
      if (leg?.provisionalAt === null || leg === undefined || toldInVain(session, leg)) continue;
      violate(index, `the desk at ${session.agent.host} rang on, nobody cancelled it`);
    }
  }
  for (const leg of observer.legs.values()) judgeForks(found, leg);
  const { live } = world.server.stats();
  for (const [what, left] of Object.entries(live)) {
    if (left > 0) violate(null, `${left} ${what} are left in the SIP server`);
  }
  const { engine, signalling, ledger } = site;
  for (const call of engine.liveCalls()) {
    const legs = call.legs.map(({ id, role, state, sipCallId }) => `${id} ${role} ${state} ${sipCallId}`);
    const story = call.legs.map(({ sipCallId }) => observer.legs.get(sipCallId ?? '')?.story)[0];
    violate(story ?? null, `call ${call.id} is ${call.phase} for ever: ${legs.join(', ')}`);
  }
  if (signalling.legs > 0) violate(null, `${signalling.legs} legs are left in the signalling`);
  for (const call of ledger.open) violate(null, `call ${call} is left open in the ledger`);
  const { pending, lastAt } = site.clock;
  if (pending > 0) violate(null, `${pending} timers are left`);
  const late = lastAt - observer.lastAt;
  if (late > SILENCE_MS) violate(null, `a timer was left for ${late} ms after the last message`);
}

/** The server said BYE or CANCEL for as long as it has to, and nobody was there. */
function toldInVain(session: Session, leg: WireLeg): boolean {
  const bye = leg.ourRequests.find(({ method, tag }) => method === 'BYE' && tag === session.tag);
  if (bye !== undefined && bye.answeredAt === null && bye.copies >= ALL_COPIES) return true;
  // An INVITE of ours that was never answered, so that there was nothing to cancel.
  if (session.state === 'early' && leg.direction === 'out' && !leg.heardAnything) return true;
  const cancel = leg.ourRequests.find(({ method }) => method === 'CANCEL');
  return cancel !== undefined && cancel.answeredAt === null && cancel.copies >= ALL_COPIES;
}

/** Every 2xx that we heard was acknowledged and its dialog ended, also those of forks. */
function judgeForks({ violate }: Case, leg: WireLeg): void {
  for (const [tag, { acknowledged, hungUp, unheard }] of leg.forks) {
    if (unheard)
      violate(leg.story, `a 2xx of ${leg.host} (tag ${tag}) came again and was not acknowledged again`);
    if (!acknowledged) violate(leg.story, `a 2xx of ${leg.host} (tag ${tag}) was never acknowledged`);
    if (tag !== leg.final?.tag && !hungUp)
      violate(leg.story, `a fork at ${leg.host} (tag ${tag}) was never hung up`);
  }
}
