/** Runs through everything that can happen to small calls, in every order, and checks the promises in every state. */
import { choices } from './choices.js';
import { fingerprint, joined, ofFresh, type Print, Seen } from './fingerprint.js';
import { type Budget, type Choice, firstWorld, take, type World } from './world.js';

/** `phase`, `event`, phase afterwards, in one string with `|` between. */
export type Transition = string;

export interface Explored {
  readonly states: number;
  readonly steps: number;
  readonly ended: number;
  readonly deepest: number;
  readonly transitions: ReadonlySet<Transition>;
}

/** A rule was broken; the message has the history that leads there. */
export class Counterexample extends Error {}

/** Of a session description, the port and whether media may flow. */
function shortly(_: string, value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('v=0')) return value;
  return `port ${/m=audio (\d+)/.exec(value)?.[1]}${value.includes('a=inactive') ? ' on hold' : ''}`;
}

function told(trail: readonly Choice[], error: unknown): Counterexample {
  const why = error instanceof Error ? error.message : String(error);
  const lines = trail.map(({ to, event, closes }) => {
    if (event === null) return `  ${closes} closes`;
    const { other, ...shown } = { other: null, ...event } as Record<string, unknown>;
    const text = JSON.stringify(shown, shortly);
    return `  ${to}: ${text}${other === null ? '' : ' (with the other call)'}`;
  });
  return new Counterexample(`${why}\n${lines.join('\n')}`, { cause: error });
}

function isOver(world: World): boolean {
  return Object.keys(world.calls).length === 0;
}

/** Of the calls and their wire, whatever may still happen to them. */
function situation({ calls, wire, closed }: World): Print {
  const parts = [
    ofFresh(wire.legs),
    ofFresh(wire.timers),
    ofFresh(wire.transfers),
    ofFresh(wire.calls),
    fingerprint(closed),
  ];
  for (const id in calls) {
    const call = calls[id];
    if (call !== undefined) parts.push(ofFresh(call));
  }
  return joined(parts);
}

/** What a choice is called in the table of transitions. */
function nameOf({ event }: Choice): string | null {
  if (event === null || event.type === 'invited' || event.type === 'call-back-requested') return null;
  if (event.type !== 'timer') return event.type;
  const colon = event.timer.indexOf(':');
  return `timer ${colon === -1 ? event.timer : event.timer.slice(0, colon)}`;
}

function note(transitions: Set<Transition>, world: World, choice: Choice, reached: World): void {
  const name = nameOf(choice);
  if (name === null) return;
  const before = world.calls[choice.to]?.phase.name;
  const after = reached.calls[choice.to]?.phase.name ?? 'ended';
  transitions.add(`${before}|${name}|${after}`);
  for (const id in world.calls) {
    const gone = id !== choice.to && reached.calls[id] === undefined;
    if (gone) transitions.add(`${world.calls[id]?.phase.name}|${name}|absorbed`);
  }
}

interface Frame {
  readonly world: World;
  readonly options: readonly Choice[];
  next: number;
}

/**
 * Visit every state within the budget, depth first: only the path to where we are is kept. Throws at the first
 * violation, with its history.
 *
 * @param situations collects what was seen of calls and wire, whatever may still happen: that of several families
 * tells how many situations are different
 */
export function explore(budget: Budget, situations = new Seen()): Explored {
  const seen = new Seen();
  const isNew = (world: World): boolean => {
    const print = situation(world);
    if (!seen.add(joined([print, fingerprint(world.left)]))) return false;
    situations.add(print);
    return true;
  };
  const transitions = new Set<Transition>();
  const path: Frame[] = [];
  let steps = 0;
  let ended = 0;
  let deepest = 0;
  const trail = (): Choice[] => path.flatMap((frame) => frame.options[frame.next - 1] ?? []);
  const enter = (world: World): void => {
    if (isOver(world)) {
      ended++;
      return;
    }
    const options = choices(world, budget);
    if (options.length === 0) throw told(trail(), new Error('nothing can happen any more'));
    path.push({ world, options, next: 0 });
    deepest = Math.max(deepest, path.length);
  };
  const first = firstWorld(budget);
  isNew(first);
  enter(first);
  for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
    const option = frame.options[frame.next];
    if (option === undefined) {
      path.pop();
      continue;
    }
    frame.next++;
    steps++;
    let reached: World;
    try {
      reached = take(frame.world, option, budget);
    } catch (error) {
      throw told(trail(), error);
    }
    note(transitions, frame.world, option, reached);
    if (isNew(reached)) enter(reached);
  }
  return { states: seen.size, steps, ended, deepest, transitions };
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

/** Hang-ups come seldom, so that histories grow long. */
function choose(options: readonly Choice[], chance: number): Choice | undefined {
  const weights = options.map(({ event }) => (event?.type === 'hung-up' ? 1 : 8));
  let rest = chance * weights.reduce((sum, weight) => sum + weight, 0);
  return options.find((_, at) => {
    rest -= weights[at] ?? 0;
    return rest < 0;
  });
}

export interface Wandered {
  readonly steps: number;
  readonly deepest: number;
  readonly transitions: ReadonlySet<Transition>;
}

/** Long random histories, each to its end. The seed of a failing one is in its message. */
export function wander(budget: Budget, histories: number, firstSeed: number): Wandered {
  const transitions = new Set<Transition>();
  let steps = 0;
  let deepest = 0;
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    const random = randomOf(seed);
    const trail: Choice[] = [];
    let world = firstWorld(budget);
    try {
      while (!isOver(world)) {
        const options = choices(world, budget);
        const option = choose(options, random());
        if (option === undefined) throw new Error('nothing can happen any more');
        trail.push(option);
        const reached = take(world, option, budget);
        note(transitions, world, option, reached);
        world = reached;
      }
    } catch (error) {
      const failed = told(trail, error);
      throw new Counterexample(`seed ${seed}: ${failed.message}`, { cause: error });
    }
    steps += trail.length;
    deepest = Math.max(deepest, trail.length);
  }
  return { steps, deepest, transitions };
}
