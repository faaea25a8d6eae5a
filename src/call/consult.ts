/** The transferor speaks with the target before the caller is moved, and back and forth between the two. */
import type { LegId, Transfer } from './call.js';
import { newHunt } from './hunt.js';
import { giveUpOn, hold, reconcile } from './link.js';
import { partnerOf, type Work } from './work.js';

/** Offers of hold to one party before it is left as it is. */
const MAX_HOLDS = 2;

export interface Consultation {
  readonly transferee: LegId;
  readonly transferor: LegId;
  readonly target: LegId;
  readonly transfer: Transfer;
}

/** The target has answered: it speaks with the transferor, and the transferee is put on hold. */
export function beginConsultation(w: Work, consultation: Consultation): void {
  const { transferor, target } = consultation;
  w.setPhase({
    name: 'consulting',
    ...consultation,
    link: { a: transferor, b: target, rounds: 0 },
    holds: 0,
  });
}

/** The transferor changes sides, or speaks with the target alone. False when there is nothing to change between. */
export function toggle(w: Work): boolean {
  const { phase } = w.call;
  if (phase.name === 'conferring') {
    const { transferee, transferor, target, transfer } = phase;
    beginConsultation(w, { transferee, transferor, target, transfer });
    w.publish('transfer-toggled', { legId: transferor, transferId: transfer.id }, { speaksWith: 'target' });
    return true;
  }
  if (phase.name !== 'consulting') return false;
  const { transferor, transferee, target, link, transfer } = phase;
  const now = link.b === target ? transferee : target;
  w.setPhase({ ...phase, link: { a: transferor, b: now, rounds: 0 }, holds: 0 });
  const speaksWith = now === target ? 'target' : 'transferee';
  w.publish('transfer-toggled', { legId: transferor, transferId: transfer.id }, { speaksWith });
  return true;
}

/**
 * Connect the transferee with the target; `transferor` null when it has left already. While the target still rings
 * the transfer goes on as a blind one. False when no consultation is under way.
 */
export function complete(w: Work): boolean {
  const { phase } = w.call;
  if (phase.name === 'transferring' && phase.transfer.mode !== 'blind') {
    w.setPhase({ ...phase, transfer: { ...phase.transfer, mode: 'blind' } });
    return true;
  }
  if (phase.name !== 'consulting' && phase.name !== 'conferring') return false;
  const { transferor, transferee, target, transfer } = phase;
  const link = { a: transferee, b: target, rounds: 0 };
  w.setPhase({ name: 'switching', link, transferor, transfer, hunt: newHunt([]), consultation: null });
  return true;
}

/** Send what the consultation needs next: the one who waits is put on hold, the two who talk know of each other. */
export function settleConsultation(w: Work): void {
  const { phase } = w.call;
  if (phase.name !== 'consulting') return;
  const waits = phase.link.b === phase.target ? phase.transferee : phase.target;
  if (phase.holds < MAX_HOLDS && hold(w, waits)) w.setPhase({ ...phase, holds: phase.holds + 1 });
  const { link } = reconcile(w, phase.link);
  const now = w.call.phase;
  if (now.name === 'consulting' && link !== now.link) w.setPhase({ ...now, link });
}

/** A party has refused for good what it was offered: leave it as it is. `from` null: the hold. */
export function consultationRefused(w: Work, leg: LegId, from: LegId | null): void {
  const { phase } = w.call;
  if (phase.name !== 'consulting') return;
  if (from === null) w.setPhase({ ...phase, holds: MAX_HOLDS });
  else if (partnerOf(w.call, leg) === from) w.setPhase({ ...phase, link: giveUpOn(phase.link) });
}
