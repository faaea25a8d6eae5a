/** What can happen to a call. Time and identity come in with the event: the core has no clock. */
import type { MemberId, TrunkId } from '../dialplan/plan.js';
import type { Instant, LegId, OfferMethod, RequestRef, TransferTrigger } from './call.js';
import type { TimerId } from './command.js';

/** Why a leg ended without our asking. */
export type HangUpBy = 'peer' | 'stack';

/** What a REFER asks for, as far as its headers could be understood (RFC 3515 §2.1). */
export type ReferTo =
  | { readonly ok: true; readonly address: string }
  | { readonly ok: false; readonly status: 400 | 501; readonly why: string };

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
        readonly cause: 'unknown-number' | 'full' | 'draining';
      } | null;
      readonly trunk: TrunkId;
      /** Member whose PBX the caller sits behind; null for a citizen. */
      readonly callerMember: MemberId | null;
      readonly peer: string;
      readonly sipCallId: string;
      readonly offer: string | null;
      readonly allowsUpdate: boolean;
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
  /** BYE, or CANCEL before we answered, or the stack gave the dialog up. */
  | { readonly type: 'hung-up'; readonly leg: LegId; readonly by: HangUpBy; readonly reason: string | null }
  /** Our 2xx could not be sent: the caller had cancelled already (RFC 3261 §9.2). */
  | { readonly type: 'answer-failed'; readonly leg: LegId }
  /** The ACK of our 2xx, with the answer when our 2xx carried the offer. */
  | { readonly type: 'acked'; readonly leg: LegId; readonly sdp: string | null }
  /** Our BYE was answered or given up. */
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
  /** INFO or MESSAGE inside the dialog, to be passed on. */
  | { readonly type: 'info'; readonly leg: LegId; readonly request: RequestRef }
  | {
      readonly type: 'referred';
      readonly leg: LegId;
      readonly request: RequestRef;
      readonly cseq: number;
      readonly referTo: ReferTo;
      readonly referredBy: string | null;
    }
  | {
      readonly type: 'notify-answered';
      readonly leg: LegId;
      readonly transferId: string;
      readonly status: number;
    }
  | {
      readonly type: 'transfer-requested';
      readonly trigger: Exclude<TransferTrigger, 'refer'>;
      readonly to: string;
      /** Null: the agent's leg, whichever it is. */
      readonly transferor: LegId | null;
    }
  | { readonly type: 'hang-up-requested' }
  | { readonly type: 'timer'; readonly timer: TimerId }
);

export type CallEventOf<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>;
