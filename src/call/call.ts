/**
 * A call as a value: everything we know of one caller's visit. Plain JSON, never changed in place, so that
 * it can be journalled after each step and compared by a model checker.
 */
import type { MemberId, TrunkId } from '../dialplan/plan.js';
import type {
  EndedBy,
  LegDirection,
  LegRole,
  TransferMode,
  TransferOutcome,
  TransferTrigger,
} from '../ledger/records.js';
import type { Branch, Stage } from './candidate.js';
import type { Carried } from './carried.js';

export type CallId = string;
export type LegId = string;
export type TransferId = string;
/** Names one request of a peer that waits for our response. Made by the SIP adapter. */
export type RequestRef = string;

/** A moment on both clocks: UTC milliseconds for people, monotonic milliseconds for durations. */
export interface Instant {
  readonly utc: number;
  readonly mono: number;
}

/** Why we end a leg. */
export type LeaveCause =
  | 'other-party-left'
  | 'transferred'
  | 'answered-elsewhere'
  | 'taken-back'
  | 'replaced'
  | 'ring-timeout'
  | 'no-response'
  | 'all-targets-failed'
  | 'refused'
  | 'declined'
  | 'put-down'
  | 'too-many-hops'
  | 'limit'
  | 'operator';

/**
 * - `trying`: INVITE sent or received, nothing but 100 so far
 * - `ringing`: a 18x was received or sent
 * - `answered`: 2xx received or sent
 * - `leaving`: we asked it to end (CANCEL, BYE, or BYE as soon as its ACK is in) and wait for the wire
 * - `ended`: gone, and its record written
 */
export type LegState = 'trying' | 'ringing' | 'answered' | 'leaving' | 'ended';

/** An offer of ours on a leg. */
export interface OfferMade {
  /** Null: we ask the peer for an offer. */
  readonly sdp: string | null;
  /** The leg whose description it is; null: of nobody, the leg is put on hold. */
  readonly from: LegId | null;
  /** It passes on an offer that leg `from` made itself and waits to be answered. */
  readonly relay: boolean;
  readonly method: OfferMethod;
  /** 1 at first; grows when it is made again after glare. */
  readonly attempt: number;
}

/** An offer/answer exchange in progress on a leg, after its initial INVITE (RFC 3264). */
export type Exchange =
  /** Our re-INVITE or UPDATE is out. */
  | ({ readonly kind: 'offered' } & OfferMade)
  /** The peer refused our offer for glare; it is made again when the timer fires (RFC 3261 §14.1). */
  | ({ readonly kind: 'glare-wait' } & OfferMade)
  /** The peer's offer waits for our response. */
  | {
      readonly kind: 'asked';
      readonly request: RequestRef;
      readonly sdp: string | null;
      readonly method: OfferMethod;
    }
  /** We answered a re-INVITE without SDP by an offer, whose answer comes in the ACK. */
  | { readonly kind: 'ack-awaited'; readonly offer: string; readonly from: LegId | null }
  /** The peer's 2xx brought an offer; our ACK waits for the other leg's answer. */
  | { readonly kind: 'ack-owed'; readonly offer: string; readonly initial: boolean };

export type OfferMethod = 'INVITE' | 'UPDATE';

export interface Leg {
  readonly id: LegId;
  readonly role: LegRole;
  readonly direction: LegDirection;
  readonly state: LegState;
  readonly member: MemberId | null;
  readonly trunk: TrunkId | null;
  readonly peer: string | null;
  readonly mayTransfer: boolean;
  readonly numberDialled: string;
  readonly numberCalled: string;
  /** Who of the member answered or calls, as its PBX tells: an extension, mostly. Null when it does not say. */
  readonly agent: string | null;
  readonly sipCallId: string | null;
  readonly transferId: TransferId | null;
  readonly startedAt: Instant;
  readonly ringingAt: Instant | null;
  readonly answeredAt: Instant | null;
  /** Inbound: the ACK of our 2xx is in. Outbound: always true once answered. */
  readonly acked: boolean;
  /** Set while `leaving`. */
  readonly leave: {
    readonly cause: LeaveCause;
    readonly by: 'reject' | 'cancel' | 'bye' | 'bye-on-ack';
  } | null;
  /** Final status of the INVITE, once known. */
  readonly sipStatus: number | null;
  /** The peer's latest session description. */
  readonly remote: string | null;
  /** True when the peer offered `remote` itself, false when it was an answer to us. */
  readonly remoteOffered: boolean;
  /**
   * What this leg was last told of the other party, and whose it was; `from` null: it is on hold; itself: it is in a
   * conference.
   */
  readonly given: { readonly from: LegId | null; readonly sdp: string } | null;
  readonly exchange: Exchange | null;
  /** The peer lists UPDATE in Allow. */
  readonly allowsUpdate: boolean;
  /** REFERs seen: the second and later ones name their subscription (RFC 3515 §2.4.6). */
  readonly refers: number;
  /** How keys came first on this leg of an agent, where they may come in two ways; null before that. */
  readonly keysBy: 'info' | 'rtp' | null;
  /** The media server has made its media anew at another place since the peer was told. */
  readonly mediaMoved: boolean;
}

/** A leg that is being called, and the other ways to the same desk. */
export interface Ringing {
  readonly leg: LegId;
  readonly ways: Branch;
}

/** A place in a queue, also while somebody whom the queue has named is called. */
export interface Waiting {
  readonly queue: MemberId;
  readonly ringSeconds: number;
  readonly skill: string | null;
  /** Names this stay in the queue, within the call. */
  readonly entry: number;
  /** Names the last request for somebody to call, within the call. */
  readonly ticket: number;
}

/** Looking for somebody who answers: the legs that are being called, and the stages to come. */
export interface Hunt {
  readonly stages: readonly Stage[];
  readonly ringing: readonly Ringing[];
  /** Null while the party is in no queue. */
  readonly waiting: Waiting | null;
  /** Status of the last target that failed; null when none failed yet. */
  readonly lastStatus: number | null;
  readonly lastCause: FailureCause | null;
}

export type FailureCause =
  | 'busy'
  | 'no-answer'
  | 'unreachable'
  | 'rejected'
  | 'target-hung-up'
  | 'media-refused'
  /** The program was killed and is here again. */
  | 'restart';

/** One key of a telephone, as it came in an INFO request. */
export interface KeyByInfo {
  /** One of `0`-`9`, `*`, `#`, `A`-`D`. */
  readonly key: string;
  readonly contentType: string;
  readonly body: string;
}

/** One key of a telephone, as the media server saw it among the RTP packets (RFC 4733). */
export interface KeyByRtp {
  /** One of `0`-`9`, `*`, `#`, `A`-`D`. */
  readonly key: string;
  /** How long it was pressed; milliseconds. */
  readonly durationMs: number;
}

export type KeyPress = KeyByInfo | KeyByRtp;

/** Keys that an agent pressed and that may yet become a code. */
export interface KeysHeld {
  readonly leg: LegId;
  readonly presses: readonly KeyPress[];
  /** The pause was too long for a code: what would go on with it is no code, and nothing for the caller either. */
  readonly late: boolean;
}

/** Two answered legs that shall hear each other. */
export interface Link {
  readonly a: LegId;
  readonly b: LegId;
  /** Offers made to bring the two together; bounded, so that two odd peers cannot ping-pong for ever. */
  readonly rounds: number;
}

export interface Transfer {
  readonly id: TransferId;
  readonly trigger: TransferTrigger;
  readonly mode: TransferMode;
  readonly fromMember: MemberId | null;
  readonly toMember: MemberId;
  readonly requestedTarget: string;
  /** Null: an operator, for a caller who is with nobody. */
  readonly transferor: LegId | null;
  readonly transferee: LegId;
  readonly targetLeg: LegId | null;
  readonly requestedAt: Instant;
  readonly answeredAt: Instant | null;
  /** Referred-By as the transferor sent it. */
  readonly referredBy: string | null;
  /** Code of the matter, and what the agent wrote for the target. */
  readonly matter: string | null;
  readonly note: string | null;
}

/** What a NOTIFY tells of a transfer. */
export interface TransferNews {
  readonly status: number;
  readonly final: boolean;
  /** Machine-readable reason of a failure. */
  readonly cause: string | null;
}

/** The implicit subscription of a REFER (RFC 3515): what we still have to tell the transferor. */
export interface Subscription {
  readonly leg: LegId;
  readonly transferId: TransferId;
  /** `id` parameter of the Event header; null for the first REFER of a dialog. */
  readonly eventId: string | null;
  /** A NOTIFY is on the wire: the next one waits for its answer, so that they cannot overtake each other. */
  readonly outstanding: boolean;
  readonly queued: TransferNews | null;
  /** The final NOTIFY was sent. */
  readonly finalSent: boolean;
  /** Let the transferor go once the final NOTIFY was answered. */
  readonly releaseAfter: LeaveCause | null;
}

/** What makes a call one of ours to a caller whom nobody had answered. */
export interface CallBack {
  /** The missed call. */
  readonly of: CallId;
  /** Who asked for it: the holder of an API token, or an agent's account. */
  readonly by: string;
  /** The ways to the caller, tried in order while no peer answers at all. */
  readonly ways: Branch;
}

export type Phase =
  /** Of a call back: phones of the agent ring; the caller is called once one of them was answered. */
  | { readonly name: 'calling-agent'; readonly hunt: Hunt }
  /** Of a call back: the agent waits while the caller is called. */
  | { readonly name: 'calling-back'; readonly agent: LegId; readonly hunt: Hunt }
  /** The caller waits for the first answer. */
  | { readonly name: 'seeking'; readonly caller: LegId; readonly hunt: Hunt }
  /** Two parties talk. */
  | { readonly name: 'talking'; readonly link: Link }
  /** The target is being called; the transferor may be there still, or have left. */
  | {
      readonly name: 'transferring';
      readonly transferee: LegId;
      readonly transferor: LegId | null;
      readonly transfer: Transfer;
      readonly hunt: Hunt;
      /** As in `Link`, of transferee and transferor, who go on talking. */
      readonly rounds: number;
    }
  /** The transferor speaks with the target, or with the transferee again; the other of the two is on hold. */
  | {
      readonly name: 'consulting';
      readonly transferee: LegId;
      readonly transferor: LegId;
      readonly target: LegId;
      readonly transfer: Transfer;
      /** Transferor and whom it speaks with. */
      readonly link: Link;
      /** Offers of hold made since the last change of sides; bounded. */
      readonly holds: number;
    }
  /** All three speak. */
  | {
      readonly name: 'conferring';
      readonly transferee: LegId;
      readonly transferor: LegId;
      readonly target: LegId;
      readonly transfer: Transfer;
    }
  /** Somebody answered for a party that was already talking; the media is being moved. */
  | {
      readonly name: 'switching';
      readonly link: Link;
      readonly transferor: LegId | null;
      /** Null when the party is being returned after a transfer that failed. */
      readonly transfer: Transfer | null;
      readonly hunt: Hunt;
      /** The transferor's own leg to the target, of an attended transfer (RFC 5589 §7); goes with the transferor. */
      readonly consultation: LegId | null;
    }
  /** The transfer failed and the transferor has left: the party is taken back to somebody. */
  | { readonly name: 'returning'; readonly party: LegId; readonly hunt: Hunt }
  /** Nobody is left who could take the party: it hears so, then the call ends. It may not be answered yet. */
  | {
      readonly name: 'announcing';
      readonly party: LegId;
      /** Why the call ends. */
      readonly cause: string;
      /** What a caller is told who was not answered; null: the usual. */
      readonly status: number | null;
    }
  | { readonly name: 'ending' }
  | { readonly name: 'ended' };

/** The caller's time with nobody so far. */
export interface Held {
  /** Since when the caller is held; null: is not. */
  readonly since: Instant | null;
  /** Before that; monotonic milliseconds. Null when a restart lies within. */
  readonly ms: number | null;
}

export interface Call {
  readonly id: CallId;
  readonly planVersion: string;
  readonly startedAt: Instant;
  readonly answeredAt: Instant | null;
  readonly dialled: string;
  readonly member: MemberId | null;
  readonly callerNumber: string | null;
  readonly callerName: string | null;
  /** Of a call back that has not come to its caller yet: a leg of the agent. */
  readonly callerLeg: LegId;
  readonly trunk: TrunkId | null;
  /** Member whose agent the caller spoke with last. */
  readonly lastMember: MemberId | null;
  /** Members whose agents the caller spoke with, in order, the first called one first. */
  readonly visited: readonly MemberId[];
  readonly carried: Carried;
  /** Max-Forwards of every INVITE to a desk: what the caller's INVITE had left, less one (RFC 7332). */
  readonly maxForwards: number;
  readonly keys: KeysHeld | null;
  /** Null: somebody has called. */
  readonly callBack: CallBack | null;
  readonly phase: Phase;
  readonly legs: Readonly<Record<LegId, Leg>>;
  readonly subscriptions: readonly Subscription[];
  readonly legsMade: number;
  /** Requests for somebody to call that were made of queues. */
  readonly ticketsMade: number;
  readonly transfersAsked: number;
  /** Transfers completed to another member. */
  readonly hops: number;
  /** Not there before the caller was first held. */
  readonly held?: Held;
  /** Set when the call began to end; legs that do not answer may take longer to go. */
  readonly end: {
    readonly by: EndedBy;
    readonly cause: string;
    readonly missed: boolean;
    readonly at: Instant;
  } | null;
}

export type { EndedBy, LegRole, TransferMode, TransferOutcome, TransferTrigger };
