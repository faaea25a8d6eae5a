/** What queues and states of agents are made of. Plain values; times come in with what happens. */
import type { QueueRules } from '../dialplan/plan.js';
import type { Agent, AgentId } from './agent.js';

/** A moment on both clocks: UTC milliseconds for people, monotonic milliseconds for durations. */
export interface Moment {
  readonly utc: number;
  readonly mono: number;
}

/**
 * - `offline`: no phone is registered, or signed off
 * - `ready`: may be called by a queue
 * - `ringing`, `talking`: in a call, whoever began it
 * - `after-call`: writes up the last call
 * - `pause`: present, and not to be called by a queue; with a reason
 */
export type AgentState = 'offline' | 'ready' | 'ringing' | 'talking' | 'after-call' | 'pause';

/** What somebody asks for. Where a call is up it takes effect when that is over. */
export type AgentWish =
  | { readonly state: 'ready' }
  | { readonly state: 'pause'; readonly reason: string }
  | { readonly state: 'offline' };

export interface AgentStatus {
  readonly agent: Agent;
  readonly state: AgentState;
  /** Why, where there is a reason: of a pause, or of being offline. */
  readonly reason: string | null;
  /** UTC milliseconds. */
  readonly since: number;
  /** What follows the call that is up; null when no call is up. */
  readonly next: AgentState | null;
}

/** An agent's state has changed. */
export interface AgentChange {
  readonly agent: AgentId;
  readonly member: string;
  readonly from: AgentState;
  readonly to: AgentState;
  /** `offered`, `answered`, `hung-up`, `no-answer`, `declined`, `unreachable`, `registered`, ... or of the pause. */
  readonly reason: string;
  /** Who did it: name of an API token, or `onekey`. */
  readonly by: string;
  readonly callId: string | null;
  /** UTC milliseconds. */
  readonly at: number;
}

/** A call asks for somebody to call; see the command `queue-wait` of the core. */
export interface WaitRequest {
  readonly call: string;
  readonly queue: string;
  readonly entry: number;
  readonly ticket: number;
  /** Member that transfers the caller; null for one who called. */
  readonly from: string | null;
  readonly emergency: boolean;
  readonly skill: string | null;
  /** What the caller speaks, as `spokenLanguage` gives it; null: not known. */
  readonly language: string | null;
  /** How long each agent rings. */
  readonly ringSeconds: number;
  /** When the queue gives up, nobody else is there for the caller. */
  readonly lastHope: boolean;
}

/** What is to be done for those who wait. */
export type QueueEffect =
  | {
      readonly type: 'offer';
      readonly call: string;
      readonly ticket: number;
      readonly agents: readonly AgentId[];
    }
  | {
      readonly type: 'news';
      readonly call: string;
      readonly entry: number;
      readonly position: number;
      readonly announce: boolean;
    }
  | { readonly type: 'over'; readonly call: string; readonly entry: number };

/** A caller who waits, as operations see it. */
export interface WaiterView {
  readonly call: string;
  readonly queue: string;
  /** 1 is next. */
  readonly position: number;
  /** UTC milliseconds. */
  readonly since: number;
  readonly emergency: boolean;
  /** What the caller speaks; null: not known. */
  readonly language: string | null;
  /** Agents who ring for this caller now. */
  readonly ringing: readonly AgentId[];
}

export type { QueueRules };
