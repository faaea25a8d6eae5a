/**
 * SIP as the engine sees it: legs, not messages. `srf-signalling.ts` is the implementation on drachtio-srf;
 * everything odd about that library stays in there.
 */
import type { AgentAnswer, AgentRequest } from '../agents/agent-request.js';
import type { KeyByInfo, LegId, OfferMethod, RequestRef, TransferId } from '../call/call.js';
import type { Carried, CarriedBody } from '../call/carried.js';
import type { RefusalCode } from '../call/command.js';
import type { CallEvent, CallEventOf, ReferTo } from '../call/event.js';
import type { Credentials } from './digest/authorization.js';

/** Headers to set on a message, by their usual names. */
export type Headers = Readonly<Record<string, string>>;

/** An INVITE that would begin a call. It must be answered by `accept` and later commands, or by `refuse`. */
export interface IncomingInvite {
  readonly source: { readonly ip: string; readonly port: number; readonly transport: string };
  readonly requestUri: string;
  /** The request itself, for whoever judges who sent it. */
  readonly request: AgentRequest;
  readonly sipCallId: string;
  readonly callerNumber: string | null;
  readonly callerName: string | null;
  readonly offer: string | null;
  readonly allowsUpdate: boolean;
  /** How often it may be forwarded still, 0 to 255; 70 when it does not say. */
  readonly maxForwards: number;
  /** All that it carries; what may come from its trunk is for the engine to say (`admitted` of `carried.ts`). */
  readonly carried: Carried;
  /** It wants to take the place of another call (RFC 3891); `leg` null: of one that is not there. Null: it does not. */
  readonly replaces: { readonly leg: LegId | null; readonly earlyOnly: boolean } | null;
  /**
   * Make this the leg `leg`; from now on its events are reported under that name. The credentials are for
   * requests of ours that the caller's side challenges.
   */
  accept(leg: LegId, credentials: Credentials | null): void;
  refuse(status: number, reason: string | null, headers?: AgentAnswer['headers']): void;
}

/** Where a request goes that does not go where its URI leads. */
export interface NextHop {
  /** URI of the next hop where that is not what `uri` or `route` says; else null. */
  readonly nextHop: string | null;
  /** Route header (RFC 3261 §20.34); null without. */
  readonly route: string | null;
}

/** An INVITE to a target. */
export interface OutgoingInvite extends NextHop {
  readonly uri: string;
  readonly headers: Headers;
  readonly sdp: string | null;
  /** For challenges to it and to later requests of the leg; null when the trunk has no account. */
  readonly credentials: Credentials | null;
  /** The leg on whose behalf it is called; null: nobody is there yet. */
  readonly from: LegId | null;
  /** What goes beside the description; left out when the peer answers 415. */
  readonly bodies: readonly CarriedBody[];
}

/** Events of a leg; the engine adds the time. */
export type LegEvent = WithoutAt<
  | Extract<
      CallEvent,
      {
        type:
          | 'provisional'
          | 'answered'
          | 'failed'
          | 'sent'
          | 'hung-up'
          | 'answer-failed'
          | 'acked'
          | 'bye-answered'
          | 'offered'
          | 'offer-answered'
          | 'info'
          | 'referred'
          | 'keyed'
          | 'notify-answered'
          | 'probe-answered';
      }
    >
  // The engine adds the other call, which signalling knows nothing of.
  | Omit<CallEventOf<'attended'>, 'other'>
>;
type WithoutAt<T> = T extends unknown ? Omit<T, 'at'> : never;

export interface SignallingHandlers {
  onInvite(invite: IncomingInvite): void;
  onLegEvent(event: LegEvent): void;
  /** The INVITE of this caller is here again, after a restart. */
  onHeardAgain(leg: LegId): void;
  /** The link to the SIP server came up or went down. */
  onLink(up: boolean, detail: string): void;
  /** The final response to a REGISTER; null: nobody registers here. */
  onRegister(request: AgentRequest): AgentAnswer | null;
  /** True when requests outside of calls, such as OPTIONS, are answered for this source. */
  knowsSource(ip: string, port: number): boolean;
}

/** What must be known of a leg to go on with it after a restart; plain JSON. */
export interface KeptLeg {
  /** The server's name of the dialog. */
  readonly dialogId: string;
  readonly direction: 'in' | 'out';
  readonly localTag: string | null;
  readonly remoteTag: string | null;
  /** A 2xx was sent or received. */
  readonly answered: boolean;
  /** The peer's part of Session-ID (RFC 7989), 32 hexadecimal digits. */
  readonly uuid: string | null;
}

export interface Signalling {
  connect(handlers: SignallingHandlers): Promise<void>;
  /** `host:port` under which we are known to peers, for headers that name us. */
  readonly ownHost: string;
  invite(leg: LegId, request: OutgoingInvite): void;
  /** From now on messages to `leg` name `partner` as the other party (Session-ID, RFC 7989); null: nobody. */
  pair(leg: LegId, partner: LegId | null): void;
  /** `branch` tells early dialogs of different targets apart. */
  provisional(leg: LegId, status: number, sdp: string | null, branch: string): void;
  answer(leg: LegId, sdp: string | null, branch: string): void;
  reject(leg: LegId, status: number, headers: Headers): void;
  cancel(leg: LegId, headers: Headers): void;
  bye(leg: LegId, headers: Headers): void;
  /** ACK the 2xx that came last on this leg. */
  ack(leg: LegId, sdp: string | null): void;
  offer(leg: LegId, method: OfferMethod, sdp: string | null): void;
  /** `code` and `reason` of a refusal go into a Warning header. */
  respond(
    leg: LegId,
    request: RequestRef,
    status: number,
    reason: string | null,
    sdp: string | null,
    code?: RefusalCode | null,
  ): void;
  /** Pass a request with its body to another leg, and the answer back. */
  forward(leg: LegId, request: RequestRef, to: LegId): void;
  /** Send keys by INFO, one after the other: the next when the one before was answered or timed out. */
  sendKeys(leg: LegId, presses: readonly KeyByInfo[]): void;
  notify(leg: LegId, transferId: TransferId, body: string, headers: Headers): void;
  /** Ask the peer of a leg by OPTIONS inside the dialog whether it still knows it; `probe-answered` tells. */
  probe(leg: LegId): void;
  /** What is needed to {@link resume} this leg; null when there is nothing to go on with yet. */
  kept(leg: LegId): KeptLeg | null;
  /**
   * Go on with a leg of before a restart; before `connect`. A caller who was not answered yet is told to `onHeardAgain`
   * when the server has its INVITE again, and can be answered then.
   */
  resume(leg: LegId, kept: KeptLeg, credentials: Credentials | null): void;
  /** Send OPTIONS outside of a dialog; resolves to the final status, 408 and 503 when nobody is there. */
  options(uri: string, hop?: NextHop): Promise<number>;
  /** The leg is over: forget it. */
  forget(leg: LegId): void;
  close(): void;
}

export type { Credentials, ReferTo };
