/** How long a caller was with nobody once somebody had answered. */
import type { Call, Held, Instant } from './call.js';
import { isUp, partnerOf, type Work } from './work.js';

const NEVER: Held = { since: null, ms: 0 };

/** After each event: note when the caller is held, and when no more. */
export function noteHeld(w: Work): void {
  const held = w.call.held ?? NEVER;
  const now = isHeld(w.call);
  if (now === (held.since !== null)) return;
  w.patch({ held: now ? { ...held, since: w.at } : { since: null, ms: lengthOf(held, w.at) } });
}

/** How long the caller was held until `at`; monotonic milliseconds, null when a restart lies within. */
export function heldUntil(call: Call, at: Instant): number | null {
  return lengthOf(call.held ?? NEVER, at);
}

/** The agent speaks with the target, or has left before the target was there, or nobody was found yet to go back to. */
function isHeld(call: Call): boolean {
  const { answeredAt, phase, callerLeg, legs } = call;
  const waits = phase.name === 'consulting' || phase.name === 'transferring' || phase.name === 'returning';
  const caller = legs[callerLeg];
  return (
    waits &&
    answeredAt !== null &&
    caller !== undefined &&
    isUp(caller) &&
    partnerOf(call, callerLeg) === null
  );
}

function lengthOf({ since, ms }: Held, at: Instant): number | null {
  if (since === null || ms === null) return ms;
  return at.mono < since.mono ? null : Math.round(ms + at.mono - since.mono);
}
