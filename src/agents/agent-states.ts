import type { Agent, AgentId } from './agent.js';
import type { AgentChange, AgentState, AgentStatus, AgentWish, Moment } from './queue-types.js';

/** Why an agent who rang did not take the call; null: it was not for the agent to take any more. */
export type RingFailure = 'no-answer' | 'declined' | 'unreachable';

/** Time after a call, and whether to begin ready, by member. */
export interface StateRules {
  readonly afterCallSeconds: number;
  readonly readyWhenRegistered: boolean;
}

interface Leg {
  readonly call: string;
  talking: boolean;
  /** It was let go, and only its end on the wire is waited for. */
  over: boolean;
}

interface Entry {
  agent: Agent;
  /** What holds when no call is up. */
  rest: { readonly state: 'ready' | 'pause' | 'offline'; readonly reason: string | null };
  reachable: boolean;
  /** The call that a queue offers, until its leg is there. */
  offer: string | null;
  readonly legs: Map<string, Leg>;
  /** End of the time after a call; monotonic milliseconds. */
  afterUntil: number | null;
  /** Longest idle is who has the smallest; monotonic milliseconds. */
  idleSince: number;
  state: AgentState;
  since: number;
}

interface Cause {
  readonly reason: string;
  readonly by?: string;
  readonly call?: string | null;
}

/**
 * The states of all agents. What an agent is seen as follows from facts: phones, legs, offers, what was last asked
 * for. No clock of its own; every change goes to the listener. Holds as much as there are accounts and legs.
 */
export class AgentStates {
  readonly #entries = new Map<AgentId, Entry>();
  readonly #legs = new Map<string, AgentId>();

  constructor(
    private readonly rules: (member: string) => StateRules,
    private readonly onChange: (change: AgentChange) => void,
  ) {}

  /** The accounts as they are now. Whoever has none any more, or a disabled one, is forgotten when the last call ends. */
  setAgents(agents: readonly Agent[], at: Moment): void {
    const known = new Set<AgentId>();
    for (const agent of agents) {
      if (!agent.enabled) continue;
      known.add(agent.id);
      const entry = this.#entries.get(agent.id);
      if (entry === undefined) this.#entries.set(agent.id, this.#newEntry(agent, at));
      else entry.agent = agent;
    }
    for (const [id, entry] of this.#entries) {
      if (known.has(id)) continue;
      entry.rest = { state: 'offline', reason: 'account' };
      this.#settle(entry, at, { reason: 'account' });
      if (entry.legs.size === 0 && entry.offer === null) this.#entries.delete(id);
    }
  }

  /** The first phone was registered, or the last one is gone. */
  setReachable(id: AgentId, reachable: boolean, at: Moment): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.reachable === reachable) return;
    entry.reachable = reachable;
    // Whoever could not be reached is there again.
    if (reachable && entry.rest.reason === 'unreachable') entry.rest = { state: 'ready', reason: null };
    this.#settle(entry, at, { reason: reachable ? 'registered' : 'unregistered' });
  }

  /** Somebody asks for a state. `unreachable`: there is no phone that could ring. */
  ask(id: AgentId, wish: AgentWish, by: string, at: Moment): 'done' | 'unknown-agent' | 'unreachable' {
    const entry = this.#entries.get(id);
    if (entry === undefined) return 'unknown-agent';
    if (wish.state !== 'offline' && !entry.reachable) return 'unreachable';
    const reason = wish.state === 'pause' ? wish.reason : wish.state === 'offline' ? 'signed-off' : null;
    entry.rest = { state: wish.state, reason };
    if (wish.state === 'ready') entry.afterUntil = null;
    this.#settle(entry, at, { reason: reason ?? 'asked', by });
    return 'done';
  }

  /** A queue offers a call; the agent gets no other until it is over. False when the agent is not free. */
  offer(id: AgentId, call: string, at: Moment): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined || !isFree(entry)) return false;
    entry.offer = call;
    this.#settle(entry, at, { reason: 'offered', call });
    return true;
  }

  /** An offer that did not become a leg is taken back. */
  withdraw(id: AgentId, call: string, at: Moment): void {
    const entry = this.#entries.get(id);
    if (entry?.offer !== call) return;
    entry.offer = null;
    this.#settle(entry, at, { reason: 'withdrawn', call });
  }

  /** A phone of the agent is called, or calls (`talking`). */
  legBegan(leg: string, id: AgentId, call: string, talking: boolean, at: Moment): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    if (entry.offer === call) entry.offer = null;
    entry.legs.set(leg, { call, talking, over: false });
    this.#legs.set(leg, id);
    this.#settle(entry, at, { reason: talking ? 'calls' : 'called', call });
  }

  legAnswered(leg: string, at: Moment): void {
    this.#withLeg(leg, (entry, one) => {
      if (one.over) return;
      one.talking = true;
      this.#settle(entry, at, { reason: 'answered', call: one.call });
    });
  }

  /** The leg is let go or failed before it was answered. */
  legFailed(leg: string, failure: RingFailure | null, at: Moment): void {
    this.#withLeg(leg, (entry, one) => {
      if (one.talking || one.over) return;
      one.over = true;
      // Of several phones, the others may still be answered.
      const others = [...entry.legs.values()].some((other) => other.call === one.call && !other.over);
      if (failure !== null && !others && entry.rest.state === 'ready')
        entry.rest = { state: 'pause', reason: failure };
      this.#settle(entry, at, { reason: failure ?? 'not-needed', call: one.call });
    });
  }

  /** The phone was told that its conversation is over; until it has answered, the agent gets no other call. */
  legReleased(leg: string, at: Moment): void {
    this.#withLeg(leg, (entry, one) => {
      if (!one.talking) return;
      Object.assign(one, { talking: false, over: true });
      this.#spoken(entry, one, at);
    });
  }

  /** The leg is gone from the wire. */
  legEnded(leg: string, at: Moment): void {
    this.#withLeg(leg, (entry, one) => {
      entry.legs.delete(leg);
      this.#legs.delete(leg);
      if (one.talking) this.#spoken(entry, one, at);
      else this.#settle(entry, at, { reason: 'not-needed', call: one.call });
      if (entry.rest.reason === 'account' && entry.legs.size === 0) this.#entries.delete(entry.agent.id);
    });
  }

  /** Somebody's time after a call is running. */
  get isTimeRunning(): boolean {
    for (const { afterUntil } of this.#entries.values()) if (afterUntil !== null) return true;
    return false;
  }

  /** Let time after calls end. */
  tick(at: Moment): void {
    for (const entry of this.#entries.values()) {
      if (entry.afterUntil === null || entry.afterUntil > at.mono) continue;
      entry.afterUntil = null;
      this.#settle(entry, at, { reason: 'after-call-over' });
    }
  }

  /** The agent is offered this call, whose leg is not there yet. */
  isOffered(id: AgentId, call: string): boolean {
    return this.#entries.get(id)?.offer === call;
  }

  isFree(id: AgentId): boolean {
    const entry = this.#entries.get(id);
    return entry !== undefined && isFree(entry);
  }

  /** Agents of a member who may be called by a queue now, with the moment since which they have been idle. */
  free(member: string): readonly { readonly agent: Agent; readonly idleSince: number }[] {
    return [...this.#entries.values()].filter((entry) => entry.agent.member === member && isFree(entry));
  }

  /** Who of the member is there, be it in a call or a pause. */
  there(member: string): readonly Agent[] {
    return [...this.#entries.values()]
      .filter(({ agent, state }) => agent.member === member && state !== 'offline')
      .map(({ agent }) => agent);
  }

  /** Somebody of the member is there, be it in a call or a pause. */
  anybodyThere(member: string): boolean {
    for (const { agent, state } of this.#entries.values())
      if (agent.member === member && state !== 'offline') return true;
    return false;
  }

  status(id: AgentId): AgentStatus | undefined {
    const entry = this.#entries.get(id);
    return entry && statusOf(entry);
  }

  all(): readonly AgentStatus[] {
    return [...this.#entries.values()].map(statusOf);
  }

  /** Agents with a phone that rings for this call. */
  ringingFor(call: string): readonly AgentId[] {
    return [...this.#entries.values()]
      .filter(
        ({ offer, legs }) =>
          offer === call || [...legs.values()].some((leg) => leg.call === call && !leg.talking && !leg.over),
      )
      .map(({ agent }) => agent.id);
  }

  /** A conversation is over: where it was the last one, the time after it begins. */
  #spoken(entry: Entry, { call }: Leg, at: Moment): void {
    const { afterCallSeconds } = this.rules(entry.agent.member);
    const inCall = [...entry.legs.values()].some(({ talking }) => talking);
    if (!inCall && afterCallSeconds > 0 && entry.rest.state === 'ready')
      entry.afterUntil = at.mono + afterCallSeconds * 1000;
    this.#settle(entry, at, { reason: 'hung-up', call });
  }

  #newEntry(agent: Agent, at: Moment): Entry {
    const ready = this.rules(agent.member).readyWhenRegistered;
    return {
      agent,
      rest: ready ? { state: 'ready', reason: null } : { state: 'pause', reason: 'signed-in' },
      reachable: false,
      offer: null,
      legs: new Map(),
      afterUntil: null,
      idleSince: at.mono,
      state: 'offline',
      since: at.utc,
    };
  }

  #withLeg(leg: string, act: (entry: Entry, one: Leg) => void): void {
    const entry = this.#entries.get(this.#legs.get(leg) ?? '');
    const one = entry?.legs.get(leg);
    if (entry !== undefined && one !== undefined) act(entry, one);
  }

  #settle(entry: Entry, at: Moment, { reason, by = 'onekey', call = null }: Cause): void {
    const { state: from, agent } = entry;
    const to = seenAs(entry);
    if (to === from) return;
    entry.state = to;
    entry.since = at.utc;
    // A turn that came to nothing through no fault of the agent's is not lost.
    if (to === 'ready' && from !== 'ringing') entry.idleSince = at.mono;
    this.onChange({ agent: agent.id, member: agent.member, from, to, reason, by, callId: call, at: at.utc });
  }
}

function seenAs(entry: Entry): AgentState {
  const legs = [...entry.legs.values()];
  if (legs.some(({ talking }) => talking)) return 'talking';
  if (entry.offer !== null || legs.some(({ over }) => !over)) return 'ringing';
  return atRest(entry);
}

function atRest({ reachable, rest, afterUntil }: Entry): AgentState {
  if (!reachable || rest.state === 'offline') return 'offline';
  if (rest.state === 'pause') return 'pause';
  return afterUntil === null ? 'ready' : 'after-call';
}

/** Not before the last leg is gone from the wire: a phone must not be called while it is being cancelled. */
function isFree({ state, legs, offer }: Entry): boolean {
  return state === 'ready' && legs.size === 0 && offer === null;
}

function statusOf(entry: Entry): AgentStatus {
  const { agent, state, since, rest, reachable } = entry;
  const inCall = state === 'ringing' || state === 'talking';
  const reason = state === 'offline' && !reachable ? 'unregistered' : rest.reason;
  return {
    agent,
    state,
    reason: state === 'pause' || state === 'offline' ? reason : null,
    since,
    next: inCall ? atRest(entry) : null,
  };
}
