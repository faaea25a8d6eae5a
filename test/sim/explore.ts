/** Enumerates what can happen to a small call, in every order, and checks the promises in every state. */
import type { CallEvent } from '../../src/call/event.js';
import { begin, step } from '../../src/call/step.js';
import { type Budget, type Choice, choices, routing, sdpOf, type Trace, type World } from './choices.js';
import { checkRules } from './rules.js';
import { applyCommand, checkEnd, newLeg, newWire, type Wire } from './wire.js';

const AT = { utc: 0, mono: 0 };

function take(world: World, choice: Choice): World {
  const wire: Wire = structuredClone(world.wire);
  const spent = { ...world.spent };
  const trace = { event: JSON.stringify(choice.event), before: world.trace };
  try {
    choice.act(wire, spent);
    const { call, commands } = step(world.call, { ...choice.event, at: AT } as CallEvent, routing);
    for (const command of commands) applyCommand(wire, command);
    checkRules({ before: world.call, event: choice.event, commands, after: call, wire });
    if (call.phase.name === 'ended') checkEnd(wire, call.transfersAsked);
    return { call, wire, spent, depth: world.depth + 1, trace };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${history(trace).join('\n')}`, {
      cause: error,
    });
  }
}

function history(trace: Trace | null): string[] {
  const events: string[] = [];
  for (let t = trace; t !== null; t = t.before) events.unshift(t.event);
  return events;
}

function first(budget: Budget): World {
  const wire = newWire();
  const { call, commands } = begin(
    {
      type: 'invited',
      at: AT,
      callId: 'c',
      planVersion: 'v',
      dialled: 'a',
      member: 'a',
      refuse: null,
      callerNumber: '13800000000',
      callerName: null,
      trunk: 'city',
      callerMember: null,
      peer: '127.0.0.1:5070/udp',
      sipCallId: 'x',
      offer: budget.lateOffers ? null : sdpOf('c-1'),
      allowsUpdate: false,
    },
    routing,
  );
  wire.legs['c-1'] = newLeg('in', false);
  for (const command of commands) applyCommand(wire, command);
  const spent = { refers: 0, apiTransfers: 0, offers: 0, glares: 0, refusedOffers: 0, rings: 0, requests: 0 };
  return { call, wire, spent, depth: 0, trace: null };
}

export interface Explored {
  readonly states: number;
  readonly steps: number;
  readonly ended: number;
  readonly deepest: number;
}

/** Visit every state within the budget, breadth first. Throws at the first violation, with its history. */
export function explore(budget: Budget, maxStates: number): Explored {
  const seen = new Set<string>();
  let frontier: World[] = [first(budget)];
  let steps = 0;
  let ended = 0;
  let deepest = 0;
  while (frontier.length > 0 && seen.size < maxStates) {
    const next: World[] = [];
    for (const world of frontier) {
      const options = choices(world, budget);
      if (world.call.phase.name === 'ended') {
        ended++;
        continue;
      }
      if (options.length === 0) {
        throw new Error(`stuck in ${world.call.phase.name}\n${history(world.trace).join('\n')}`);
      }
      for (const option of options) {
        const reached = take(world, option);
        steps++;
        const key = JSON.stringify([reached.call, reached.wire, reached.spent]);
        if (seen.has(key)) continue;
        seen.add(key);
        deepest = Math.max(deepest, reached.depth);
        next.push(reached);
      }
    }
    frontier = next;
  }
  return { states: seen.size, steps, ended, deepest };
}

/** Mulberry32: small, and the same on every machine. */
function randomOf(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Long random histories, each to its end. The seed of a failing one is in its message. */
export function wander(
  budget: Budget,
  histories: number,
  firstSeed: number,
): { steps: number; deepest: number } {
  let steps = 0;
  let deepest = 0;
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    const random = randomOf(seed);
    let world = first(budget);
    while (world.call.phase.name !== 'ended') {
      const options = choices(world, budget);
      const option = options[Math.floor(random() * options.length)];
      if (option === undefined) {
        throw new Error(
          `seed ${seed}: stuck in ${world.call.phase.name}\n${history(world.trace).join('\n')}`,
        );
      }
      try {
        world = take(world, option);
      } catch (error) {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
      }
      steps++;
    }
    deepest = Math.max(deepest, world.depth);
  }
  return { steps, deepest };
}
