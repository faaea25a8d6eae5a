/** Random histories of callers and agents, from a seed, with a judge who keeps books of his own. */
import { AgentStates } from '../../../src/agents/agent-states.js';
import { QueueBoard } from '../../../src/agents/queue-board.js';
import type { AgentChange, QueueEffect, QueueRules } from '../../../src/agents/queue-types.js';
import { randomFrom } from '../dialplan/plan-text.js';
import { anAgent, second } from './an-agent.js';

export interface Play {
  readonly seed: number;
  readonly steps: number;
  readonly agents: number;
  readonly queues: number;
  readonly ringAtOnce: number;
}

export interface Played {
  /** What went wrong first; null when nothing did. */
  readonly violation: string | null;
  readonly offers: number;
  readonly answered: number;
}

interface Caller {
  readonly id: string;
  readonly queue: string;
  readonly emergency: boolean;
  readonly since: number;
  ticket: number;
  /** Legs that ring, with their agents; a leg that is let go stays until its end. */
  readonly legs: Map<string, { readonly agent: string; over: boolean }>;
  state: 'waiting' | 'talking' | 'gone';
}

class Violated extends Error {}

/** The part of the core and of the phones is played by chance; the judge knows only what was said and done. */
export function playQueues(play: Play): Played {
  const story = new Story(play);
  try {
    for (let step = 0; step < play.steps; step++) story.step();
    story.finish();
    return { violation: null, offers: story.offers, answered: story.answered };
  } catch (error) {
    if (!(error instanceof Violated)) throw error;
    return { violation: error.message, offers: story.offers, answered: story.answered };
  }
}

class Story {
  offers = 0;
  answered = 0;
  readonly #random: (below: number) => number;
  readonly #states: AgentStates;
  readonly #board: QueueBoard;
  readonly #callers = new Map<string, Caller>();
  readonly #members = new Map<string, string>();
  /** Since when the judge takes an agent for idle; undefined while not ready. */
  readonly #idle = new Map<string, number>();
  readonly #seen = new Map<string, string>();
  #now = 0;
  #made = 0;

  constructor(private readonly play: Play) {
    this.#random = randomFrom(play.seed);
    const rules: QueueRules = {
      ringAtOnce: play.ringAtOnce,
      afterCallSeconds: this.#random(2) * 10,
      maxLength: null,
      announceSeconds: 30,
      readyWhenRegistered: true,
      skillSeconds: 0,
    };
    this.#states = new AgentStates(
      () => rules,
      (change) => this.#changed(change),
    );
    this.#board = new QueueBoard(this.#states, () => rules);
    const agents = Array.from({ length: play.agents }, (_, n) =>
      anAgent(`agent-${n}`, { member: `q${n % play.queues}` }),
    );
    for (const { id, member } of agents) this.#members.set(id, member);
    this.#states.setAgents(agents, second(0));
  }

  step(): void {
    this.#now += this.#random(4);
    this.#states.tick(second(this.#now));
    this.#apply(this.#board.look(second(this.#now)));
    this.#happen();
    this.#check();
  }

  /** Everybody hangs up: nothing of anybody may be left. */
  finish(): void {
    for (const caller of this.#callers.values()) this.#leave(caller);
    this.#now += 1000;
    this.#states.tick(second(this.#now));
    this.#apply(this.#board.look(second(this.#now)));
    demand(this.#board.waiting().length === 0, 'somebody is left in a queue');
    for (const { agent, state } of this.#states.all())
      demand(state !== 'ringing' && state !== 'talking', `${agent.id} is ${state} with nobody`);
  }

  #happen(): void {
    const agent = `agent-${this.#random(this.play.agents)}`;
    const callers = [...this.#callers.values()].filter(({ state }) => state !== 'gone');
    const caller = callers[this.#random(Math.max(1, callers.length))];
    const at = second(this.#now);
    switch (this.#random(12)) {
      case 0:
      case 1:
      case 2:
        return this.#arrive();
      case 3:
        return this.#states.setReachable(agent, this.#random(4) > 0, at);
      case 4:
        return void this.#states.ask(agent, { state: 'ready' }, 'x', at);
      case 5:
        if (this.#random(2) > 0) return;
        return void this.#states.ask(agent, { state: 'pause', reason: 'x' }, 'x', at);
      case 6:
      case 7:
      case 8:
        return caller && this.#answer(caller);
      case 9:
        return caller && this.#fail(caller);
      case 10:
        return caller && this.#leave(caller);
      default:
        return this.#clear();
    }
  }

  #arrive(): void {
    this.#made += 1;
    const id = `call-${String(this.#made).padStart(4, '0')}`;
    const queue = `q${this.#random(this.play.queues)}`;
    const emergency = this.#random(8) === 0;
    const caller: Caller = {
      id,
      queue,
      emergency,
      since: this.#now,
      ticket: 0,
      legs: new Map(),
      state: 'waiting',
    };
    this.#callers.set(id, caller);
    this.#wait(caller);
  }

  #wait(caller: Caller): void {
    caller.ticket += 1;
    const { id: call, queue, emergency, ticket } = caller;
    const request = {
      call,
      queue,
      emergency,
      ticket,
      entry: 1,
      from: null,
      skill: null,
      language: null,
      ringSeconds: 15,
      lastHope: true,
    };
    this.#apply(this.#board.wait(request, second(this.#now)));
  }

  #apply(effects: readonly QueueEffect[]): void {
    for (const effect of effects) {
      demand(effect.type !== 'over', 'a caller for whom nobody else is there is sent away');
      if (effect.type === 'offer') this.#offered(effect);
    }
  }

  #offered({ call, ticket, agents }: Extract<QueueEffect, { type: 'offer' }>): void {
    this.offers += 1;
    const caller = this.#callers.get(call);
    demand(caller?.state === 'waiting', `${call} does not wait and is offered`);
    if (caller === undefined) return;
    demand(ticket === caller.ticket, `${call} is offered on an old ticket`);
    demand(
      [...caller.legs.values()].every(({ over }) => over),
      `${call} is offered while somebody rings for it`,
    );
    this.#judgeChoice(caller, agents);
    for (const agent of agents) {
      const leg = `${call}-${caller.ticket}-${agent}`;
      caller.legs.set(leg, { agent, over: false });
      this.#states.legBegan(leg, agent, call, false, second(this.#now));
    }
  }

  /** Of those who were idle when the offer was made, nobody was idle longer than those who were chosen. */
  #judgeChoice(caller: Caller, agents: readonly string[]): void {
    for (const chosen of agents) {
      demand(this.#members.get(chosen) === caller.queue, `${chosen} does not serve ${caller.queue}`);
      const others = [...this.#callers.values()].flatMap(({ legs }) => [...legs.values()]);
      demand(!others.some(({ agent }) => agent === chosen), `${chosen} rings twice`);
    }
    const since = (agent: string): number => this.#idle.get(agent) ?? Number.POSITIVE_INFINITY;
    const worst = Math.max(...agents.map(since));
    for (const [agent, member] of this.#members) {
      if (member !== caller.queue || agents.includes(agent) || !this.#states.isFree(agent)) continue;
      demand(since(agent) >= worst, `${agent} was idle longer than ${agents.join()}`);
    }
  }

  /** Books of the judge: idle begins with each time of being ready, but for a turn that came to nothing. */
  #changed({ agent, from, to }: AgentChange): void {
    demand((this.#seen.get(agent) ?? 'offline') === from, `${agent} was not ${from}`);
    this.#seen.set(agent, to);
    if (to === 'ready' && from !== 'ringing') this.#idle.set(agent, this.#now * 1000);
  }

  #answer(caller: Caller): void {
    const [leg] = [...caller.legs].filter(([, { over }]) => !over);
    if (leg === undefined || caller.state !== 'waiting') return;
    this.answered += 1;
    caller.state = 'talking';
    this.#states.legAnswered(leg[0], second(this.#now));
    for (const [other, one] of caller.legs) if (other !== leg[0]) this.#letGo(other, one);
    this.#apply(this.#board.leave(caller.id, 1, second(this.#now)));
  }

  #fail(caller: Caller): void {
    const [leg] = [...caller.legs].filter(([, { over }]) => !over);
    if (leg === undefined || caller.state !== 'waiting') return;
    const failure = (['no-answer', 'declined', 'unreachable'] as const)[this.#random(3)] ?? null;
    leg[1].over = true;
    this.#states.legFailed(leg[0], failure, second(this.#now));
    if ([...caller.legs.values()].every(({ over }) => over)) this.#wait(caller);
  }

  #letGo(id: string, leg: { over: boolean }): void {
    if (leg.over) return;
    leg.over = true;
    this.#states.legFailed(id, null, second(this.#now));
  }

  #leave(caller: Caller): void {
    const talked = caller.state === 'talking';
    caller.state = 'gone';
    for (const [id, leg] of caller.legs) {
      if (!talked) this.#letGo(id, leg);
      leg.over = true;
    }
    this.#apply(this.#board.leave(caller.id, 1, second(this.#now)));
    this.#clear();
  }

  /** Legs that were let go are gone from the wire. */
  #clear(): void {
    for (const { legs, state } of this.#callers.values()) {
      for (const [id, { over }] of legs) {
        if (!over && state !== 'gone') continue;
        legs.delete(id);
        this.#states.legEnded(id, second(this.#now));
      }
    }
    this.#apply(this.#board.look(second(this.#now)));
  }

  /** Nobody waits while somebody who could serve them is free, and nobody is passed by. */
  #check(): void {
    this.#apply(this.#board.look(second(this.#now)));
    const unserved = [...this.#callers.values()].filter(
      ({ state, legs }) => state === 'waiting' && [...legs.values()].every(({ over }) => over),
    );
    for (const { id, queue } of unserved)
      demand(this.#states.free(queue).length === 0, `${id} waits although somebody is free`);
    const places = new Map(this.#board.waiting().map(({ call, position }) => [call, position]));
    for (const a of unserved) {
      demand(places.has(a.id), `${a.id} is in no queue`);
      for (const b of unserved) {
        if (a.queue !== b.queue || a.id === b.id) continue;
        const first = a.emergency === b.emergency ? a.since < b.since : a.emergency;
        const [x = 0, y = 0] = [places.get(a.id), places.get(b.id)];
        demand(!first || x < y, `${b.id} is before ${a.id}`);
      }
    }
  }
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Violated(what);
}
