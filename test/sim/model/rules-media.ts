/** Who hears whom: at most one other party each unless all three speak, known on both sides, and nobody is left on hold who talks. */
import type { LegId, Link } from '../../../src/call/call.js';
import { portOf } from './plan.js';
import type { Stepped } from './stepped.js';
import { demand, heardBy, type Wire, type WireLeg } from './wire.js';

/** Offers to bring two together before they are left as they are. */
const MAX_ROUNDS = 4;

/** Nothing is under way on this leg that could still tell it something. */
function isQuiet(wire: Wire, id: LegId): boolean {
  const leg = wire.legs[id];
  return leg !== undefined && leg.state === 'up' && !leg.byeSent && leg.acked && isSettled(wire, id, leg);
}

function isSettled(wire: Wire, id: LegId, leg: WireLeg): boolean {
  return (
    leg.offered === null &&
    leg.acksOwed === 0 &&
    !leg.answerDue &&
    leg.asked === null &&
    !leg.open.some((r) => r.startsWith('offer')) &&
    wire.timers[`${leg.call} glare:${id}`] === undefined
  );
}

function knows(wire: Wire, id: LegId, of: LegId): string | null {
  const { told, own } = wire.legs[id] ?? {};
  const other = wire.legs[of];
  if (told?.from !== of) return `${id} was told of ${told?.from} and not of ${of}`;
  if (other === undefined) return `${of} is not there`;
  if (told.port !== String(portOf(of, other.own.version))) return `${id} sends to an old port of ${of}`;
  return told.live || own?.holding || other.own.holding ? null : `${id} is still on hold`;
}

/** Media passes through a server: the two hear each other there, whatever they were told. */
function checkJoined(wire: Wire, { a, b, rounds }: Link, where: string): void {
  if (rounds >= MAX_ROUNDS || !isQuiet(wire, a) || !isQuiet(wire, b)) return;
  const [x, y] = [wire.legs[a]?.hears, wire.legs[b]?.hears];
  demand(x === b && y === a, `${a} hears ${x} and ${b} hears ${y} in ${where}`);
  for (const id of [a, b])
    demand(wire.legs[id]?.stale === false, `${id} sends to a media server that is gone in ${where}`);
}

function checkPair(stepped: Stepped, link: Link, where: string): void {
  const { wire, routing } = stepped;
  if (routing.limits.anchored) return checkJoined(wire, link, where);
  const { a, b, rounds } = link;
  if (rounds >= MAX_ROUNDS || !isQuiet(wire, a) || !isQuiet(wire, b)) return;
  const wrong = knows(wire, a, b) ?? knows(wire, b, a);
  demand(wrong === null, `one-way audio in ${where}: ${wrong}`);
}

/** Through a media server the caller's phone is told nothing, whatever happens to the call, but that this server is gone. */
function checkCallerUntouched({ commands, after, routing, wire, wireBefore }: Stepped): void {
  if (!routing.limits.anchored) return;
  if ([wire, wireBefore].some(({ legs }) => legs[after.callerLeg]?.stale)) return;
  const told = commands.some((c) => c.type === 'offer' && c.leg === after.callerLeg);
  demand(!told, 'the caller is told of a switch although media is anchored');
}

/** In a settled conversation both parties know where the other is; a switch is done when they do, and not before. */
export function checkMedia(stepped: Stepped): void {
  const { before, after, wire, routing } = stepped;
  checkCallerUntouched(stepped);
  if (after.phase.name === 'transferring' && after.phase.transferor !== null)
    checkPair(
      stepped,
      { a: after.phase.transferee, b: after.phase.transferor, rounds: after.phase.rounds },
      'transferring',
    );
  if (after.phase.name !== 'talking') return;
  const { link } = after.phase;
  checkPair(stepped, link, 'talking');
  if (routing.limits.anchored) return;
  if (before.phase.name !== 'switching' || before.phase.link.a !== link.a || before.phase.link.b !== link.b)
    return;
  const wrong = knows(wire, link.a, link.b) ?? knows(wire, link.b, link.a);
  demand(wrong === null, `the switch is taken for done although the two do not know of each other: ${wrong}`);
}

/** A caller whose agent has left hears the target that rings where the plan wants it, and never one that is gone. */
export function checkRingback({ after, wire, routing }: Stepped): void {
  const { phase } = after;
  if (!routing.limits.anchored || phase.name !== 'transferring' || phase.transferor !== null) return;
  const party = wire.legs[phase.transferee];
  if (party?.described !== true) return;
  const [only, ...others] = phase.hunt.ringing.map(({ leg }) => leg);
  const audible = others.length === 0 && only !== undefined && wire.legs[only]?.plays === true;
  const wanted = audible && routing.limits.ringback === 'target' ? only : null;
  demand(
    party.hears === wanted,
    `${phase.transferee} hears ${party.hears} while ${only} rings, not ${wanted}`,
  );
}

/** An agent who waits for a citizen that is called back hears what that plays, and else our ringing. */
export function checkAgentHears({ after, wire, routing }: Stepped): void {
  const { phase } = after;
  if (!routing.limits.anchored || phase.name !== 'calling-back') return;
  const [only] = phase.hunt.ringing.map(({ leg }) => leg);
  const wanted = only !== undefined && wire.legs[only]?.plays === true ? only : null;
  if (wire.legs[phase.agent]?.described !== true) return;
  const hears = wire.legs[phase.agent]?.hears;
  demand(hears === wanted, `${phase.agent} hears ${hears} while ${only} is called back, not ${wanted}`);
}

/** The two who talk know of each other, and the third is on hold. */
export function checkConsulting(stepped: Stepped): void {
  const { after, wire, routing } = stepped;
  const { phase } = after;
  if (phase.name !== 'consulting') return;
  checkPair(stepped, phase.link, 'consulting');
  const waits = phase.link.b === phase.target ? phase.transferee : phase.target;
  if (phase.holds >= 2 || ![waits, phase.link.a, phase.link.b].every((id) => isQuiet(wire, id))) return;
  if (routing.limits.anchored)
    return demand(wire.legs[waits]?.hears === null, `${waits} waits and hears ${wire.legs[waits]?.hears}`);
  const told = wire.legs[waits]?.told;
  demand(
    told?.from === null && !told.live,
    `${waits} waits, but was told of ${told?.from} and not put on hold`,
  );
}

/** Each of the three hears the two others. */
export function checkConferring({ before, event, after, wire }: Stepped): void {
  const { phase } = after;
  if (before.phase.name === 'conferring' && event.type === 'mixing-lost')
    demand(
      phase.name === 'consulting' && phase.link.b === phase.transferee,
      'the caller is not with the agent after the mixer was lost',
    );
  if (phase.name !== 'conferring') return;
  const three = [phase.transferee, phase.transferor, phase.target];
  if (!three.every((id) => isQuiet(wire, id))) return;
  for (const id of three) {
    const others = three.filter((other) => other !== id);
    const hears = wire.legs[id]?.hears;
    demand(hears === heardBy(others), `${id} hears ${hears} and not ${others.join(' and ')}`);
  }
}
