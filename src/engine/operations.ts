/**
 * What the outside (API, command line, pages) may ask of a running engine. The engine implements it;
 * `src/api` knows nothing of the engine but this.
 */

import type { CallNews } from '../call/command.js';
import type { ReloadResult } from '../dialplan/holder.js';

export interface LiveLeg {
  readonly id: string;
  readonly role: 'caller' | 'agent' | 'target';
  readonly direction: 'in' | 'out';
  readonly state: 'trying' | 'ringing' | 'answered' | 'ending';
  readonly member: string | null;
  readonly trunk: string | null;
  readonly number: string;
  readonly sipCallId: string | null;
  /** UTC milliseconds. */
  readonly startedAt: number;
  readonly answeredAt: number | null;
}

export interface LiveTransfer {
  readonly id: string;
  readonly trigger: 'refer' | 'api' | 'key' | 'desk';
  readonly mode: 'blind' | 'consult' | 'conference' | 'alert';
  readonly fromMember: string | null;
  readonly toMember: string;
  readonly state: 'calling' | 'ringing' | 'switching';
  readonly requestedAt: number;
}

export interface LiveCall {
  readonly id: string;
  readonly phase: 'seeking' | 'talking' | 'transferring' | 'switching' | 'returning' | 'ending';
  readonly callerNumber: string | null;
  readonly firstMember: string;
  /** Member whose agent the caller is with; null while nobody answered. */
  readonly currentMember: string | null;
  readonly startedAt: number;
  readonly legs: readonly LiveLeg[];
  readonly transfer: LiveTransfer | null;
}

export interface TransferRequest {
  /** Member id, member number, URI or key. */
  readonly to: string;
  readonly mode: 'blind';
  /** The leg that transfers; when left out, the agent's leg of the call. */
  readonly transferorLeg?: string | undefined;
}

/** Why an operation was not carried out. `code` is stable, `message` is for people. */
export interface Refusal {
  readonly code:
    | 'unknown-call'
    | 'unknown-leg'
    | 'not-a-member'
    | 'not-allowed'
    | 'transfer-pending'
    | 'not-talking'
    | 'hop-limit'
    | 'loop'
    | 'shutting-down';
  readonly message: string;
}

export type OperationResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

/** Something that happened, for people who watch. `seq` grows by one with each event of this process. */
export interface LiveEvent {
  readonly seq: number;
  /** UTC milliseconds. */
  readonly at: number;
  readonly type: CallNews['type'] | 'gateway-up' | 'gateway-down' | 'dialplan-reloaded' | 'dialplan-refused';
  readonly callId: string | null;
  readonly legId: string | null;
  readonly transferId: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** Counters since start and gauges of now; the API turns them into Prometheus text. */
export interface EngineFigures {
  readonly liveCalls: number;
  readonly liveLegs: number;
  readonly liveTransfers: number;
  readonly callsTotal: number;
  readonly callsByOutcome: Readonly<Record<string, number>>;
  readonly transfersByOutcome: Readonly<Record<string, number>>;
  /** INVITEs refused because no trunk allows their source. */
  readonly refusedSources: number;
  /** Events that the state of their call did not expect; a number that grows is worth a look at the log. */
  readonly unexpectedEvents: number;
  readonly gatewaysUp: Readonly<Record<string, boolean>>;
}

export interface Operations {
  /** True once calls can be taken, false while starting or draining. */
  ready(): boolean;
  liveCalls(): readonly LiveCall[];
  liveCall(id: string): LiveCall | undefined;
  /** Ask for a transfer; answered as soon as it is accepted or refused, not when it has completed. */
  transfer(callId: string, request: TransferRequest): Promise<OperationResult<{ transferId: string }>>;
  hangUp(callId: string): Promise<OperationResult<{ callId: string }>>;
  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: LiveEvent) => void): () => void;
  reloadDialPlan(): Promise<ReloadResult>;
  figures(): EngineFigures;
}

export type { ReloadResult };
