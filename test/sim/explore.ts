/** Enumerates what can happen to a small call, in every order, and checks the promises in every state. */
import type { Call, Candidate } from '../../src/call/call.js';
import type { CallEvent } from '../../src/call/event.js';
import type { Routing } from '../../src/call/routing.js';
import { begin, step } from '../../src/call/step.js';
import type { TimerId } from '../../src/call/command.js';
import { applyCommand, checkEnd, newLeg, newWire, Violation, type Wire } from './wire.js';

const AT = { utc: 0, mono: 0 };

/** How often each thing may happen in one history: what keeps the space finite. */
export interface Budget {
  readonly refers: number;
  readonly apiTransfers: number;
  readonly offers: number;
  readonly glares: number;
  readonly refusedOffers: number;
  readonly rings: number;
}

interface Spent {
  refers: number;
  apiTransfers: number;
  offers: number;
  glares: number;
  refusedOffers: number;
  rings: number;
  requests: number;
}

interface World {
  readonly call: Call;
  readonly wire: Wire;
  readonly spent: Spent;
  readonly depth: number;
  readonly trace: Trace | null;
}
interface Trace {
  readonly event: string;
  readonly before: Trace | null;
}

function sdpOf(leg: string, version = 0): string {
  return `v=0\r\no=- 1 ${version} IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio ${4000 + Number(leg.split('-')[1]) * 2 + version * 100} RTP/AVP 8\r\n`;
}

function candidate(member: string): Candidate {
  return {
    member,
    trunk: `pbx-${member}`,
    gateway: `gw-${member}`,
    uri: `sip:${member}@127.0.0.1:5090`,
    peer: '127.0.0.1:5090/udp',
    number: member,
    ringSeconds: 20,
    mayTransfer: true,
  };
}

const MEMBERS: Readonly<Record<string, { fallback: string | null }>> = {
  a: { fallback: 'c' },
  b: { fallback: null },
  c: { fallback: null },
};

export const routing: Routing = {
  member: (id) => {
    const found = MEMBERS[id];
    return found && { id, number: id, emergency: false, fallback: found.fallback };
  },
  resolve: (address) => (address in MEMBERS ? routing.member(address) : undefined),
  candidates: (id) => [candidate(id)],
  limits: { maxHops: 2, maxHuntMs: 60_000, maxCallMs: 0, noResponseMs: 4000, notifyAnswerMs: 8000 },
};

type Untimed = CallEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;

/** One thing that may happen next: what it does on the wire, and the event the core sees. */
interface Choice {
  readonly event: Untimed;
  readonly act: (wire: Wire, spent: Spent) => void;
}

function choicesOfLeg(id: string, world: World, budget: Budget): Choice[] {
  const leg = world.wire.legs[id];
  if (leg === undefined || leg.state === 'over') return [];
  const choices: Choice[] = [];
  const on = (wire: Wire) => wire.legs[id] as typeof leg;
  const { spent } = world;
  if (leg.state === 'inviting' && leg.direction === 'in') {
    return [{ event: { type: 'hung-up', leg: id, by: 'peer', reason: null }, act: (w) => void (on(w).state = 'over') }];
  }
  if (leg.state === 'inviting') {
    if (!leg.rang && !leg.cancelSent && spent.rings < budget.rings) {
      choices.push({
        event: { type: 'provisional', leg: id, status: 180, sdp: null },
        act: (w, s) => {
          on(w).rang = true;
          s.rings++;
        },
      });
    }
    choices.push({
      event: { type: 'answered', leg: id, sdp: sdpOf(id), allowsUpdate: false },
      act: (w) => {
        on(w).state = 'up';
        on(w).acksOwed++;
      },
    });
    choices.push({
      event: { type: 'failed', leg: id, status: leg.cancelSent ? 487 : 486, reason: null, reached: true },
      act: (w) => void (on(w).state = 'over'),
    });
    return choices;
  }
  // The dialog is up.
  if (!leg.acked) {
    choices.push({ event: { type: 'acked', leg: id, sdp: null }, act: (w) => void (on(w).acked = true) });
    choices.push({
      event: { type: 'hung-up', leg: id, by: 'stack', reason: null },
      act: (w) => void (on(w).state = 'over'),
    });
    return choices;
  }
  const end = (w: Wire) => {
    on(w).state = 'over';
    on(w).open = [];
    on(w).acksOwed = 0;
  };
  choices.push({ event: { type: 'hung-up', leg: id, by: 'peer', reason: null }, act: end });
  if (leg.byeSent) choices.push({ event: { type: 'bye-answered', leg: id }, act: end });
  if (leg.reinviteOut) {
    const over = (w: Wire) => void (on(w).reinviteOut = false);
    choices.push({
      event: { type: 'offer-answered', leg: id, status: 200, reason: null, sdp: sdpOf(id), retry: false },
      act: (w) => {
        over(w);
        on(w).acksOwed++;
      },
    });
    if (spent.glares < budget.glares) {
      choices.push({
        event: { type: 'offer-answered', leg: id, status: 491, reason: null, sdp: null, retry: true },
        act: (w, s) => {
          over(w);
          s.glares++;
        },
      });
    }
    if (spent.refusedOffers < budget.refusedOffers) {
      for (const status of [488, 481]) {
        choices.push({
          event: { type: 'offer-answered', leg: id, status, reason: null, sdp: null, retry: false },
          act: (w, s) => {
            over(w);
            on(w).lost = status === 481;
            s.refusedOffers++;
          },
        });
      }
    }
  }
  for (const { transferId } of leg.notifies) {
    for (const status of [200, 481]) {
      choices.push({
        event: { type: 'notify-answered', leg: id, transferId, status },
        act: (w) => answerNotify(w, transferId),
      });
    }
  }
  const request = `${spent.requests}`;
  if (!leg.byeSent && leg.acksOwed === 0) {
    if (spent.offers < budget.offers) {
      choices.push({
        event: { type: 'offered', leg: id, request: `offer${request}`, method: 'INVITE', sdp: sdpOf(id, 1) },
        act: (w, s) => {
          on(w).open.push(`offer${request}`);
          s.offers++;
          s.requests++;
        },
      });
    }
    if (leg.mayTransfer && spent.refers < budget.refers) {
      choices.push({
        event: {
          type: 'referred',
          leg: id,
          request: `refer${request}`,
          cseq: 2,
          referTo: { ok: true, address: 'b' },
          referredBy: null,
        },
        act: (w, s) => {
          on(w).open.push(`refer${request}`);
          s.refers++;
          s.requests++;
        },
      });
    }
  }
  return choices;
}

function answerNotify(wire: Wire, transferId: string): void {
  for (const leg of Object.values(wire.legs)) {
    leg.notifies = leg.notifies.filter((n) => n.transferId !== transferId);
  }
}

function choices(world: World, budget: Budget): Choice[] {
  const found = Object.keys(world.wire.legs).flatMap((id) => choicesOfLeg(id, world, budget));
  for (const timer of world.wire.timers) {
    if (timer.startsWith('guard:')) continue;
    found.push({
      event: { type: 'timer', timer: timer as TimerId },
      act: (w) => {
        w.timers.splice(w.timers.indexOf(timer), 1);
        // The final NOTIFY is given up: BYE may follow without its answer.
        if (timer.startsWith('notify:')) answerNotify(w, timer.slice(7));
      },
    });
  }
  if (world.spent.apiTransfers < budget.apiTransfers && world.call.phase.name === 'talking') {
    found.push({
      event: { type: 'transfer-requested', trigger: 'api', to: 'b', transferor: null },
      act: (_, s) => void s.apiTransfers++,
    });
  }
  return found;
}

/** Promise 1: the caller's leg ends only for a reason that the promise names. */
function checkCaller(before: Call, event: Untimed, after: readonly { type: string; leg?: string; cause?: string }[]): void {
  for (const command of after) {
    if ((command.type !== 'bye' && command.type !== 'reject') || command.leg !== before.callerLeg) continue;
    const { phase } = before;
    if (command.cause === 'all-targets-failed') {
      if (event.type === 'failed' || event.type === 'timer' || phase.name === 'returning' || phase.name === 'switching') continue;
    }
    const caller = before.legs[before.callerLeg];
    if (command.type === 'bye' && event.type === 'acked' && caller?.state === 'leaving') continue;
    const partnerWent = event.type === 'hung-up' || (event.type === 'offer-answered' && event.status === 481);
    if (partnerWent && phase.name === 'talking' && 'leg' in event) {
      const { a, b } = phase.link;
      const partner = a === before.callerLeg ? b : a;
      if (event.leg === partner) continue;
    }
    // Its own dialog is lost: BYE only tells a peer that said so itself.
    if (event.type === 'offer-answered' && event.status === 481 && event.leg === before.callerLeg) continue;
    throw new Violation(`promise 1: the caller is dropped (${command.cause}) in ${phase.name} on ${event.type}`);
  }
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

function take(world: World, choice: Choice): World {
  const wire: Wire = structuredClone(world.wire);
  const spent = { ...world.spent };
  const trace = { event: JSON.stringify(choice.event), before: world.trace };
  try {
    choice.act(wire, spent);
    const { call, commands } = step(world.call, { ...choice.event, at: AT } as CallEvent, routing);
    for (const command of commands) applyCommand(wire, command);
    checkCaller(world.call, choice.event, commands as never);
    checkMedia(call);
    if (call.phase.name === 'ended') checkEnd(wire, call.transfersAsked);
    return { call, wire, spent, depth: world.depth + 1, trace };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${history(trace).join('\n')}`, { cause: error });
  }
}

function history(trace: Trace | null): string[] {
  const events: string[] = [];
  for (let t = trace; t !== null; t = t.before) events.unshift(t.event);
  return events;
}

function first(): World {
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
      offer: sdpOf('c-1'),
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
  let frontier: World[] = [first()];
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
export function wander(budget: Budget, histories: number, firstSeed: number): { steps: number; deepest: number } {
  let steps = 0;
  let deepest = 0;
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    const random = randomOf(seed);
    let world = first();
    while (world.call.phase.name !== 'ended') {
      const options = choices(world, budget);
      const option = options[Math.floor(random() * options.length)];
      if (option === undefined) {
        throw new Error(`seed ${seed}: stuck in ${world.call.phase.name}\n${history(world.trace).join('\n')}`);
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
