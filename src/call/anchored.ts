/**
 * Media that passes through a media server: every leg keeps the description that it was told first, whoever it is
 * joined to. A switch then needs no offer. Nothing in here does anything where media is direct.
 */
import type { Leg, LegId, RequestRef } from './call.js';
import type { PromptName } from './command.js';
import type { Work } from './work.js';

/** A description that the media server makes; the core need not know its text. */
export const SERVERS_OWN = '';

export function isAnchored(w: Work): boolean {
  return w.routing.limits.anchored;
}

/** The peer of a leg has said where it receives media. */
export function heard(w: Work, leg: LegId, sdp: string | null, as: 'offer' | 'answer'): void {
  if (isAnchored(w) && sdp !== null) w.emit({ type: 'heard', leg, sdp, as });
}

/** Let two legs hear each other, and nobody else. */
export function join(w: Work, a: LegId, b: LegId): void {
  if (!isAnchored(w)) return;
  // Who may transfer may type codes, and those are for nobody else to hear.
  const keysKept = [a, b].filter((id) => w.leg(id).mayTransfer);
  w.emit({ type: 'join', a, b, keysKept });
  remember(w, a, b);
  remember(w, b, a);
}

/** Let these legs hear each other, and nobody else. Only where the routing says that it can mix. */
export function conferring(w: Work, legs: readonly LegId[]): void {
  const keysKept = legs.filter((id) => w.leg(id).mayTransfer);
  w.emit({ type: 'confer', legs, keysKept });
  for (const id of legs) remember(w, id, id);
}

/** It hears whoever is in the conference with it: a mix that is made for this leg alone. */
export function isConferring(leg: Leg): boolean {
  return leg.given?.from === leg.id;
}

function remember(w: Work, leg: LegId, partner: LegId | null): void {
  const { given } = w.leg(leg);
  w.patchLeg(leg, { given: { from: partner, sdp: given?.sdp ?? SERVERS_OWN } });
}

/** Let a leg hear nobody but a prompt or music. */
export function park(w: Work, leg: LegId, play: PromptName): void {
  // Who has not said yet where it receives media hears nothing at all.
  if (!isAnchored(w) || w.leg(leg).remote === null) return;
  w.emit({ type: 'park', leg, play });
  remember(w, leg, null);
}

/** Let a leg hear a prompt once, and nobody. One that is not answered yet is told first where it comes from. */
export function announce(w: Work, leg: LegId, prompt: string): void {
  if (w.leg(leg).state !== 'answered')
    w.emit({ type: 'provisional', leg, status: 183, sdp: SERVERS_OWN, from: leg });
  w.emit({ type: 'announce', leg, play: prompt });
  remember(w, leg, null);
}

export function areJoined(a: Leg, b: Leg): boolean {
  return a.given?.from === b.id && b.given?.from === a.id;
}

/**
 * Offers of a party are answered by the media server alone; the other party notices nothing. False where media is
 * direct: then they are the other party's to answer.
 */
export function answeredByServer(w: Work, leg: Leg, request: RequestRef, sdp: string | null): boolean {
  if (!isAnchored(w)) return false;
  heard(w, leg.id, sdp, 'offer');
  w.emit({
    type: 'respond',
    leg: leg.id,
    request,
    status: 200,
    reason: null,
    code: null,
    sdp: SERVERS_OWN,
    from: leg.id,
  });
  w.patchLeg(leg.id, { mediaMoved: false });
  if (sdp === null) w.patchLeg(leg.id, { exchange: { kind: 'ack-awaited', offer: SERVERS_OWN, from: null } });
  else w.patchLeg(leg.id, { remote: sdp, remoteOffered: true });
  return true;
}
