import { randomUUID } from 'node:crypto';
import type { Clock, TimerHandle } from '../clock.js';
import type { Counters } from '../counters.js';
import type { BoundedMap } from '../guard/bounded-map.js';
import type { SipLimits } from '../limits.js';
import type { SipLog } from '../log.js';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.js';
import type { SipUri } from '../message/uri.js';
import type { Target } from '../resolve/locate.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { SipTimers } from '../transaction/timers.js';
import type { TransactionLayer } from '../transaction/transaction-layer.js';
import type { Destination, Flow, Listener } from '../transport/flow.js';
import type { Meta, OwnerRegistry } from './application.js';
import type { Acknowledgement, Dialog, InboundRequest, OutboundRequest } from './dialog.js';
import type { DialogTable } from './dialog-table.js';
import type { Keeper } from './keeper.js';
import type { UnansweredInvite } from './unanswered-invite.js';

/** What the dialog layer needs of the transports. */
export interface DialogTransport {
  readonly listeners: readonly Listener[];
  /** The listener to send from; `null` when none has that transport and address family. */
  select(destination: Destination, preferred: Listener | null): Listener | null;
  flow(destination: Destination, listener: Listener): Flow;
  /** The flow of a client that can only be reached on it; `null` for all others. */
  flowOf(uri: SipUri): Flow | null;
  /** Finds where a request goes (RFC 3263), best first; nothing when there is no such host. */
  resolve(target: Target, then: (found: readonly Destination[]) => void): void;
  /** Sends without a transaction (ACK for a 2xx). */
  send(flow: Flow, message: SipMessage, bytes: Buffer, again: boolean): void;
}

/** What becomes of the responses to our requests; the stack joins it to the sending side, which knows only this. */
export interface Answers {
  provisional(core: Core, outbound: OutboundRequest, response: SipResponse): void;
  /** Also for responses of our own making; `bytes` is the size on the wire, 0 for those. */
  final(core: Core, outbound: OutboundRequest, response: SipResponse, bytes: number): void;
}

/** What the files of the dialog layer share. */
export interface Core {
  readonly clock: Clock;
  readonly timers: SipTimers;
  readonly limits: SipLimits;
  readonly log: SipLog;
  readonly counters: Counters;
  readonly transport: DialogTransport;
  readonly transactions: TransactionLayer;
  readonly dialogs: DialogTable;
  readonly owners: OwnerRegistry;
  readonly answers: Answers;
  readonly keeper: Keeper;
  /** Keys the Record-Route entries of calls that we proxy. */
  readonly routeSecret: Buffer;
  /** Requests that pass through us; a CANCEL asks for them. */
  readonly proxies: WeakMap<ServerTransaction, { cancel(): void }>;
  /** Those of them that have destinations open, to be stopped with the server. */
  readonly proxying: Set<{ stop(): void }>;
  /** Option tags that a `Require` may name (RFC 3261 §8.2.2.3). */
  readonly supported: ReadonlySet<string>;
  /** Until when an address counts as one that refuses TCP. */
  readonly streamRefusals: BoundedMap<number>;
  /** Open requests by txnId. */
  readonly inbound: Map<string, InboundRequest>;
  readonly outbound: Map<string, OutboundRequest>;
  /** The request of the peer that a server transaction carries; a CANCEL asks for it. */
  readonly byTransaction: WeakMap<ServerTransaction, InboundRequest>;
  /** The dialog whose 2xx a server transaction sent and has no ACK for. */
  readonly unconfirmed: WeakMap<ServerTransaction, Dialog>;
  /** 2xx whose ACK the application owes, by the txnId of the INVITE. */
  readonly owed: Map<string, Acknowledgement>;
  /** INVITEs that nobody answered, by branch; a late answer is still heard. */
  readonly unanswered: Map<string, UnansweredInvite>;
  /** New requests under way by Call-ID, From tag and CSeq, to find merged ones (RFC 3261 §8.2.2.2). */
  readonly merging: Map<string, ServerTransaction>;
}

/** A fresh transaction id for the application. */
export const newTxnId = (): string => randomUUID();

/** Runs `fn` in a later turn of the event loop. */
export const later = (fn: () => void): void => {
  setImmediate(fn);
};

/** Meta of a message that came in or of a response that went out: the peer's address. */
export function peerMeta(core: Core, flow: Flow, source: Meta['source'], bytes: number): Meta {
  return {
    source,
    bytes,
    transport: flow.listener.transport,
    host: flow.remoteHost,
    port: flow.remotePort,
    time: core.clock.now(),
  };
}

/** Meta of a request that we sent: our own address. */
export function ownMeta(core: Core, listener: Listener, bytes: number): Meta {
  return {
    source: 'application',
    bytes,
    transport: listener.transport,
    host: listener.publicHost,
    port: listener.publicPort,
    time: core.clock.now(),
  };
}

/** Size of a request as it came, bytes. */
export function sizeOf(request: SipRequest): number {
  return request.raw?.length ?? request.body.length;
}

/** Stops a timer that may not be armed. */
export function disarm(core: Core, handle: TimerHandle | null): null {
  if (handle !== null) core.clock.clearTimeout(handle);
  return null;
}
