/** The program is killed and started again: what that does on the wire, and when it may happen. */
import { endOnWire, patchLeg, type Wire, type WireLeg } from './wire.js';
import { type Choice, may, type World } from './world.js';

/** What is lost of a dialog that goes on: requests and answers that were under way, in both directions. */
const LOST: Partial<WireLeg> = {
  acked: true,
  acksOwed: 0,
  ackAnswers: false,
  offered: null,
  answerDue: false,
  asked: null,
  notifies: [],
  open: [],
  // The BYE may not have arrived, and is sent again.
  byeSent: false,
  held: '',
  // So is the media server.
  hears: null,
  announced: false,
  probed: false,
};

export function restartChoices(found: Choice[], world: World): void {
  const [call, other] = Object.keys(world.calls);
  if (call === undefined || other !== undefined || !may(world, 'restart')) return;
  const act = (wire: Wire): void => restart(wire, call);
  found.push({ to: call, event: { type: 'recovered' }, costs: ['restart'], act });
}

function restart(wire: Wire, call: string): void {
  wire.timers = Object.fromEntries(
    Object.entries(wire.timers).filter(([name]) => !name.startsWith(`${call} `)),
  );
  for (const [id, leg] of Object.entries(wire.legs)) {
    if (leg.call !== call || leg.state === 'over') continue;
    if (leg.state === 'up') patchLeg(wire, id, LOST);
    // The caller's INVITE is heard again; those of ours are cancelled by the SIP server.
    else if (leg.direction === 'in' && id === `${call}-1`)
      patchLeg(wire, id, { open: [], held: '', hears: null, announced: false });
    else endOnWire(wire, id);
  }
}
