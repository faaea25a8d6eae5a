/** What can happen to a call. Time and identity come in with the event: the core has no clock. */
import type { MemberId, TrunkId } from '../dialplan/plan.js';
import type {
  Call,
  Instant,
  KeyPress,
  LegId,
  OfferMethod,
  RequestRef,
  TransferMode,
  TransferTrigger,
} from './call.js';
import type { Branch, Desks } from './candidate.js';
import type { Carried } from './carried.js';
import type { TimerId } from './command.js';

/** Why a leg ended without our asking. */
export type HangUpBy = 'peer' | 'stack';

/**
 * - `complete`: connect transferee and target; the transferor leaves
 * - `cancel`: take the transferee back
 * - `toggle`: the transferor speaks with the other of the two; of three who speak, with the target alone
 * - `conference`: all three speak
 */
export type TransferAction = 'complete' | 'cancel' | 'toggle' | 'conference';

/** What a REFER asks for, as far as its headers could be understood (RFC 3515 §2.1). */
export type ReferTo =
  | { readonly ok: true; readonly address: string }
  | {
      readonly ok: false;
      readonly status: 400 | 403 | 501;
      readonly code: 'bad-refer' | 'unknown-dialog';
      readonly why: string;
    };

export type CallEvent = { readonly at: Instant } & (
  | {
      readonly type: 'invited';
      readonly callId: string;
      readonly planVersion: string;
      readonly dialled: string;
      readonly member: MemberId | null;
      readonly callerNumber: string | null;
      readonly callerName: string | null;
      /** Set when the call is turned away at the door; it is recorded all the same. */
      readonly refuse: {
        readonly status: number;
        readonly cause:
          | 'unknown-number'
          | 'full'
          | 'overloaded'
          | 'draining'
          | 'unknown-dialog'
          | 'no-audio'
          | 'no-media';
      } | null;
      /** How often it may be forwarded still, 0 to 255 (RFC 3261 §20.22). */
      readonly maxForwards: number;
      /** Null: from the phone of an agent who is registered with us. */
      readonly trunk: TrunkId | null;
      /** Member whose PBX the caller sits behind, or whose agent it is; null for a citizen. */
      readonly callerMember: MemberId | null;
      /** Who of that member calls: an agent's account, or what its PBX says; null for a citizen. */
      readonly agent: string | null;
      readonly carried: Carried;
      readonly peer: string;
      readonly sipCallId: string;
      readonly offer: string | null;
      readonly allowsUpdate: boolean;
    }
  /** Somebody wants a caller called back whom nobody had answered: the first event of such a call. */
  | {
      readonly type: 'call-back-requested';
      readonly callId: string;
      readonly planVersion: string;
      /** The member that was called, and by whose number the caller knows us. */
      readonly member: MemberId;
      /** Number of the caller, as it came with the missed call. */
      readonly callerNumber: string;
      /** The missed call, and who wants it called back. */
      readonly missedCall: string;
      readonly by: string;
      /** Phones of the agent; they ring at once. */
      readonly phones: Desks;
      /** Ways to the caller, at least one. */
      readonly ways: Branch;
    }
  /** A 18x on a leg we called. */
  | {
      readonly type: 'provisional';
      readonly leg: LegId;
      readonly status: number;
      readonly sdp: string | null;
    }
  /** A 2xx on a leg we called. */
  | {
      readonly type: 'answered';
      readonly leg: LegId;
      readonly sdp: string | null;
      readonly allowsUpdate: boolean;
      /** Who answered, as the peer says (P-Asserted-Identity of the 2xx, RFC 3325). */
      readonly agent: string | null;
    }
  /** A final failure on a leg we called; `reached` false when no peer answered at all. */
  | {
      readonly type: 'failed';
      readonly leg: LegId;
      readonly status: number;
      readonly reason: string | null;
      readonly reached: boolean;
    }
  /** The INVITE of a leg went out under this Call-ID. */
  | { readonly type: 'sent'; readonly leg: LegId; readonly sipCallId: string }
  /** BYE before one of ours went out, or CANCEL before we answered, or the stack gave the dialog up. */
  | { readonly type: 'hung-up'; readonly leg: LegId; readonly by: HangUpBy; readonly reason: string | null }
  /** Our 2xx could not be sent: the caller had cancelled already (RFC 3261 §9.2). */
  | { readonly type: 'answer-failed'; readonly leg: LegId }
  /** The ACK of our 2xx, with the answer when our 2xx carried the offer. */
  | { readonly type: 'acked'; readonly leg: LegId; readonly sdp: string | null }
  /** Our BYE was answered, crossed by one of the peer, or given up. */
  | { readonly type: 'bye-answered'; readonly leg: LegId }
  /** re-INVITE, or UPDATE with SDP. */
  | {
      readonly type: 'offered';
      readonly leg: LegId;
      readonly request: RequestRef;
      readonly method: OfferMethod;
      readonly sdp: string | null;
    }
  /** Final response to our re-INVITE or UPDATE. `retry`: 491, or 500 with Retry-After. */
  | {
      readonly type: 'offer-answered';
      readonly leg: LegId;
      readonly status: number;
      readonly reason: string | null;
      readonly sdp: string | null;
      readonly retry: boolean;
    }
  /** INFO without keys, or MESSAGE, inside the dialog, to be passed on. */
  | { readonly type: 'info'; readonly leg: LegId; readonly request: RequestRef }
  | {
      readonly type: 'referred';
      readonly leg: LegId;
      readonly request: RequestRef;
      readonly cseq: number;
      readonly referTo: ReferTo;
      readonly referredBy: string | null;
      /** False: the transferor wants no NOTIFY (RFC 4488). */
      readonly subscribes: boolean;
    }
  /**
   * A REFER with Replaces: the transferor's two calls become one (RFC 5589 §7). `asker` is the leg that the REFER
   * came on, `named` the leg that Replaces means; one of them belongs to this call, the other to `other`.
   */
  | {
      readonly type: 'attended';
      readonly asker: LegId;
      readonly named: LegId;
      readonly request: RequestRef;
      readonly cseq: number;
      readonly referredBy: string | null;
      readonly subscribes: boolean;
      /** The other call as it is now; null when it is over. */
      readonly other: Call | null;
    }
  /** An INVITE with Replaces (RFC 3891): `leg` wants to take the place of `replaces`. */
  | {
      readonly type: 'replacing';
      readonly leg: LegId;
      readonly replaces: LegId;
      /** `early-only` (RFC 3891 §3): only where the replaced dialog is not answered yet. */
      readonly earlyOnly: boolean;
      /** Null: from the phone of an agent who is registered with us. */
      readonly trunk: TrunkId | null;
      readonly member: MemberId | null;
      readonly peer: string;
      readonly agent: string | null;
      readonly numberDialled: string;
      readonly sipCallId: string;
      readonly offer: string | null;
      readonly allowsUpdate: boolean;
    }
  /** A key of the telephone: by INFO, which waits for a response, or by RTP, where `request` is null. */
  | {
      readonly type: 'keyed';
      readonly leg: LegId;
      readonly request: RequestRef | null;
      readonly press: KeyPress;
    }
  | {
      readonly type: 'notify-answered';
      readonly leg: LegId;
      readonly transferId: string;
      readonly status: number;
    }
  | {
      readonly type: 'transfer-requested';
      readonly trigger: Exclude<TransferTrigger, 'refer' | 'replaces'>;
      readonly mode: TransferMode;
      readonly to: string;
      readonly matter: string | null;
      readonly note: string | null;
      /** Null: the agent's leg, whichever it is. */
      readonly transferor: LegId | null;
    }
  /** A queue names whom to call for the party that asked with this ticket. */
  | { readonly type: 'candidate-ready'; readonly ticket: number; readonly desks: Desks }
  /** How a party stands in its queue; said at least once a minute, so that phones see that the call lives. */
  | {
      readonly type: 'queue-news';
      readonly entry: number;
      /** 1 is next. */
      readonly position: number;
      /** The party shall hear it. */
      readonly announce: boolean;
    }
  /** The queue gives the party up: on to the next stage. */
  | { readonly type: 'queue-over'; readonly entry: number }
  /** Steer the transfer that is under way. */
  | { readonly type: 'control-requested'; readonly action: TransferAction }
  /** The media server had lost the call and made it anew: these legs must be told where to send now. */
  | { readonly type: 'media-remade'; readonly legs: readonly LegId[] }
  /** The media server plays the announcement, which takes so long; `ms` null: it cannot. */
  | { readonly type: 'announcement-begun'; readonly leg: LegId; readonly ms: number | null }
  /** The program was killed and is here again; a caller who was not answered yet waits for an answer again. */
  | { readonly type: 'recovered' }
  /** The answer to a probe, or why there is none. */
  | { readonly type: 'probe-answered'; readonly leg: LegId; readonly status: number }
  /** Legs in a conference do not hear each other any more, or never did. */
  | { readonly type: 'mixing-lost' }
  | { readonly type: 'hang-up-requested' }
  /** A desk asks that its own leg be let go: as if its phone hung up, or declined while it rings. */
  | { readonly type: 'put-down-requested'; readonly desk: LegId }
  | { readonly type: 'timer'; readonly timer: TimerId }
);

export type CallEventOf<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>;
