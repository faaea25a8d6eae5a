/** Keys: what is a code is ours and nobody else's; what is none reaches the other party, once and in order. */

import { readKeys } from './plan.js';
import type { Stepped } from './stepped.js';
import { demand, patchLeg, type Wire } from './wire.js';

export function checkKeys({ before, after, wire, event }: Stepped): void {
  for (const [id, leg] of Object.entries(wire.legs)) {
    if (leg.call !== after.id) continue;
    if (leg.held === '') {
      // Long ago, or another agent has pressed keys meanwhile: then it is forgotten.
      if (leg.half !== '' && after.keys?.leg !== id) patchLeg(wire, id, { half: '' });
      continue;
    }
    if (after.keys?.leg === id && !after.keys.late) {
      const kept = after.keys.presses.map(({ key }) => key).join('');
      demand(kept === leg.held, `${id} pressed ${leg.held}, held back are ${kept}`);
      demand(readKeys(kept).mayGrow, `${kept} of ${id} is held back although it can become no code`);
      demand(wire.timers[`${after.id} keys`] === true, 'keys are held back for ever');
      continue;
    }
    const half = halfOf(wire, before, id);
    if (half !== null) {
      patchLeg(wire, id, { held: '', half: after.keys?.leg === id ? half : '' });
      continue;
    }
    const isCode = readKeys(leg.held).action !== null;
    const nobody = partnerless(wire, before, id) || after.phase.name === 'ending' || leg.byeSent;
    demand(isCode || nobody, `the keys ${leg.held} of ${id} are lost on ${event.type}`);
    forgetHeld(wire, id);
  }
}

/**
 * What began as a code and did not become one in time is for no citizen; nor is the rest of it. Null: it was none, or is
 * not for a citizen.
 */
function halfOf(wire: Wire, before: Stepped['before'], id: string): string | null {
  const pair = pairIn(before);
  const other = wire.legs[pair.find((leg) => leg !== id) ?? ''];
  if (!pair.includes(id) || other === undefined || other.member !== null) return null;
  const { held = '', half = '' } = wire.legs[id] ?? {};
  const whole = readKeys(half + held);
  if (half !== '' && (whole.mayGrow || whole.action !== null)) return half + held;
  const alone = readKeys(held);
  return alone.mayGrow && alone.action === null ? held : null;
}

function pairIn({ phase }: Stepped['before']): readonly (string | null)[] {
  if (phase.name === 'talking' || phase.name === 'switching' || phase.name === 'consulting')
    return [phase.link.a, phase.link.b];
  return phase.name === 'transferring' ? [phase.transferee, phase.transferor] : [];
}

function partnerless(wire: Wire, before: Stepped['before'], id: string): boolean {
  const pair = pairIn(before);
  if (!pair.includes(id)) return true;
  const other = wire.legs[pair.find((leg) => leg !== id) ?? ''];
  return other === undefined || other.state !== 'up' || other.byeSent || !other.acked;
}

/** They became a code, or were meant for somebody who is not there. */
function forgetHeld(wire: Wire, id: string): void {
  patchLeg(wire, id, { held: '', half: '' });
}
