/** Transferee, transferor and target hear each other, through a mixer. Only where media passes through a server. */
import { conferring, isConferring } from './anchored.js';
import type { Leg, Transfer } from './call.js';
import { beginConsultation, type Consultation } from './consult.js';
import { sendOffer } from './exchange.js';
import { giveUpOn, offerOf } from './link.js';
import { isUp, partnerOf, type Work } from './work.js';

/** The target speaks with both from now on. Where nothing mixes any more, with the transferor first. */
export function beginConference(w: Work, { transfer, ...parties }: Consultation): void {
  if (!w.routing.canMix()) return beginConsultation(w, { transfer, ...parties });
  const conference: Transfer = { ...transfer, mode: 'conference' };
  w.setPhase({ name: 'conferring', ...parties, transfer: conference });
  w.publish('conference-started', { legId: parties.target, transferId: transfer.id });
}

/** All three are to speak, as soon as the target has answered. False when no consultation is under way. */
export function confer(w: Work): boolean {
  const { phase } = w.call;
  if (phase.name === 'transferring' && phase.transfer.mode === 'consult') {
    w.setPhase({ ...phase, transfer: { ...phase.transfer, mode: 'conference' } });
    return true;
  }
  if (phase.name !== 'consulting') return false;
  const { transferee, transferor, target, transfer } = phase;
  beginConference(w, { transferee, transferor, target, transfer });
  return true;
}

/**
 * Bring the three together, once each of them is free for it. A leg that came from another call has no place in the
 * media of this one yet: it is offered one.
 */
export function settleConference(w: Work): void {
  const { phase } = w.call;
  if (phase.name !== 'conferring') return;
  const legs = [phase.transferee, phase.transferor, phase.target].map((id) => w.leg(id));
  if (legs.every(isConferring)) return;
  for (const leg of legs) if (leg.given === null) offerPlace(w, leg);
  if (legs.some(({ given }) => given === null)) return;
  if (legs.some((leg) => !isUp(leg) || leg.exchange !== null)) return;
  conferring(
    w,
    legs.map(({ id }) => id),
  );
}

function offerPlace(w: Work, leg: Leg): void {
  const partner = partnerOf(w.call, leg.id);
  const sdp = partner === null ? null : offerOf(w.leg(partner));
  if (!isUp(leg) || leg.exchange !== null || sdp === null) return;
  sendOffer(w, leg.id, { sdp, from: partner, relay: false, method: 'INVITE', attempt: 1 });
}

/** A leg will have no place in the media of this call: transferor and transferee are left as they are. */
export function conferenceRefused(w: Work): void {
  mixingLost(w);
  const { phase } = w.call;
  if (phase.name === 'consulting') w.setPhase({ ...phase, link: giveUpOn(phase.link) });
}

/** The three hear each other no more: transferor and transferee go on alone, and the target waits. */
export function mixingLost(w: Work): void {
  const { phase } = w.call;
  if (phase.name !== 'conferring') return;
  const { transferee, transferor, target, transfer } = phase;
  w.setPhase({
    name: 'consulting',
    transferee,
    transferor,
    target,
    transfer,
    link: { a: transferor, b: transferee, rounds: 0 },
    holds: 0,
  });
  w.publish('conference-lost', { legId: transferor, transferId: transfer.id }, { speaksWith: 'transferee' });
}
