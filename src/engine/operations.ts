/**
 * What the outside (API, command line, pages) may ask of a running engine. The engine implements it;
 * `src/api` knows nothing of the engine but this.
 */

import type { AgentNews } from '../agents/agents.js';
import type { AgentStatus, AgentWish, WaiterView } from '../agents/queue-types.js';
import type { CallNews, RefusalCode } from '../call/command.js';
import type { TransferAction } from '../call/event.js';
import type { ReloadResult } from '../dialplan/holder.js';
import type {
  LegRole,
  MonitorMode,
  RecordingTrigger,
  TransferMode,
  TransferOutcome,
  TransferTrigger,
} from '../ledger/records.js';

export interface LiveLeg {
  readonly id: string;
  readonly role: LegRole;
  readonly direction: 'in' | 'out';
  readonly state: 'trying' | 'ringing' | 'answered' | 'ending';
  readonly member: string | null;
  /** Who of the member it is, as its PBX tells: an extension, mostly. */
  readonly agent: string | null;
  readonly trunk: string | null;
  readonly number: string;
  readonly sipCallId: string | null;
  /** UTC milliseconds. */
  readonly startedAt: number;
  readonly answeredAt: number | null;
}

export interface LiveTransfer {
  readonly id: string;
  readonly trigger: TransferTrigger;
  readonly mode: TransferMode;
  readonly fromMember: string | null;
  readonly fromAgent: string | null;
  readonly toMember: string;
  readonly state: 'calling' | 'ringing' | 'consulting' | 'conferring' | 'switching';
  readonly requestedAt: number;
  /** The leg that transfers; null when it has left already. */
  readonly transferorLeg: string | null;
  /** Legs that are being called for the target, or the one that answered. */
  readonly targetLegs: readonly string[];
  /** While consulting: whom the transferor speaks with; the other of the two is on hold. */
  readonly speaksWith: 'target' | 'transferee' | null;
  readonly heldLeg: string | null;
  readonly matter: string | null;
  readonly note: string | null;
}

/** Where the caller is, as the network told in the INVITE (RFC 6442). */
export interface CallerLocation {
  /** Addresses from which the location can be fetched. */
  readonly references: readonly string[];
  /** Degrees of WGS 84, metres. */
  readonly point: {
    readonly latitude: number;
    readonly longitude: number;
    readonly radius: number | null;
  } | null;
  /** A civic address in one line. */
  readonly address: string | null;
  /** The PIDF-LO document (RFC 5491) as it came. */
  readonly pidf: string | null;
}

/** An incident that an agent told another member of, while the call goes on. */
export interface LiveAlert {
  /** Id of its transfer record. */
  readonly id: string;
  readonly callId: string;
  readonly raisedAt: number;
  readonly fromMember: string | null;
  readonly toMember: string;
  readonly callerNumber: string | null;
  readonly firstDialled: string;
  readonly matter: string | null;
  readonly note: string | null;
  readonly location: CallerLocation | null;
}

/** A recording that goes on. */
export interface LiveRecording {
  readonly id: string;
  readonly startedAt: number;
  readonly trigger: RecordingTrigger;
  /** Who asked for it; null when the dial plan did. */
  readonly requestedBy: string | null;
}

/** Somebody who listens to a call, or is called for it. */
export interface LiveMonitor {
  readonly id: string;
  readonly startedAt: number;
  /** Who asked for it, and who listens. */
  readonly requestedBy: string;
  readonly listener: string;
  readonly state: 'calling' | 'listening' | 'ending';
  readonly mode: MonitorMode;
}

export interface LiveCall {
  readonly id: string;
  readonly phase:
    | 'calling-agent'
    | 'calling-back'
    | 'seeking'
    | 'talking'
    | 'transferring'
    | 'consulting'
    | 'conferring'
    | 'switching'
    | 'returning'
    | 'announcing'
    | 'ending';
  readonly callerNumber: string | null;
  readonly firstDialled: string;
  readonly firstMember: string;
  /** Member whose agent the caller is with; null while nobody answered. */
  readonly currentMember: string | null;
  /** Members whose agents the caller spoke with, in order. */
  readonly visited: readonly string[];
  readonly startedAt: number;
  /** The missed call whose caller is called back; null where somebody called us. */
  readonly callBackOf: string | null;
  readonly legs: readonly LiveLeg[];
  readonly transfer: LiveTransfer | null;
  readonly alerts: readonly LiveAlert[];
  /** Null while it is not recorded. */
  readonly recording: LiveRecording | null;
  /** Null while nobody listens. */
  readonly monitor: LiveMonitor | null;
}

/** What a desk is shown of a live call besides the call itself. */
export interface LiveScreenPop {
  readonly call: LiveCall;
  readonly callerName: string | null;
  /** What the caller asked to be withheld (RFC 3323), e.g. `id`. */
  readonly privacy: string | null;
  readonly location: CallerLocation | null;
}

export interface TransferRequest {
  /** Member id, member number, URI or key. */
  readonly to: string;
  readonly mode: TransferMode;
  /** `desk`: by the agent's page; when left out, `api`. */
  readonly trigger?: 'api' | 'desk' | undefined;
  /** Code of the matter. */
  readonly matter?: string | undefined;
  /** What the agent writes for the target. */
  readonly note?: string | undefined;
  /** What the caller speaks, as a language tag, once an agent has found out; holds for the rest of the call. */
  readonly language?: string | undefined;
  /** The leg that transfers; when left out, the agent's leg of the call. */
  readonly transferorLeg?: string | undefined;
}

/** Who calls back: an account, or a desk of a member by the extension of its account or as the dial plan names it. */
export type CallBackAgent =
  | { readonly by: 'agent'; readonly agent: string }
  | { readonly by: 'extension'; readonly member: string; readonly extension: string };

/** A missed call whose caller is to be called back. */
export interface CallBackRequest {
  /** The missed call: its id, the member that was called, who called, and the trunk that it came by. */
  readonly missedCall: string;
  readonly member: string;
  readonly callerNumber: string | null;
  readonly trunk: string | null;
  readonly agent: CallBackAgent;
  /** Who asks for it, for the ledger. */
  readonly requestedBy: string;
}

/** Why nobody is called back. */
export type CallBackRefusal =
  | 'already-being-called'
  | 'already-called-back'
  | 'number-withheld'
  | 'number-not-allowed'
  | 'no-way-out'
  | 'unknown-agent'
  | 'agent-unreachable'
  | 'agent-busy'
  | 'no-media';

/** How somebody who does not know our call ids names a party of a live call. */
export type PartyQuery = { readonly member?: string | undefined } & (
  | { readonly by: 'sipCallId'; readonly value: string }
  /** Who answered as its PBX tells or, where none of these fits, the number that we called. */
  | { readonly by: 'extension'; readonly value: string }
  /** Who answered, as its PBX tells. */
  | { readonly by: 'agent'; readonly value: string }
);

export interface LocatedCall {
  readonly callId: string;
  /** The leg that was meant, when it is one that may transfer. */
  readonly transferorLeg: string | null;
}

/** Why a call is not recorded, or not stopped being so. */
export type RecordingRefusal = 'not-recordable' | 'recorded-by-policy' | 'not-recorded';

/** Why nobody listens to a call, or not so. */
export type MonitorRefusal =
  | 'already-monitored'
  | 'not-monitored'
  | 'not-listening'
  | 'mode-pending'
  | 'unknown-listener'
  | 'listener-unreachable'
  | 'not-audited';

/** Why an operation was not carried out. `code` is stable, `message` is for people. */
export interface Refusal {
  readonly code:
    | RefusalCode
    | 'unknown-call'
    | 'ambiguous'
    | 'shutting-down'
    | RecordingRefusal
    | MonitorRefusal
    | CallBackRefusal;
  readonly message: string;
  /** The calls that fit, when there are several. */
  readonly calls?: readonly string[];
}

export type OperationResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

/** Something that happened, for people who watch. `seq` grows by one with each event of this process. */
export interface LiveEvent {
  readonly seq: number;
  /** UTC milliseconds. */
  readonly at: number;
  readonly type:
    | CallNews['type']
    | 'agent-state'
    | 'queue-entered'
    | 'queue-left'
    | AgentNews['type']
    | 'gateway-up'
    | 'gateway-down'
    | 'media-lost'
    | 'media-back'
    | 'recording-started'
    | 'recording-ended'
    | 'recording-failed'
    | 'recordings-stopped'
    | 'recordings-back'
    | 'surge'
    | 'monitor-started'
    | 'monitor-changed'
    | 'monitor-stopped'
    | 'ledger-refused'
    | 'ledger-back'
    | 'dialplan-reloaded'
    | 'dialplan-refused';
  readonly callId: string | null;
  readonly legId: string | null;
  readonly transferId: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** Transfers that ended, of one kind, since start. */
export interface TransferCount {
  readonly mode: TransferMode;
  readonly trigger: TransferTrigger;
  readonly outcome: TransferOutcome;
  readonly count: number;
}

/** Counters since start and gauges of now; the API turns them into Prometheus text. */
export interface EngineFigures {
  readonly liveCalls: number;
  readonly liveLegs: number;
  readonly liveTransfers: number;
  readonly callsTotal: number;
  readonly callsByOutcome: Readonly<Record<string, number>>;
  readonly transfers: readonly TransferCount[];
  /** INVITEs refused because no trunk allows their source. */
  readonly refusedSources: number;
  /** Events that the state of their call did not expect; a number that grows is worth a look at the log. */
  readonly unexpectedEvents: number;
  /** Share of new calls that are taken, 0 to 1; below 1 while the machine does not keep up. */
  readonly admittedShare: number;
  readonly gatewaysUp: Readonly<Record<string, boolean>>;
  /** Recordings that go on, and those that did not come about or broke. */
  readonly recordingsActive: number;
  readonly recordingsFailed: number;
}

export interface RecordingOperations {
  /** Record this call from now on; `by` is who wants it. The caller is told first where the dial plan says so. */
  start(callId: string, by: string): OperationResult<{ callId: string }>;
  /** Record it no more; what there is is kept. */
  stop(callId: string): OperationResult<{ callId: string }>;
}

/** Who is to listen: an agent of ours, or a desk of a member. */
export type ListenerWish =
  | { readonly agent: string }
  | { readonly member: string; readonly extension: string };

export interface MonitorOperations {
  /** Call somebody's phone; when it is answered it hears the call, and nobody in the call is told. */
  start(
    callId: string,
    listener: ListenerWish,
    by: string,
  ): Promise<OperationResult<{ callId: string; monitorId: string }>>;
  /** How the listener is heard from now on. */
  change(
    callId: string,
    mode: MonitorMode,
    by: string,
  ): Promise<OperationResult<{ callId: string; monitorId: string }>>;
  /** Nobody listens any more. */
  stop(callId: string, by: string): OperationResult<{ callId: string; monitorId: string }>;
}

export interface CallBackOperations {
  /**
   * Call somebody back whom nobody had answered: the phones of the agent ring, then the caller is called. Answered as
   * soon as it has begun or is refused; events and the ledger tell how it comes out.
   */
  begin(request: CallBackRequest): OperationResult<{ callId: string }>;
}

export interface Operations {
  /** True once calls can be taken, false while starting or draining. */
  ready(): boolean;
  liveCalls(): readonly LiveCall[];
  liveCall(id: string): LiveCall | undefined;
  /** What a desk is shown of a live call; by the id of the call, or of a transfer of it. */
  screenPop(id: string): LiveScreenPop | undefined;
  /** Alerts that were raised in calls that are live. */
  liveAlerts(): readonly LiveAlert[];
  /**
   * The one live call of a party; to transfer it, or to control a transfer that is under way.
   * @param sees says no to calls that are not there for who asks; all are, when left out
   */
  locate(
    party: PartyQuery,
    purpose: 'transfer' | 'control',
    sees?: (callId: string) => boolean,
  ): OperationResult<LocatedCall>;
  /** Ask for a transfer; answered as soon as it is accepted or refused, not when it has completed. */
  transfer(callId: string, request: TransferRequest): Promise<OperationResult<{ transferId: string }>>;
  /** Steer the transfer that is under way; answered with its id. */
  controlTransfer(callId: string, action: TransferAction): Promise<OperationResult<{ transferId: string }>>;
  /** End the call for everybody. */
  hangUp(callId: string): Promise<OperationResult<{ callId: string }>>;
  /**
   * A desk puts its phone down: its leg is let go as if the phone hung up (a transfer that it has asked for goes on
   * without it), or declined while it rings.
   * @param legId a leg of an agent or target
   */
  putDown(callId: string, legId: string): Promise<OperationResult<{ callId: string }>>;
  /** All agents who have an account, and what they are doing. */
  agentStatuses(): readonly AgentStatus[];
  /** Callers who wait in queues of ours, by queue and place. */
  waitingCallers(): readonly WaiterView[];
  /**
   * An agent, or a supervisor for one, asks for a state; during a call it follows the call.
   * @param by who asks, for the ledger
   */
  askAgentState(agent: string, wish: AgentWish, by: string): 'done' | 'unknown-agent' | 'unreachable';
  readonly recordings: RecordingOperations;
  readonly monitors: MonitorOperations;
  readonly callBacks: CallBackOperations;
  /**
   * Somebody has called a caller back whom nobody had answered. Resolves when the ledger has it.
   * @param callId the missed call
   */
  noteCalledBack(callId: string, by: string, note: string | null): Promise<void>;
  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: LiveEvent) => void): () => void;
  reloadDialPlan(): Promise<ReloadResult>;
  figures(): EngineFigures;
}

export type { AgentStatus, AgentWish, MonitorMode, ReloadResult, TransferAction, WaiterView };
