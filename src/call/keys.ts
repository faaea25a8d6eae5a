/**
 * Keys of an agent's telephone: codes of the dial plan are ours, all others go to the other party. They come by INFO,
 * or by RTP where media passes through a server, which then keeps all keys of agents from the other party.
 */

import { isAnchored } from './anchored.js';
import type { KeyPress, Leg, RequestRef } from './call.js';
import { confer } from './confer.js';
import { complete, toggle } from './consult.js';
import type { CallEventOf } from './event.js';
import type { KeyAction, KeyReading } from './routing.js';
import { startTransfer, takeBack } from './transfer.js';
import { grant } from './wish.js';
import { isGone, isUp, partnerOf, transferorOf, type Work } from './work.js';

/** The other half of a code may be so much later than a code allows. */
const LATE_PAUSES = 3;

export function keyed(w: Work, event: CallEventOf<'keyed'>): void {
  const leg = w.leg(event.leg);
  const { request, press } = event;
  const respond = (status: number) => answer(w, leg, request, status);
  if (isGone(leg)) return respond(481);
  if (isSecondWay(w, leg, press)) return respond(200);
  const own = w.call.keys?.leg === leg.id ? w.call.keys : null;
  const held = own === null || own.late ? [] : own.presses;
  const presses = [...held, press];
  const reading = isAgent(w, leg) ? w.routing.readKeys(typed(presses)) : null;
  if (reading !== null && isCode(reading)) {
    // Two agents press at once: the keys of the first have become all that they can.
    if (w.call.keys !== null && w.call.keys.leg !== leg.id) keysOver(w);
    respond(200);
    if (reading.mayGrow) return keep(w, leg, presses);
    forget(w);
    if (reading.action !== null) act(w, leg, reading.action);
    return;
  }
  if (own?.late) {
    const whole = [...own.presses, press];
    if (isForCitizen(w, leg) && isCode(w.routing.readKeys(typed(whole)))) {
      respond(200);
      return keepLate(w, leg, whole);
    }
    forget(w);
  }
  if (held.length === 0) return pass(w, leg, event);
  respond(200);
  forget(w);
  replay(w, leg, presses);
}

/**
 * No further key came: what was pressed is a code as it stands, or was never meant as one. Half a code is nothing that a
 * citizen could use, nor is the other half when it comes late; a desk may ask for a star.
 */
export function keysOver(w: Work): void {
  const { keys } = w.call;
  if (keys === null) return;
  w.patch({ keys: null });
  const leg = w.leg(keys.leg);
  if (keys.late || isGone(leg)) return;
  const { action } = w.routing.readKeys(typed(keys.presses));
  if (action !== null) act(w, leg, action);
  else if (isForCitizen(w, leg)) keepLate(w, leg, keys.presses);
  else replay(w, leg, keys.presses);
}

/** The leg has gone: its keys are nobody's. */
export function dropKeysOf(w: Work, leg: Leg): void {
  if (w.call.keys?.leg === leg.id) forget(w);
}

function isAgent(w: Work, leg: Leg): boolean {
  if (!leg.mayTransfer) return false;
  return partnerOf(w.call, leg.id) !== null || transferorOf(w.call) === leg.id;
}

function answer(w: Work, leg: Leg, request: RequestRef | null, status: number): void {
  if (request === null) return;
  const nothing = { reason: null, code: null, sdp: null, from: null };
  w.emit({ type: 'respond', leg: leg.id, request, status, ...nothing });
}

/** Some phones tell each key twice, by INFO and by RTP: the way that the first came in counts. */
function isSecondWay(w: Work, leg: Leg, press: KeyPress): boolean {
  if (!isAnchored(w) || !leg.mayTransfer) return false;
  const way = 'durationMs' in press ? 'rtp' : 'info';
  if (leg.keysBy === null) w.patchLeg(leg.id, { keysBy: way });
  return leg.keysBy !== null && leg.keysBy !== way;
}

function typed(presses: readonly KeyPress[]): string {
  return presses.map(({ key }) => key).join('');
}

/** A code, or the beginning of one. */
function isCode(reading: KeyReading): boolean {
  return reading.action !== null || reading.mayGrow;
}

/** What this leg presses would reach a citizen: who called, or is called back. */
function isForCitizen(w: Work, leg: Leg): boolean {
  const partner = partnerOf(w.call, leg.id);
  return partner !== null && w.leg(partner).member === null;
}

function keepLate(w: Work, leg: Leg, presses: readonly KeyPress[]): void {
  w.patch({ keys: { leg: leg.id, presses, late: true } });
  w.emit({ type: 'start-timer', timer: 'keys', ms: LATE_PAUSES * w.routing.limits.betweenKeysMs });
}

function keep(w: Work, leg: Leg, presses: readonly KeyPress[]): void {
  w.patch({ keys: { leg: leg.id, presses, late: false } });
  w.emit({ type: 'start-timer', timer: 'keys', ms: w.routing.limits.betweenKeysMs });
}

function forget(w: Work): void {
  if (w.call.keys === null) return;
  w.patch({ keys: null });
  w.emit({ type: 'stop-timer', timer: 'keys' });
}

function pass(w: Work, leg: Leg, { request, press }: CallEventOf<'keyed'>): void {
  // Of everybody else the media server has passed the key on itself.
  if (request === null) return leg.mayTransfer ? replay(w, leg, [press]) : undefined;
  const partner = partnerOf(w.call, leg.id);
  if (partner === null || !isUp(w.leg(partner))) return answer(w, leg, request, 480);
  w.emit({ type: 'forward', leg: leg.id, request, to: partner });
}

function replay(w: Work, leg: Leg, presses: readonly KeyPress[]): void {
  const partner = partnerOf(w.call, leg.id);
  if (partner !== null && isUp(w.leg(partner)))
    w.emit({ type: 'send-keys', leg: partner, from: leg.id, presses });
}

/** Refusals are recorded and published; a telephone has no other way to tell its user. */
function act(w: Work, leg: Leg, action: KeyAction): void {
  if (action.kind === 'transfer') {
    const { mode, address } = action;
    const wish = {
      trigger: 'key',
      mode,
      transferor: leg.id,
      address,
      referredBy: null,
      matter: null,
      note: null,
    } as const;
    const verdict = grant(w, wish);
    if (verdict.ok) startTransfer(w, wish, verdict, null);
    return;
  }
  if (transferorOf(w.call) !== leg.id) return;
  if (action.kind === 'cancel') takeBack(w);
  else if (action.kind === 'complete') complete(w);
  else if (action.kind === 'toggle') toggle(w);
  else if (w.routing.canMix()) confer(w);
}
