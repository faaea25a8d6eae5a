/**
 * What the desk in the browser is shown: one value, sent anew whenever something in it changes. Both sides share this
 * file; it has types only. Times are UTC milliseconds.
 */

/** A hotline as people know it; number and name null when the dial plan has it no more. */
export interface DeskMemberName {
  readonly id: string;
  readonly number: string | null;
  readonly name: { readonly zh: string; readonly en: string } | null;
}

export type DeskAgentState = 'offline' | 'ready' | 'ringing' | 'talking' | 'after-call' | 'pause';

export interface DeskAgent {
  readonly id: string;
  readonly displayName: string;
  readonly extension: string;
  readonly member: DeskMemberName;
  readonly supervisor: boolean;
  readonly state: DeskAgentState;
  readonly stateSince: number;
  /** Why it is in this state, where there is a reason: what the agent gave, or `no-answer`. */
  readonly stateReason: string | null;
  /** What follows the call that is up. */
  readonly next: DeskAgentState | null;
  /** A phone of the agent is registered. */
  readonly reachable: boolean;
}

/** One of the keys. */
export interface DeskKey {
  readonly member: DeskMemberName;
  /** Its feature code, `*1`; null without one. */
  readonly code: string | null;
  readonly emergency: boolean;
  /** Takes calls at this hour. */
  readonly open: boolean;
  /** When it opens again, when that is known. */
  readonly opensAt: number | null;
  /** Desks that are ready; null when the member's desks are not known here (behind a PBX). */
  readonly freeDesks: number | null;
  /** Callers who wait for it. */
  readonly waiting: number;
  /** The dial plan lets this desk transfer there. */
  readonly permitted: boolean;
  /** The desk's own hotline. */
  readonly own: boolean;
}

export type DeskTransferMode = 'blind' | 'consult' | 'conference' | 'alert';

/** The transfer that this desk has under way. */
export interface DeskTransfer {
  readonly id: string;
  readonly mode: DeskTransferMode;
  readonly to: DeskMemberName;
  readonly state: 'calling' | 'ringing' | 'consulting' | 'conferring' | 'switching';
  readonly requestedAt: number;
  /** While consulting. */
  readonly speaksWith: 'target' | 'transferee' | null;
}

/** How a transfer by this desk came out. */
export interface DeskOutcome {
  readonly transferId: string;
  readonly mode: DeskTransferMode;
  readonly to: DeskMemberName;
  readonly at: number;
  readonly outcome: 'completed' | 'failed' | 'refused' | 'alerted';
  /** Why not: a refusal code or a cause of the ledger. */
  readonly cause: string | null;
}

/** How the call came to this desk, when another hotline sent it. */
export interface DeskSentBy {
  readonly from: DeskMemberName | null;
  readonly agent: string | null;
  readonly matter: string | null;
  readonly note: string | null;
  readonly mode: DeskTransferMode;
}

export interface DeskCall {
  readonly id: string;
  /** This desk's leg. */
  readonly legId: string;
  readonly sipCallId: string | null;
  /** `ringing`: this desk is being called; `consulted`: another agent speaks with it before the caller does. */
  readonly state: 'ringing' | 'talking' | 'held' | 'consulted';
  readonly caller: {
    readonly number: string | null;
    readonly name: string | null;
    readonly withheld: boolean;
  };
  readonly firstDialled: string;
  readonly firstMember: DeskMemberName | null;
  /** Hotlines that had the caller before, in order. */
  readonly path: readonly DeskMemberName[];
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly sentBy: DeskSentBy | null;
  readonly location: {
    readonly address: string | null;
    readonly latitude: number | null;
    readonly longitude: number | null;
  } | null;
  readonly earlier: readonly DeskEarlierCall[];
  readonly transfer: DeskTransfer | null;
  /** A call back: `calling` until the caller answers. Null: the caller has called. */
  readonly callBack: 'calling' | 'reached' | null;
}

/** A call of the same number before this one. */
export interface DeskEarlierCall {
  readonly id: string;
  readonly at: number;
  readonly firstMember: DeskMemberName | null;
  readonly lastMember: DeskMemberName | null;
  readonly outcome: string;
  readonly durationMs: number | null;
  /** What the agent wrote after it. */
  readonly note: string | null;
}

/** A caller who reached nobody and has not been called back. */
export interface DeskMissedCall {
  readonly id: string;
  readonly at: number;
  readonly number: string;
  /** How often this number has tried. */
  readonly times: number;
  /** The last call back that did not reach the caller; `cause` says why: `busy`, `agent-no-answer`, ... */
  readonly lastAttempt: { readonly at: number; readonly by: string; readonly cause: string | null } | null;
  /** Somebody is calling them back at this moment. */
  readonly beingCalled: boolean;
}

/** An incident that another hotline has told this one of, while it talks with the caller. */
export interface DeskAlert {
  readonly id: string;
  readonly at: number;
  readonly from: DeskMemberName | null;
  /** Null when it is not known, or the caller wants it private and the hotline is none for emergencies. */
  readonly caller: string | null;
  readonly matter: string | null;
  readonly note: string | null;
  /** Where the caller is, as far as the network tells. */
  readonly place: string | null;
  /** The call goes on. */
  readonly live: boolean;
}

export interface DeskState {
  /** The server's clock, so that the page can show how long things take whatever its own clock says. */
  readonly now: number;
  readonly agent: DeskAgent;
  readonly call: DeskCall | null;
  /** The last transfer by this desk, while its call is there and for a while after. */
  readonly lastTransfer: DeskOutcome | null;
  /** The call that this desk had last, as long as its after-call work goes on. */
  readonly wrapUp: { readonly callId: string; readonly caller: string | null } | null;
  readonly keys: readonly DeskKey[];
  readonly missed: readonly DeskMissedCall[];
  /** Newest first. */
  readonly alerts: readonly DeskAlert[];
  /** What works with the media server that is in use. */
  readonly can: { readonly conference: boolean };
}

/** What the page needs to be a phone. */
export interface DeskPhoneAccount {
  /** `wss://host:port` of the SIP server, or `ws:` on loopback. */
  readonly server: string;
  /** Address of record, `sip:li-na@city.example`. */
  readonly uri: string;
  readonly user: string;
  /** Good for this account's phone only, and not the agent's password. */
  readonly password: string;
}
