import type { AgentId } from '../agents/agent.js';
import { AgentStates, type RingFailure } from '../agents/agent-states.js';
import type { Agents } from '../agents/agents.js';
import { QueueBoard } from '../agents/queue-board.js';
import type { AgentChange, AgentStatus, AgentWish, QueueEffect, WaiterView } from '../agents/queue-types.js';
import type { Call, CallId } from '../call/call.js';
import type { Branch } from '../call/candidate.js';
import type { Command, CommandOf } from '../call/command.js';
import type { DialPlan, QueueRules } from '../dialplan/plan.js';
import type { LegRecord } from '../ledger/records.js';
import { CallerLanguages } from './caller-language.js';
import type { EngineClock, Timer } from './clock.js';
import { phonesOf } from './plan-routing.js';
import type { UntimedEventOf } from './untimed-event.js';

/** What a queue tells a call. */
export type QueueSays = UntimedEventOf<'candidate-ready' | 'queue-news' | 'queue-over'>;

export interface QueueDeskParts {
  readonly clock: EngineClock;
  readonly agents: Agents;
  readonly plan: () => DialPlan;
  /** Tell a live call. */
  readonly tell: (call: CallId, says: QueueSays) => void;
  readonly onChange: (change: AgentChange) => void;
  /** A caller came into a queue, or is not in it any more. */
  readonly onQueue: (news: QueueNews) => void;
}

export interface QueueNews {
  readonly type: 'queue-entered' | 'queue-left';
  readonly callId: CallId;
  readonly queue: string;
  /** How long the caller has waited; milliseconds, 0 at first. */
  readonly waitedMs: number;
  /** Callers who wait there now. */
  readonly length: number;
}

/** How often queues and times after calls are looked at while there is something to look at; milliseconds. */
const LOOK_MS = 1000;

const DEFAULT_RULES: QueueRules = {
  ringAtOnce: 1,
  afterCallSeconds: 0,
  maxLength: null,
  announceSeconds: 30,
  readyWhenRegistered: true,
  skillSeconds: 0,
};

/**
 * Between calls and queues: hears what calls do, keeps the states of agents, and tells calls whom to call. Calls that
 * it tells may answer at once: what they ask for is taken one after the other.
 */
export class QueueDesk {
  readonly #states: AgentStates;
  readonly #board: QueueBoard;
  /** Who came into a queue when; monotonic milliseconds. */
  readonly #entered = new Map<
    CallId,
    { readonly queue: string; readonly entry: number; readonly at: number }
  >();
  readonly #ringSeconds = new Map<CallId, number>();
  readonly #languages = new CallerLanguages();
  readonly #pending: QueueEffect[] = [];
  #telling = false;
  #timer: Timer | null = null;

  constructor(private readonly parts: QueueDeskParts) {
    const rules = (member: string): QueueRules => parts.plan().members.get(member)?.queue ?? DEFAULT_RULES;
    this.#states = new AgentStates(rules, parts.onChange);
    this.#board = new QueueBoard(this.#states, rules);
    parts.agents.onAgents(() => this.#setAgents());
    parts.agents.onReachable((agent, reachable) => {
      this.#states.setReachable(agent, reachable, this.#now());
      this.#look();
    });
    this.#setAgents();
  }

  /** Hear what a call does; `call` is as it is after the step that the command came from. */
  onCommand(call: Call, command: Command): void {
    const at = this.#now();
    switch (command.type) {
      case 'queue-wait':
        return this.#wait(call, command);
      case 'queue-leave':
        this.#left(call.id, command.entry);
        return this.#do(this.#board.leave(call.id, command.entry, at));
      case 'invite':
        if (command.to.phone !== null)
          this.#states.legBegan(command.leg, command.to.phone.agent, call.id, false, at);
        return;
      case 'cancel':
        return this.#states.legFailed(command.leg, CANCELLED[command.cause] ?? null, at);
      case 'bye':
        this.#states.legReleased(command.leg, at);
        return this.#arm();
      case 'publish':
        return this.#heard(call, command);
      case 'write':
        if (command.record.kind === 'leg') this.#ended(command.record);
        return;
      case 'absorb':
        return this.#forget(command.call);
      case 'forget':
        return this.#forget(call.id);
      default:
        return;
    }
  }

  /** A call of before a restart: agents who talk in it are not free, and what they told of its caller holds. */
  resume(call: Call, language: string | null): void {
    if (language !== null) this.#languages.tell(call.id, language);
    const at = this.#now();
    for (const leg of Object.values(call.legs)) {
      if (leg.state !== 'answered' || leg.trunk !== null || leg.agent === null) continue;
      this.#states.legBegan(leg.id, leg.agent, call.id, true, at);
      this.#states.legAnswered(leg.id, at);
    }
  }

  ask(agent: AgentId, wish: AgentWish, by: string): ReturnType<AgentStates['ask']> {
    const answer = this.#states.ask(agent, wish, by, this.#now());
    this.#look();
    return answer;
  }

  /** An agent has found out what the caller of a live call speaks. */
  speaks(call: CallId, language: string): void {
    this.#languages.tell(call, language);
  }

  /** What an agent has found out that the caller of a live call speaks; null: nobody has. */
  toldLanguage(call: CallId): string | null {
    return this.#languages.told(call);
  }

  statuses(): readonly AgentStatus[] {
    return this.#states.all();
  }

  waiting(): readonly WaiterView[] {
    return this.#board.waiting();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #now() {
    return this.parts.clock.now();
  }

  #setAgents(): void {
    const { agents } = this.parts;
    const at = this.#now();
    this.#states.setAgents(agents.agents(), at);
    for (const { id } of agents.agents()) this.#states.setReachable(id, agents.contactsOf(id).length > 0, at);
    this.#look();
  }

  #wait(waiting: Call, command: CommandOf<'queue-wait'>): void {
    const call = waiting.id;
    const language = this.#languages.of(waiting, this.parts.plan());
    const { queue, entry, ticket, from, emergency, lastHope, skill, ringSeconds } = command;
    const at = this.#now();
    if (this.#entered.get(call)?.entry !== entry) {
      this.#entered.set(call, { queue, entry, at: at.mono });
      this.parts.onQueue({
        type: 'queue-entered',
        callId: call,
        queue,
        waitedMs: 0,
        length: this.#length(queue),
      });
    }
    this.#ringSeconds.set(call, ringSeconds);
    const request = { call, queue, entry, ticket, from, emergency, lastHope, skill, language, ringSeconds };
    this.#do(this.#board.wait(request, at));
  }

  #left(call: CallId, entry: number): void {
    const entered = this.#entered.get(call);
    if (entered === undefined || entered.entry !== entry) return;
    this.#entered.delete(call);
    this.#ringSeconds.delete(call);
    const waitedMs = Math.round(this.#now().mono - entered.at);
    const { queue } = entered;
    this.parts.onQueue({ type: 'queue-left', callId: call, queue, waitedMs, length: this.#length(queue) });
  }

  #length(queue: string): number {
    return [...this.#entered.values()].filter((entered) => entered.queue === queue).length;
  }

  #forget(call: CallId): void {
    this.#languages.forget(call);
    const entered = this.#entered.get(call);
    if (entered !== undefined) this.#left(call, entered.entry);
    this.#do(this.#board.forget(call, this.#now()));
  }

  /** Calls that agents make themselves begin with their own leg. */
  #heard(call: Call, { event }: CommandOf<'publish'>): void {
    const { legId, type } = event;
    // Agents who were in a call when the program was killed are in it still.
    if (type === 'call-recovered') return this.#recovered(call);
    const leg = legId === null ? undefined : call.legs[legId];
    if (leg === undefined) return;
    const at = this.#now();
    const own = leg.direction === 'in' && leg.trunk === null && leg.agent !== null;
    if (own && type === 'call-started') this.#states.legBegan(leg.id, leg.agent, call.id, true, at);
    else if (type === 'leg-answered') {
      this.#states.legAnswered(leg.id, at);
      if (own) this.#states.legBegan(leg.id, leg.agent, call.id, true, at);
    }
  }

  #recovered({ id: call, legs }: Call): void {
    for (const { id, trunk, agent, state } of Object.values(legs))
      if (trunk === null && agent !== null && state === 'answered')
        this.#states.legBegan(id, agent, call, true, this.#now());
  }

  #ended({ id, outcome, answeredAt }: LegRecord): void {
    const at = this.#now();
    if (answeredAt === null) this.#states.legFailed(id, OUTCOMES[outcome] ?? null, at);
    this.#states.legEnded(id, at);
    this.#look();
  }

  #look(): void {
    this.#do(this.#board.look(this.#now()));
  }

  #do(effects: readonly QueueEffect[]): void {
    this.#pending.push(...effects);
    if (!this.#telling) {
      this.#telling = true;
      try {
        for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift())
          this.#tell(next);
      } finally {
        this.#telling = false;
      }
    }
    this.#arm();
  }

  #tell(effect: QueueEffect): void {
    const { tell } = this.parts;
    const { call } = effect;
    if (effect.type === 'over') return tell(call, { type: 'queue-over', entry: effect.entry });
    if (effect.type === 'news') {
      const { entry, position, announce } = effect;
      return tell(call, { type: 'queue-news', entry, position, announce });
    }
    const desks = effect.agents.flatMap((agent) => this.#phones(agent, this.#ringSeconds.get(call) ?? 1));
    // Where phones are gone in this very moment the offer is taken back after a while, and others are named.
    if (desks.length > 0) tell(call, { type: 'candidate-ready', ticket: effect.ticket, desks });
  }

  #phones(id: AgentId, ringSeconds: number): readonly Branch[] {
    const agent = this.parts.agents.agent(id);
    return agent === undefined ? [] : phonesOf(agent, ringSeconds, this.parts.agents);
  }

  #arm(): void {
    if (this.#timer !== null || !(this.#board.busy || this.#states.isTimeRunning)) return;
    this.#timer = this.parts.clock.after(LOOK_MS, () => {
      this.#timer = null;
      this.#states.tick(this.#now());
      this.#look();
    });
  }
}

/** Causes for which we let a leg go that rang, and what they say of the agent. */
const CANCELLED: Partial<Record<CommandOf<'cancel'>['cause'], RingFailure>> = {
  'ring-timeout': 'no-answer',
  'no-response': 'unreachable',
  declined: 'declined',
};

const OUTCOMES: Partial<Record<LegRecord['outcome'], RingFailure>> = {
  rejected: 'declined',
  unanswered: 'no-answer',
  unreachable: 'unreachable',
};
