/** What the core asks the engine to do, in this order. */
import type { MemberId } from '../dialplan/plan.js';
import type { LedgerRecord } from '../ledger/records.js';
import type { CallId, KeyPress, LeaveCause, LegId, OfferMethod, RequestRef, TransferId } from './call.js';
import type { Candidate } from './candidate.js';
import type { Carried } from './carried.js';

/** Timers of a call. A timer started again replaces itself. */
export type TimerId =
  /** The target rings too long. */
  | `ring:${LegId}`
  /** The target does not even ring. */
  | `silent:${LegId}`
  /** Wait before an offer is made again after glare. */
  | `glare:${LegId}`
  /** A leg that we asked to end does not end. */
  | `guard:${LegId}`
  /** The final NOTIFY is not answered. */
  | `notify:${TransferId}`
  /** No further key of a code comes. */
  | 'keys'
  /** The caller hunts too long. */
  | 'hunt'
  /** The announcement at the end has been heard, or lasts too long. */
  | 'announcement'
  /** A party waits in a queue too long. */
  | 'queue'
  /** The call lasts too long. */
  | 'limit';

/** What the called party is told of how the call came to it. */
export interface CallContext {
  readonly callId: CallId;
  readonly callerNumber: string | null;
  readonly callerName: string | null;
  /** Number the caller dialled first. */
  readonly firstDialled: string;
  /** Number of the member that is now called. */
  readonly calledNumber: string;
  /** Number of the member that transfers or did not answer; null on the first attempt. */
  readonly divertedFrom: string | null;
  readonly diversion: 'deflection' | 'user-busy' | 'no-answer' | 'unavailable' | null;
  readonly transferId: TransferId | null;
  readonly referredBy: string | null;
  readonly emergency: boolean;
  /** The party is a caller who is called back, and not a desk. */
  readonly callBack: boolean;
  /** Numbers of the members that had the caller before, in order; the first is the one first called. */
  readonly visited: readonly string[];
  /** Code of the matter, and what the transferring agent wrote. */
  readonly matter: string | null;
  readonly note: string | null;
  readonly carried: Carried;
  /** How often the INVITE may be forwarded; 0 to 254. */
  readonly maxForwards: number;
}

export type Command =
  | {
      readonly type: 'invite';
      readonly leg: LegId;
      readonly to: Candidate;
      /** Whose description is offered, null: nobody's; `sdp` null: the target is asked for an offer. */
      readonly offer: { readonly from: LegId | null; readonly sdp: string | null };
      readonly context: CallContext;
    }
  | {
      readonly type: 'provisional';
      readonly leg: LegId;
      readonly status: number;
      readonly sdp: string | null;
      /**
       * The leg whose progress this is: early media of different targets are different early dialogs. The leg
       * itself while it waits in a queue.
       */
      readonly from: LegId;
    }
  | { readonly type: 'answer'; readonly leg: LegId; readonly sdp: string | null; readonly from: LegId }
  | { readonly type: 'reject'; readonly leg: LegId; readonly status: number; readonly cause: LeaveCause }
  | { readonly type: 'cancel'; readonly leg: LegId; readonly cause: LeaveCause }
  | { readonly type: 'bye'; readonly leg: LegId; readonly cause: LeaveCause }
  /** ACK of a 2xx to our INVITE or re-INVITE. `sdp` only where the 2xx carried an offer. */
  | { readonly type: 'ack'; readonly leg: LegId; readonly sdp: string | null; readonly from: LegId | null }
  | {
      readonly type: 'offer';
      readonly leg: LegId;
      readonly method: OfferMethod;
      readonly sdp: string | null;
      /** Null: of nobody, the leg is put on hold. */
      readonly from: LegId | null;
    }
  /** Answer a request of the peer inside the dialog. `sdp` is that of leg `from`. */
  | {
      readonly type: 'respond';
      readonly leg: LegId;
      readonly request: RequestRef;
      readonly status: number;
      readonly reason: string | null;
      /** Machine-readable reason of a refusal. */
      readonly code: RefusalCode | null;
      readonly sdp: string | null;
      readonly from: LegId | null;
    }
  /** Pass an INFO or MESSAGE to the other party and its answer back. */
  | { readonly type: 'forward'; readonly leg: LegId; readonly request: RequestRef; readonly to: LegId }
  /** Anchored media: the peer of a leg described its media. */
  | { readonly type: 'heard'; readonly leg: LegId; readonly sdp: string; readonly as: 'offer' | 'answer' }
  /** Anchored media: two legs hear each other, and nobody else. The keys of those in `keysKept` reach us alone. */
  | { readonly type: 'join'; readonly a: LegId; readonly b: LegId; readonly keysKept: readonly LegId[] }
  /** Anchored media: these legs hear each other, through a mixer, and nobody else. `keysKept` as in `join`. */
  | { readonly type: 'confer'; readonly legs: readonly LegId[]; readonly keysKept: readonly LegId[] }
  /** Anchored media: a leg hears a prompt, then music. */
  | { readonly type: 'park'; readonly leg: LegId; readonly play: PromptName }
  /** Anchored media: a leg hears a prompt once, to its end; the event `announcement-begun` must follow. */
  | { readonly type: 'announce'; readonly leg: LegId; readonly play: string }
  /**
   * Keys that `from` pressed, that were held back and turned out to be no code, go to `leg`, for whom they were
   * meant, in this order.
   */
  | {
      readonly type: 'send-keys';
      readonly leg: LegId;
      readonly from: LegId;
      readonly presses: readonly KeyPress[];
    }
  /**
   * The party waits in a queue: tell us whom to call, by `candidate-ready` with this ticket. Said again with a new
   * ticket when all who were called have failed; the place in the queue stays, as long as `entry` is the same.
   */
  | {
      readonly type: 'queue-wait';
      readonly queue: MemberId;
      readonly entry: number;
      readonly ticket: number;
      /** The party has waited in this place before. */
      readonly again: boolean;
      /** Member that transfers the party; null for one who called. */
      readonly from: MemberId | null;
      /** It called an emergency member, or is sent to one: it comes before all others. */
      readonly emergency: boolean;
      /** When the queue gives up, nobody else is there for the party. */
      readonly lastHope: boolean;
      /** A skill or language of whoever is called, where there is a choice. */
      readonly skill: string | null;
      /** How long each of them rings. */
      readonly ringSeconds: number;
    }
  /** The party is not in the queue any more: answered, gone, taken back, or tried elsewhere. */
  | { readonly type: 'queue-leave'; readonly queue: MemberId; readonly entry: number }
  /** The legs of this other call have become ours; it is over, and its own record among the records of this step. */
  | { readonly type: 'absorb'; readonly call: CallId }
  | {
      readonly type: 'notify';
      readonly leg: LegId;
      readonly transferId: TransferId;
      readonly eventId: string | null;
      readonly status: number;
      /** Machine-readable reason of a failure. */
      readonly cause: string | null;
      readonly final: boolean;
    }
  /** Ask whether the peer of a leg still knows the dialog, without touching its session (RFC 3261 §11). */
  | { readonly type: 'probe'; readonly leg: LegId }
  /** After `ms`; with `spread`, after a random time from `ms` to `ms + spread`. */
  | { readonly type: 'start-timer'; readonly timer: TimerId; readonly ms: number; readonly spread?: number }
  | { readonly type: 'stop-timer'; readonly timer: TimerId }
  | { readonly type: 'write'; readonly record: LedgerRecord }
  /** `call` is ours, or one that has just become part of it. */
  | { readonly type: 'publish'; readonly call: CallId; readonly event: CallNews }
  /** The outcome of a `transfer-requested`, `control-requested`, `hang-up-requested` or `put-down-requested` event, for whoever asked. */
  | { readonly type: 'reply'; readonly result: RequestResult }
  /** Something that the state does not expect; logged and counted, never hidden. */
  | { readonly type: 'unexpected'; readonly event: string; readonly leg: LegId | null; readonly why: string }
  /** The call is over and all its records are written. */
  | { readonly type: 'forget' };

/** What a party on hold is played; files of these names are in the folder of prompts, as are those that the plan names. */
export type PromptName =
  | 'music'
  | 'transferring'
  | 'back-to-agent'
  /** What a telephone plays while the one that it calls rings. */
  | 'ringing'
  /** The place in the queue, 1 being next. */
  | `queue-position-${number}`;

export type RefusalCode =
  | 'unknown-leg'
  | 'not-a-member'
  | 'not-allowed'
  | 'transfer-pending'
  | 'not-talking'
  | 'hop-limit'
  | 'loop'
  /** The plan does not let this member transfer there. */
  | 'not-permitted'
  | 'closed'
  | 'full'
  /** Needs a media server that mixes. */
  | 'mode-unavailable'
  /** Replaces names no dialog that this party may join (RFC 3891). */
  | 'unknown-dialog'
  /** There is no transfer that could be completed, cancelled or toggled. */
  | 'no-transfer'
  /** A REFER without one plain Refer-To that we can follow (RFC 3515 §2.4.2). */
  | 'bad-refer';

export type RequestResult =
  | { readonly ok: true; readonly transferId: TransferId | null }
  | { readonly ok: false; readonly code: RefusalCode; readonly message: string };

export interface CallNews {
  readonly type:
    | 'call-started'
    | 'leg-started'
    | 'leg-ringing'
    | 'leg-answered'
    | 'leg-ended'
    | 'transfer-requested'
    | 'transfer-ringing'
    | 'transfer-answered'
    | 'transfer-toggled'
    | 'conference-started'
    | 'conference-lost'
    | 'alert-raised'
    | 'transfer-completed'
    | 'transfer-failed'
    | 'transfer-refused'
    | 'call-recovered'
    | 'call-ended';
  readonly legId: LegId | null;
  readonly transferId: TransferId | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

export type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;
