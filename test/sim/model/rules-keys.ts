/** Keys: what is a code is ours and nobody else's; what is none reaches the other party, once and in order. */

import { readKeys } from './plan.js';
import type { Stepped } from './stepped.js';
import { demand, patchLeg, type Wire } from './wire.js';

export function checkKeys({ before, after, wire, event }: Stepped): void {
  for (const [id, leg] of Object.entries(wire.legs)) {
    if (leg.held === '' || leg.call !== after.id) continue;
    if (after.keys?.leg === id) {
      const kept = after.keys.presses.map(({ key }) => key).join('');
      demand(kept === leg.held, `${id} pressed ${leg.held}, held back are ${kept}`);
      demand(readKeys(kept).mayGrow, `${kept} of ${id} is held back although it can become no code`);
      demand(wire.timers[`${after.id} keys`] === true, 'keys are held back for ever');
      continue;
    }
    const isCode = readKeys(leg.held).action !== null;
    const nobody = partnerless(wire, before, id) || after.phase.name === 'ending' || leg.byeSent;
    demand(isCode || nobody, `the keys ${leg.held} of ${id} are lost on ${event.type}`);
    forgetHeld(wire, id);
  }
}

function partnerless(wire: Wire, { phase }: Stepped['before'], id: string): boolean {
  const pair =
    phase.name === 'talking' || phase.name === 'switching' || phase.name === 'consulting'
      ? [phase.link.a, phase.link.b]
      : phase.name === 'transferring'
        ? [phase.transferee, phase.transferor]
        : [];
  if (!pair.includes(id)) return true;
  const other = wire.legs[pair.find((leg) => leg !== id) ?? ''];
  return other === undefined || other.state !== 'up' || other.byeSent || !other.acked;
}

/** They became a code, or were meant for somebody who is not there. */
function forgetHeld(wire: Wire, id: string): void {
  patchLeg(wire, id, { held: '' });
}
