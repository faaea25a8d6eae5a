/** What must hold after every step: the promises, and that nothing waits for something that will not come. */
import type { Call, Leg, LegId } from '../../src/call/call.js';
import type { Command } from '../../src/call/command.js';
import type { Untimed } from './choices.js';
import { Violation, type Wire } from './wire.js';

export interface Stepped {
  readonly before: Call;
  readonly event: Untimed;
  readonly commands: readonly Command[];
  readonly after: Call;
  readonly wire: Wire;
}

export function checkRules(stepped: Stepped): void {
  checkCaller(stepped);
  checkRepeats(stepped);
  checkMedia(stepped.after);
  checkSwitch(stepped);
  checkBelonging(stepped);
  checkWaiting(stepped);
}

/** Promise 1: the caller's leg ends only for a reason that the promise names. */
function checkCaller({ before, event, commands }: Stepped): void {
  const { phase } = before;
  const caller = before.legs[before.callerLeg];
  for (const command of commands) {
    if (command.type !== 'bye' && command.type !== 'reject') continue;
    if (command.leg !== before.callerLeg) continue;
    // Decided earlier, and held back until the ACK was in.
    if (command.type === 'bye' && event.type === 'acked' && caller?.state === 'leaving') continue;
    // Its own dialog is lost: BYE only tells a peer that said so itself.
    if (event.type === 'offer-answered' && event.status === 481 && event.leg === before.callerLeg) continue;
    if (nobodyLeft(before, event)) continue;
    if (phase.name === 'talking' && 'leg' in event && partnerWent(event)) {
      const { a, b } = phase.link;
      if (event.leg === (a === before.callerLeg ? b : a)) continue;
    }
    throw new Violation(
      `promise 1: the caller is dropped (${command.cause}) in ${phase.name} on ${event.type}`,
    );
  }
}

function partnerWent(event: Untimed): boolean {
  return event.type === 'hung-up' || (event.type === 'offer-answered' && event.status === 481);
}

/** Everybody who could take the caller was tried. */
function nobodyLeft({ phase }: Call, event: Untimed): boolean {
  if (event.type === 'timer' && event.timer === 'hunt') return true;
  switch (phase.name) {
    case 'seeking':
    case 'returning':
      return phase.hunt.queue.length === 0;
    case 'switching':
      return phase.transfer === null && phase.hunt.queue.length === 0;
    default:
      return false;
  }
}

/** What a party has just refused for good is not offered to it again at once. */
function checkRepeats({ before, event, commands }: Stepped): void {
  if (event.type !== 'offer-answered' || event.retry || event.status < 300) return;
  const refused = before.legs[event.leg]?.exchange;
  if (refused?.kind !== 'offered') return;
  const again = commands.some((c) => c.type === 'offer' && c.leg === event.leg && c.from === refused.from);
  if (again) throw new Violation('a refused offer is made again at once');
}

/** In a settled conversation both parties know where the other is. */
function checkMedia(call: Call): void {
  if (call.phase.name !== 'talking') return;
  const { a, b, rounds } = call.phase.link;
  const [first, second] = [call.legs[a], call.legs[b]];
  if (!first || !second || first.exchange || second.exchange || !first.acked || rounds >= 4) return;
  if (first.state !== 'answered' || second.state !== 'answered') return;
  if (first.given?.from !== b || second.given?.from !== a) {
    throw new Violation(`one-way audio: ${first.given?.from} at ${a}, ${second.given?.from} at ${b}`);
  }
}

/** A switch is done when both parties know of each other, and not before. */
function checkSwitch({ before, after }: Stepped): void {
  if (before.phase.name !== 'switching' || after.phase.name !== 'talking') return;
  const { a, b } = after.phase.link;
  if (before.phase.link.a !== a || before.phase.link.b !== b) return;
  if (after.legs[a]?.given?.from !== b || after.legs[b]?.given?.from !== a) {
    throw new Violation('the switch is taken for done although the caller does not know the target');
  }
}

function members(call: Call): (LegId | null)[] {
  const { phase } = call;
  switch (phase.name) {
    case 'seeking':
      return [phase.caller, phase.hunt.current];
    case 'talking':
      return [phase.link.a, phase.link.b];
    case 'transferring':
      return [phase.transferee, phase.transferor, phase.hunt.current];
    case 'switching':
      return [phase.link.a, phase.link.b, phase.transferor];
    case 'returning':
      return [phase.party, phase.hunt.current];
    case 'ending':
    case 'ended':
      return [];
  }
}

/** Promise 3: a party on the wire has a part in the call, or is on its way out. */
function checkBelonging({ after, wire }: Stepped): void {
  const part = members(after);
  for (const [id, leg] of Object.entries(wire.legs)) {
    if (leg.state === 'over' || part.includes(id)) continue;
    const leaving =
      leg.byeSent || !leg.acked || leg.notifies.length > 0 || (leg.state === 'inviting' && leg.cancelSent);
    if (!leaving) throw new Violation(`leg ${id} is up and forgotten in ${after.phase.name}`);
  }
}

function isWaiting(wire: Wire, id: LegId, leg: Leg | undefined): boolean {
  return (
    wire.legs[id]?.reinviteOut === true ||
    wire.timers.includes(`glare:${id}`) ||
    leg?.acked === false ||
    leg?.exchange?.kind === 'ack-awaited'
  );
}

/** Nothing waits for something that will not come. */
function checkWaiting({ after, wire }: Stepped): void {
  const ids = Object.keys(wire.legs);
  const anyWaits = ids.some((id) => isWaiting(wire, id, after.legs[id]));
  for (const [id, leg] of Object.entries(wire.legs)) {
    if (leg.state === 'up' && !leg.byeSent && leg.acksOwed > 0 && !anyWaits) {
      throw new Violation(`the 2xx of leg ${id} is never acknowledged`);
    }
    if (leg.state === 'up' && !leg.byeSent && leg.open.length > 0 && !anyWaits) {
      throw new Violation(`requests of leg ${id} wait for nothing: ${leg.open.join(', ')}`);
    }
  }
  // It may wait for a third leg: for the answer of the old party to what the caller asked it just before.
  if (after.phase.name === 'switching' && !anyWaits) throw new Violation('the switch waits for nothing');
}
