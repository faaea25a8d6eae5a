import type { Agent, AgentId } from './agent.js';
import type { AgentStates } from './agent-states.js';
import type { Moment, QueueEffect, QueueRules, WaiterView, WaitRequest } from './queue-types.js';
import { speaks } from './spoken-language.js';

/** An offer that has not become a call by then is taken back; milliseconds. */
const OFFER_MS = 10_000;
/** A phone that waits hears from us at least so often (RFC 3261 §13.3.1.1: each minute); milliseconds. */
const REFRESH_MS = 30_000;
/** Places are not announced more often than this, however fast they change; milliseconds. */
const LEAST_PAUSE_MS = 10_000;

/** There are prompts for places up to this one. */
const LAST_SPOKEN_PLACE = 20;

interface Waiter {
  request: WaitRequest;
  /** When the party came into this queue. */
  readonly since: Moment;
  /** Agents who were named on the ticket, and when; null: somebody is to be named. */
  offered: { readonly agents: readonly AgentId[]; readonly at: number } | null;
  /** It was told to go elsewhere. */
  over: boolean;
  told: { readonly position: number; readonly at: number; readonly announcedAt: number } | null;
}

/**
 * Who waits, and who of the agents gets whom: emergencies first, then who has waited longest; of the agents the
 * liaison desk of the member that transfers, then those with the skill, then those who speak the caller's language, then
 * who has been idle longest. Nobody gets two calls, and no caller is offered twice at once. No clock of its own: each
 * method gives what is to be done.
 */
export class QueueBoard {
  readonly #waiters = new Map<string, Waiter>();

  constructor(
    private readonly states: AgentStates,
    private readonly rules: (member: string) => QueueRules,
  ) {}

  /** A call asks for somebody, for the first time or again. */
  wait(request: WaitRequest, at: Moment): readonly QueueEffect[] {
    const known = this.#waiters.get(request.call);
    if (known !== undefined) this.#takeBack(known, at);
    if (known?.request.entry === request.entry) {
      known.request = request;
      known.offered = null;
      known.over = false;
    } else {
      this.#waiters.delete(request.call);
      this.#waiters.set(request.call, { request, since: at, offered: null, over: false, told: null });
    }
    return this.#go(at);
  }

  /** The call does not wait there any more. */
  leave(call: string, entry: number, at: Moment): readonly QueueEffect[] {
    const waiter = this.#waiters.get(call);
    if (waiter === undefined || waiter.request.entry !== entry) return [];
    this.#waiters.delete(call);
    this.#takeBack(waiter, at);
    return this.#go(at);
  }

  /** The call is over, or has become part of another. */
  forget(call: string, at: Moment): readonly QueueEffect[] {
    const waiter = this.#waiters.get(call);
    return waiter === undefined ? [] : this.leave(call, waiter.request.entry, at);
  }

  /** States of agents have changed, or time has passed. */
  look(at: Moment): readonly QueueEffect[] {
    for (const waiter of this.#waiters.values()) {
      const { offered, request } = waiter;
      if (offered === null || at.mono - offered.at < OFFER_MS) continue;
      if (this.states.ringingFor(request.call).length > 0 && !this.#isReserved(waiter)) continue;
      this.#takeBack(waiter, at);
      waiter.offered = null;
    }
    return this.#go(at);
  }

  /** Callers who wait, by queue and place. */
  waiting(): readonly WaiterView[] {
    return [...this.#byQueue()].flatMap(([queue, waiters]) =>
      waiters.map(({ request, since }, index) => ({
        call: request.call,
        queue,
        position: index + 1,
        since: since.utc,
        emergency: request.emergency,
        language: request.language,
        ringing: this.states.ringingFor(request.call),
      })),
    );
  }

  /** True while something may be due that nobody tells of. */
  get busy(): boolean {
    return this.#waiters.size > 0;
  }

  #isReserved({ offered, request }: Waiter): boolean {
    return offered?.agents.some((id) => this.states.isOffered(id, request.call)) ?? false;
  }

  #takeBack({ offered, request }: Waiter, at: Moment): void {
    for (const id of offered?.agents ?? []) this.states.withdraw(id, request.call, at);
  }

  #go(at: Moment): readonly QueueEffect[] {
    const effects: QueueEffect[] = [];
    for (const [queue, waiters] of this.#byQueue()) {
      const rules = this.rules(queue);
      const there = this.states.anybodyThere(queue);
      for (const [index, waiter] of waiters.entries()) {
        if (waiter.over) continue;
        if (waiter.offered === null) this.#offer(effects, waiter, rules, at);
        if (waiter.offered !== null) continue;
        if (this.#goesElsewhere(waiter, index, there, rules)) {
          waiter.over = true;
          effects.push({ type: 'over', call: waiter.request.call, entry: waiter.request.entry });
        } else tell(effects, waiter, index + 1, rules, at);
      }
    }
    return effects;
  }

  /** Callers in the order in which they are served. */
  #byQueue(): ReadonlyMap<string, readonly Waiter[]> {
    const queues = new Map<string, Waiter[]>();
    for (const waiter of this.#waiters.values()) {
      const { queue } = waiter.request;
      queues.set(queue, [...(queues.get(queue) ?? []), waiter]);
    }
    for (const waiters of queues.values()) {
      waiters.sort(
        (a, b) =>
          Number(b.request.emergency) - Number(a.request.emergency) ||
          a.since.mono - b.since.mono ||
          (a.request.call < b.request.call ? -1 : 1),
      );
    }
    return queues;
  }

  #offer(effects: QueueEffect[], waiter: Waiter, rules: QueueRules, at: Moment): void {
    const { call, ticket, queue } = waiter.request;
    const held = this.#isHeld(waiter, rules, at);
    const chosen = this.states
      .free(queue)
      .filter(({ agent }) => !held || fits(agent, waiter.request))
      .map((free) => ({ ...free, rank: rankOf(free.agent, waiter.request) }))
      .sort((a, b) => a.rank - b.rank || a.idleSince - b.idleSince || (a.agent.id < b.agent.id ? -1 : 1))
      .slice(0, rules.ringAtOnce)
      .map(({ agent }) => agent.id)
      .filter((id) => this.states.offer(id, call, at));
    if (chosen.length === 0) return;
    waiter.offered = { agents: chosen, at: at.mono };
    effects.push({ type: 'offer', call, ticket, agents: chosen });
  }

  /** It is kept for agents with skill and language for a while, as long as there are such. */
  #isHeld({ request, since }: Waiter, { skillSeconds }: QueueRules, at: Moment): boolean {
    if (request.emergency || at.mono - since.mono >= skillSeconds * 1000) return false;
    return this.states.there(request.queue).some((agent) => fits(agent, request));
  }

  /** The queue is full, or nobody is there who could serve it; but only where somebody else is there. */
  #goesElsewhere({ request, told }: Waiter, index: number, there: boolean, rules: QueueRules): boolean {
    if (request.lastHope) return false;
    if (!there) return true;
    // Whoever was let in stays.
    const full = rules.maxLength !== null && index >= rules.maxLength && told === null;
    return full && !request.emergency;
  }
}

/** Smaller is better. Liaison desks of other members come last: they are kept for these. */
function rankOf(agent: Agent, request: WaitRequest): number {
  const { liaisonFor } = agent;
  const liaison = request.from !== null && liaisonFor.includes(request.from);
  return (
    (liaison ? 0 : liaisonFor.length > 0 ? 8 : 4) +
    (hasSkill(agent, request) ? 0 : 2) +
    (understands(agent, request) ? 0 : 1)
  );
}

function fits(agent: Agent, request: WaitRequest): boolean {
  return hasSkill(agent, request) && understands(agent, request);
}

function hasSkill({ skills, languages }: Agent, { skill }: WaitRequest): boolean {
  return skill === null || skills.includes(skill) || languages.includes(skill);
}

function understands(agent: Agent, { language }: WaitRequest): boolean {
  return language === null || speaks(agent, language);
}

function tell(
  effects: QueueEffect[],
  waiter: Waiter,
  position: number,
  { announceSeconds }: QueueRules,
  at: Moment,
): void {
  const { told, request } = waiter;
  const since = told === null ? Number.POSITIVE_INFINITY : at.mono - told.announcedAt;
  const due = told?.position !== position ? LEAST_PAUSE_MS : announceSeconds * 1000;
  const announce = announceSeconds > 0 && since >= due && position <= LAST_SPOKEN_PLACE;
  if (!announce && told !== null && at.mono - told.at < REFRESH_MS) return;
  waiter.told = {
    position: announce ? position : (told?.position ?? 0),
    at: at.mono,
    announcedAt: announce ? at.mono : (told?.announcedAt ?? at.mono),
  };
  effects.push({ type: 'news', call: request.call, entry: request.entry, position, announce });
}
