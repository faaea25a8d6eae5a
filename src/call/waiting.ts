/** What a party hears and sees while it waits in a queue. */
import { isAnchored, park, SERVERS_OWN } from './anchored.js';
import type { Call, LegId, Waiting } from './call.js';
import type { PromptName } from './command.js';
import type { Work } from './work.js';

/** The place in a queue that some party of the call has now. */
export function waitingIn({ phase }: Call): Waiting | null {
  switch (phase.name) {
    case 'seeking':
    case 'transferring':
    case 'returning':
      return phase.hunt.waiting;
    default:
      return null;
  }
}

/**
 * A caller who was not answered yet hears prompt and music as early media (RFC 3960), where media passes through a
 * media server and the caller has made an offer; else the caller's phone rings. So nobody pays for waiting. Others
 * are parked.
 */
export function tellWaiting(w: Work, party: LegId, play: PromptName): void {
  const leg = w.leg(party);
  if (leg.state === 'answered') return park(w, party, play);
  if (leg.state !== 'trying' && leg.state !== 'ringing') return;
  const media = isAnchored(w) && leg.remote !== null;
  w.patchLeg(party, { state: 'ringing', ringingAt: leg.ringingAt ?? w.at });
  const sdp = media ? SERVERS_OWN : null;
  w.emit({ type: 'provisional', leg: party, status: media ? 183 : 180, sdp, from: party });
  if (media) park(w, party, play);
}
