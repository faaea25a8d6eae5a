import type { Headers } from '../message/headers.js';
import type { SipMessage, SipRequest } from '../message/message.js';
import type { ProxyOrder } from '../proxy/order.js';
import type { Flow, Transport } from '../transport/flow.js';

/** The line between the SIP stack and whoever drives it (the control protocol, or a test). */

/** Where a message came from or went to. */
export interface Meta {
  readonly source: 'network' | 'application';
  /** Size of the message on the wire. */
  readonly bytes: number;
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** What the stack tells the application. */
export type Upcall =
  | {
      readonly type: 'request';
      readonly message: SipRequest;
      readonly meta: Meta;
      readonly txnId: string;
      /** Empty outside a dialog. */
      readonly dialogId: string;
      /** The local address it came in on; only for requests outside a dialog. */
      readonly receivedOn: { readonly host: string; readonly port: number } | null;
    }
  | {
      readonly type: 'response';
      readonly message: SipMessage;
      readonly meta: Meta;
      readonly txnId: string;
      readonly dialogId: string;
    }
  /** A call detail event: `detail` is a role for `cdr:start`, a reason for `cdr:stop`. */
  | {
      readonly type: 'cdr';
      readonly event: string;
      readonly message: SipMessage;
      readonly source: Meta['source'];
      /** Milliseconds since the epoch. */
      readonly time: number;
      readonly detail: string;
    }
  /** A BYE that the stack sent by itself; the dialog is over. */
  | {
      readonly type: 'unsolicited';
      readonly message: SipRequest;
      readonly meta: Meta;
      readonly dialogId: string;
    };

/** A connected application: requests are routed to it, and it owns the dialogs that it took part in making. */
export interface Owner {
  /** False once it went away; nothing is begun for it then. */
  readonly connected: boolean;
  deliver(upcall: Upcall): void;
}

/** Who gets a new request, or what becomes of it without an application. */
export type RouteDecision =
  | { readonly type: 'owner'; readonly owner: Owner }
  | { readonly type: 'reject'; readonly status: number; readonly reason: string }
  | { readonly type: 'redirect'; readonly contacts: readonly string[] }
  | { readonly type: 'proxy'; readonly order: ProxyOrder };

/** Chooses who gets a new request. */
export interface OwnerRegistry {
  /**
   * Finds the application for a new request by a rule of the operator: true when there is one, and then `then` is
   * called once in a later turn. False: `choose` decides.
   */
  summon(request: SipRequest, flow: Flow, then: (decision: RouteDecision) => void): boolean;
  /** The next owner that registered for this method, or for a call detail event such as `cdr:start`; `null` when there is none. */
  choose(method: string): Owner | null;
}

/** A request as the application wrote it: canonical header names, nothing filled in yet. */
export interface AppRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** A response as the application wrote it. */
export interface AppResponse {
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** How an operation of the application went. `reason` is protocol text: clients compare it. */
export type Outcome =
  | {
      readonly ok: true;
      /** The message as it is on the wire. */
      readonly message: SipMessage;
      readonly meta: Meta;
      readonly txnId: string;
      readonly dialogId: string;
    }
  | { readonly ok: false; readonly reason: string };

/** Told once how sending went. */
export type Reply = (outcome: Outcome) => void;
