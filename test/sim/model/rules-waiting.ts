/** Promise 3: nobody is forgotten, and nothing waits for something that will not come. */
import type { Call, Hunt, LegId, Waiting } from '../../../src/call/call.js';
import { type Stepped, transferIn } from './stepped.js';
import { demand, type Wire, type WireLeg } from './wire.js';

function huntOf({ phase }: Call): Hunt | null {
  return 'hunt' in phase && phase.name !== 'switching' ? phase.hunt : null;
}

/** Everybody who has a part in the call as it is. */
function parts(call: Call): (LegId | null)[] {
  const { phase } = call;
  const called = huntOf(call)?.ringing.map((r) => r.leg) ?? [];
  switch (phase.name) {
    case 'calling-agent':
      return called;
    case 'calling-back':
      return [phase.agent, ...called];
    case 'seeking':
      return [phase.caller, ...called];
    case 'talking':
      return [phase.link.a, phase.link.b];
    case 'transferring':
      return [phase.transferee, phase.transferor, ...called];
    case 'consulting':
    case 'conferring':
      return [phase.transferee, phase.transferor, phase.target];
    case 'switching':
      return [phase.link.a, phase.link.b, phase.transferor, phase.consultation];
    case 'returning':
      return [phase.party, ...called];
    case 'announcing':
      return [phase.party];
    case 'ending':
    case 'ended':
      return [];
  }
}

/** A party on the wire has a part in the call, or is on its way out. */
export function checkBelonging({ after, wire }: Stepped): void {
  const part = parts(after);
  for (const id of part) {
    if (id === null) continue;
    const leg = wire.legs[id];
    demand(
      leg?.call === after.id && leg.state !== 'over',
      `${id} has a part in ${after.phase.name}, but is gone`,
    );
    demand(
      leg?.byeSent === false && !leg.cancelSent,
      `${id} has a part in ${after.phase.name}, but was let go`,
    );
  }
  for (const [id, leg] of Object.entries(wire.legs)) {
    if (leg.call !== after.id || leg.state === 'over' || part.includes(id)) continue;
    demand(isLeaving(leg), `leg ${id} is up and forgotten in ${after.phase.name}`);
  }
}

function isLeaving(leg: WireLeg): boolean {
  return leg.byeSent || !leg.acked || leg.notifies.length > 0 || (leg.state === 'inviting' && leg.cancelSent);
}

/** Nobody is told for ever that the call ends. */
export function checkAnnouncing({ after, wire }: Stepped): void {
  if (after.phase.name !== 'announcing') return;
  const { party } = after.phase;
  demand(wire.timers[`${after.id} announcement`] === true, `${party} is told of the end for ever`);
  demand(wire.legs[party]?.hears === null, `${party} hears ${wire.legs[party]?.hears} in announcing`);
}

/** Whoever is called has a limit, and somebody is called as long as we look for somebody. */
export function checkHunting({ after, wire }: Stepped): void {
  const hunt = huntOf(after);
  if (hunt === null) return;
  const { waiting } = hunt;
  demand(hunt.ringing.length > 0 || waiting !== null, `nobody is called in ${after.phase.name}`);
  if (waiting !== null) checkPlace(after, waiting, hunt.ringing.length === 0, wire);
  for (const { leg } of hunt.ringing) {
    demand(wire.legs[leg]?.state === 'inviting', `${leg} is not being called in ${after.phase.name}`);
    demand(wire.timers[`${after.id} ring:${leg}`] === true, `${leg} may ring for ever`);
  }
  const name = after.phase.name;
  if (name === 'seeking' || name === 'returning')
    demand(wire.timers[`${after.id} hunt`] === true, `the party may wait for ever in ${name}`);
}

/** Whoever waits in a queue has a place there, and a limit; and the queue knows that it is to name somebody. */
function checkPlace({ id }: Call, { entry, ticket }: Waiting, idle: boolean, wire: Wire): void {
  const place = wire.calls[id]?.queue ?? null;
  demand(
    place?.entry === entry && place.ticket === ticket,
    `${id} waits in a queue that does not know of it`,
  );
  demand(!idle || place?.asked === true, `${id} waits for somebody whom nobody was asked for`);
  demand(wire.timers[`${id} queue`] === true, `${id} may wait in the queue for ever`);
}

/** A queue does not keep a place for somebody who does not wait any more. */
export function checkQueueLeft({ after, wire }: Stepped): void {
  const place = wire.calls[after.id]?.queue ?? null;
  if (place === null) return;
  demand(huntOf(after)?.waiting?.entry === place.entry, `${after.id} has left the queue, which was not told`);
}

/** A place is kept until the party is served or leaves, or the queue or the plan gives it up. */
export function checkPlaceKept({ before, after, event }: Stepped): void {
  const [was, is] = [huntOf(before)?.waiting, huntOf(after)?.waiting];
  if (was == null || before.phase.name !== after.phase.name || is?.entry === was.entry) return;
  if (transferIn(before)?.id !== transferIn(after)?.id) return;
  // Places are the queue's to keep, which died with us.
  if (event.type === 'recovered') return;
  const over = event.type === 'queue-over' || (event.type === 'timer' && event.timer === 'queue');
  demand(over, `${after.id} loses its place in the queue on ${event.type}`);
}

function isWaiting(wire: Wire, call: string, id: LegId): boolean {
  const leg = wire.legs[id];
  if (leg === undefined || leg.state !== 'up' || leg.byeSent) return false;
  return leg.offered !== null || leg.answerDue || !leg.acked || wire.timers[`${call} glare:${id}`] === true;
}

/** Nothing waits for something that will not come. */
export function checkWaiting({ after, wire }: Stepped): void {
  const legs = Object.entries(wire.legs).filter(([, leg]) => leg.call === after.id);
  for (const [id, leg] of legs)
    demand(leg.state !== 'inviting' || leg.open.length === 0, `requests of ${id} before its answer wait`);
  if (legs.some(([id]) => isWaiting(wire, after.id, id))) return;
  for (const [id, leg] of legs) {
    if (leg.state !== 'up' || leg.byeSent) continue;
    demand(leg.acksOwed === 0, `the 2xx of leg ${id} is never acknowledged`);
    demand(leg.open.length === 0, `requests of leg ${id} wait for nothing: ${leg.open.join(', ')}`);
  }
  // It may wait for a third leg: for the answer of the old party to what the caller asked it just before.
  demand(after.phase.name !== 'switching', 'the switch waits for nothing');
}
