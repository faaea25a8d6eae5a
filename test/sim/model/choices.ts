/** What may happen next, seen from the wire: the environment of the model. */
import type { TimerId } from '../../../src/call/command.js';
import { choicesOfLeg } from './choices-leg.js';
import { queueChoices } from './choices-queue.js';
import { requestsOfLeg } from './choices-requests.js';
import { attendedChoices, desktopChoices, replacingChoices } from './choices-transfer.js';
import { MIXER } from './plan.js';
import { restartChoices } from './restart.js';
import { endOnWire, neverAnswersNotify, patchLeg, stopTimer, type Wire } from './wire.js';
import { type Budget, type Choice, type Kind, may, secondCall, type World } from './world.js';

/** Timers that need no budget: without them nothing would go on. */
const TIMER_COSTS: Readonly<Record<string, Kind | undefined>> = {
  ring: 'noAnswer',
  silent: 'silence',
  hunt: 'huntOut',
  limit: 'limit',
  notify: 'deaf',
  guard: 'guard',
  queue: 'queueOut',
};

export function choices(world: World, budget: Budget): Choice[] {
  const found: Choice[] = [];
  for (const [id, leg] of Object.entries(world.wire.legs)) {
    if (leg.state === 'over' || world.calls[leg.call] === undefined) continue;
    choicesOfLeg(found, world, budget, id, leg);
    requestsOfLeg(found, world, budget, id, leg);
  }
  for (const name of Object.keys(world.wire.timers)) {
    const choice = timerChoice(world, name);
    if (choice !== null) found.push(choice);
  }
  queueChoices(found, world);
  mediaChoices(found, world, budget);
  desktopChoices(found, world, budget);
  replacingChoices(found, world, budget);
  attendedChoices(found, world, budget);
  restartChoices(found, world);
  const calls = ['talking', 'calling-back'].includes(world.calls.c?.phase.name ?? '');
  if (may(world, 'second') && world.calls.d === undefined && calls) found.push(secondCall(budget));
  mixerChoices(found, world, budget);
  if (may(world, 'close')) {
    found.push({ to: 'c', event: null, costs: ['close'], act: null, closes: 'a' });
    found.push({ to: 'c', event: null, costs: ['close'], act: null, closes: 'ac' });
  }
  return found;
}

/** The mixer dies: whoever hears several hears nobody. It may be told of late. */
function mixerChoices(found: Choice[], world: World, budget: Budget): void {
  if (budget.layout?.mixes !== true) return;
  if (may(world, 'mixingLost'))
    for (const to of Object.keys(world.calls))
      found.push({
        to,
        event: { type: 'mixing-lost' },
        costs: ['mixingLost'],
        act: (wire) => cutOff(wire, to),
      });
  if (may(world, 'mixerGone') && !world.closed.includes(MIXER))
    found.push({ to: 'c', event: null, costs: ['mixerGone'], act: null, closes: MIXER });
}

function cutOff(wire: Wire, call: string): void {
  for (const [id, leg] of Object.entries(wire.legs))
    if (leg.call === call && leg.hears?.includes(' ') === true) patchLeg(wire, id, { hears: null });
}

/** The media server is lost, and another one has a call now: whoever was told where to send must be told anew. */
function mediaChoices(found: Choice[], world: World, budget: Budget): void {
  if (budget.layout?.anchored !== true || !may(world, 'mediaLost')) return;
  for (const to of Object.keys(world.calls)) {
    const legs = Object.keys(world.wire.legs).filter((id) => {
      const leg = world.wire.legs[id];
      return leg?.call === to && leg.state !== 'over';
    });
    found.push({
      to,
      event: { type: 'media-remade', legs },
      costs: ['mediaLost'],
      act: (wire) => {
        for (const id of legs) movesMedia(wire, id);
      },
    });
  }
}

function movesMedia(wire: Wire, id: string): void {
  const leg = wire.legs[id];
  if (leg === undefined || leg.told === null) return;
  const offered = leg.offered === null ? null : { ...leg.offered, stale: true };
  patchLeg(wire, id, { stale: true, offered });
}

function timerChoice(world: World, name: string): Choice | null {
  const space = name.indexOf(' ');
  const to = name.slice(0, space);
  const timer = name.slice(space + 1);
  const colon = timer.indexOf(':');
  const kind = colon === -1 ? timer : timer.slice(0, colon);
  const of = timer.slice(colon + 1);
  const cost = TIMER_COSTS[kind];
  if (cost !== undefined && !may(world, cost)) return null;
  return {
    to,
    event: { type: 'timer', timer: timer as TimerId },
    costs: cost === undefined ? [] : [cost],
    act: (wire) => {
      stopTimer(wire, name);
      // NOTIFYs are given up: BYE may follow without an answer.
      if (kind === 'notify') neverAnswersNotify(wire, of);
      // The stack has given the dialog up long before.
      if (kind === 'guard' && wire.legs[of] !== undefined) endOnWire(wire, of);
    },
  };
}
