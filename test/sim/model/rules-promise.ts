/** Promise 1: nobody who is to be served is dropped by us, but for the reasons that the promise names. */
import type { Call, Hunt, LegId } from '../../../src/call/call.js';
import type { Routing } from '../../../src/call/routing.js';
import { type Stepped, transferIn, type Untimed } from './stepped.js';
import { Violation, type WireLeg } from './wire.js';

/** Whom we owe somebody to talk to: the caller, or whoever is being transferred. */
export function served({ phase }: Call): readonly LegId[] {
  switch (phase.name) {
    case 'calling-agent':
      return [];
    case 'calling-back':
      return [phase.agent];
    case 'seeking':
      return [phase.caller];
    case 'talking':
      return [phase.link.a, phase.link.b];
    case 'transferring':
    case 'consulting':
    case 'conferring':
      return [phase.transferee];
    case 'switching':
      return [phase.link.a];
    case 'returning':
    case 'announcing':
      return [phase.party];
    case 'ending':
    case 'ended':
      return [];
  }
}

export function checkParties(stepped: Stepped): void {
  const { before, event, commands } = stepped;
  const parties = served(before);
  for (const command of commands) {
    if (command.type !== 'bye' && command.type !== 'reject') continue;
    if (!parties.includes(command.leg)) continue;
    if (mayBeDropped(stepped, command.leg)) {
      checkTold(stepped, command);
      continue;
    }
    throw new Violation(
      `promise 1: ${command.leg} is dropped (${command.cause}) in ${before.phase.name} on ${event.type}`,
    );
  }
  checkTransferorLeft(stepped);
  checkBackToConsultation(stepped);
  checkPlaceTaken(stepped);
  if (!parties.every((id) => stillServed(stepped, id)))
    throw new Violation(`promise 1: ${parties} left without anybody in ${stepped.after.phase.name}`);
}

/** Where media is anchored, who was answered is told before they are let go that nobody is left. */
function checkTold(
  { before, routing, wireBefore }: Stepped,
  { leg, cause }: { leg: LegId; cause: string },
): void {
  if (!routing.limits.anchored || cause !== 'all-targets-failed') return;
  const known = wireBefore.legs[leg];
  if (known?.state !== 'up' || !known.described || known.lost) return;
  // The agent of a call back hears by the end, and sees at the desk, that the caller is not to be had.
  if (before.phase.name === 'announcing' || before.phase.name === 'calling-back') return;
  throw new Violation(`promise 1: ${leg} is let go in ${before.phase.name} without a word`);
}

/** Asked to end, and by whom it may be. */
function mayBeDropped({ before, event, after, routing }: Stepped, leg: LegId): boolean {
  if (event.type === 'hang-up-requested') return true;
  if (event.type === 'timer' && event.timer === 'limit') return true;
  // Its own dialog is lost: BYE only tells a peer that said so itself.
  if (isLost(event) && 'leg' in event && event.leg === leg) return true;
  // What a desk asks for is as if its phone did it; its own leg is let go.
  if (event.type === 'put-down-requested' && event.desk === leg) return true;
  // Another phone of the same agent has its place.
  if (event.type === 'replacing' && event.replaces === leg && served(after).includes(event.leg)) return true;
  if (before.phase.name === 'announcing') return heardOut(event);
  if (nobodyLeft(before, event, routing)) return true;
  if (before.phase.name !== 'talking') return false;
  const { a, b } = before.phase.link;
  return whoLeft(event) === (a === leg ? b : a);
}

/** The announcement was heard, or could not be played. */
function heardOut(event: Untimed): boolean {
  return event.type === 'timer'
    ? event.timer === 'announcement'
    : event.type === 'announcement-begun' && event.ms === null;
}

/** The party that is not there any more, of itself; null when this says so of nobody. */
function whoLeft(event: Untimed): LegId | null {
  if (event.type === 'put-down-requested') return event.desk;
  if (!('leg' in event)) return null;
  return event.type === 'hung-up' || event.type === 'answer-failed' || isLost(event) ? event.leg : null;
}

function isLost(event: Untimed): boolean {
  return (event.type === 'offer-answered' || event.type === 'probe-answered') && event.status === 481;
}

/** Everybody who could take the party was tried. */
function nobodyLeft(call: Call, event: Untimed, routing: Routing): boolean {
  const { phase, member } = call;
  switch (phase.name) {
    case 'calling-back':
      return noWayLeft(call, phase.hunt, event);
    case 'seeking':
    case 'returning': {
      if (event.type === 'timer' && event.timer === 'hunt') return true;
      // After a restart everybody is called anew.
      if (event.type === 'recovered') return noneOpen(call.lastMember ?? member, routing);
      const failed =
        event.type === 'timer' ? event.timer.split(':')[1] : 'leg' in event ? event.leg : whoLeft(event);
      if (phase.hunt.waiting !== null && !isQueueOver(event)) return false;
      return phase.hunt.stages.length === 0 && phase.hunt.ringing.every((r) => r.leg === failed);
    }
    case 'switching':
      if (phase.transfer === null) return phase.hunt.stages.length === 0;
      return phase.transferor === null && noneOpen(phase.transfer.fromMember ?? member, routing);
    case 'transferring':
    case 'consulting':
      return phase.transferor === null && noneOpen(phase.transfer.fromMember ?? member, routing);
    default:
      return false;
  }
}

/** Every way to the citizen was tried, or the citizen has said no. */
function noWayLeft({ legs }: Call, { ringing }: Hunt, event: Untimed): boolean {
  const failed = ('leg' in event ? event.leg : event.type === 'timer' ? event.timer.split(':')[1] : '') ?? '';
  const silent = event.type === 'timer' && legs[failed]?.state === 'trying';
  const unheard = silent || (event.type === 'failed' && !event.reached);
  return ringing.every(({ leg, ways }) => leg === failed && (ways.length === 0 || !unheard));
}

function isQueueOver(event: Untimed): boolean {
  return event.type === 'queue-over' || (event.type === 'timer' && event.timer === 'queue');
}

/** Neither this member nor any of its fallbacks takes calls now. */
function noneOpen(first: string | null, routing: Routing): boolean {
  for (let id = first; id !== null; id = routing.member(id)?.fallback ?? null)
    if (routing.obstacle(id, { utc: 0, mono: 0 }) === null) return false;
  return true;
}

/** After the step the party is served still, or on its way out, or gone. */
function stillServed({ after, before }: Stepped, id: LegId): boolean {
  const leg = after.legs[id];
  if (leg === undefined || leg.state === 'leaving' || leg.state === 'ended') return true;
  if (after.phase.name === 'ending') return true;
  // Of two who talked, one may have become the transferor, who is free to be released.
  if (before.phase.name === 'talking' && after.phase.name !== 'talking') return true;
  return served(after).includes(id);
}

/** In a transfer another phone of the same agent has the place of the old one at once, and the transfer goes on. */
function checkPlaceTaken({ before, after, event, wireBefore }: Stepped): void {
  if (event.type !== 'replacing' || event.earlyOnly) return;
  const [was, is] = [placesIn(before), placesIn(after)];
  const seat = was.find((id, at) => at > 0 && id === event.replaces);
  const everybody = was.every((id) => isThere(wireBefore.legs[id]));
  if (seat === undefined || !everybody || wireBefore.legs[seat]?.member !== event.member) return;
  const goesOn = after.phase.name === before.phase.name && transferIn(after)?.id === transferIn(before)?.id;
  const expected = was.map((id) => (id === event.replaces ? event.leg : id));
  if (goesOn && expected.join() === is.join()) return;
  throw new Violation(
    `${event.leg} takes the place of ${seat} in ${before.phase.name}: ${is} in ${after.phase.name}, not ${expected}`,
  );
}

/** Transferee, transferor and target of a transfer under way, as far as they are there. */
function placesIn({ phase }: Call): readonly LegId[] {
  switch (phase.name) {
    case 'transferring':
      return phase.transferor === null ? [phase.transferee] : [phase.transferee, phase.transferor];
    case 'consulting':
    case 'conferring':
      return [phase.transferee, phase.transferor, phase.target];
    default:
      return [];
  }
}

function isThere(leg: WireLeg | undefined): boolean {
  return leg?.state === 'up' && leg.acked && !leg.byeSent && !leg.answerDue;
}

/** Who joined two calls, and has left with the first leg alone, has the caller back when that comes to nothing. */
function checkBackToConsultation({ before, after, wire }: Stepped): void {
  if (before.phase.name !== 'switching' || after.phase.name === 'switching') return;
  const { consultation, link } = before.phase;
  const agent = consultation === null ? undefined : wire.legs[consultation];
  if (agent?.state !== 'up' || agent.byeSent || agent.lost) return;
  if (after.phase.name !== 'returning' && after.phase.name !== 'announcing') return;
  throw new Violation(`promise 1: ${link.a} is taken from ${consultation}, who is there still`);
}

/** Whoever asked for the transfer may leave at any time: it goes on (RFC 5589 §6.1). */
function checkTransferorLeft({ before, after, event, wire }: Stepped): void {
  const left = event.type === 'hung-up' || event.type === 'put-down-requested' ? whoLeft(event) : null;
  const was = transferIn(before);
  if (left === null || was?.transferor !== left || before.legs[left]?.state !== 'answered') return;
  if (before.phase.name === 'switching' || transferIn(after)?.id === was.id) return;
  if (wire.transfers[was.id] === 'completed') return;
  throw new Violation(
    `transfer ${was.id} is given up in ${before.phase.name} because the transferor has left`,
  );
}
