import { randomUUID } from 'node:crypto';
import type { Clock, TimerHandle } from '../clock.js';
import type { Counters } from '../counters.js';
import type { BoundedMap } from '../guard/bounded-map.js';
import type { SipLimits } from '../limits.js';
import type { SipLog } from '../log.js';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.js';
import type { SipUri } from '../message/uri.js';
import type { Target } from '../resolve/locate.js';
import type { ClientTransaction } from '../transaction/client-transaction.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { SipTimers } from '../transaction/timers.js';
import type { TransactionLayer } from '../transaction/transaction-layer.js';
import type { Destination, Flow, Listener } from '../transport/flow.js';
import type { Meta, Owner, OwnerRegistry } from './application.js';
import type { Dialog, DialogTable } from './dialog.js';
import type { Attempt } from './failover.js';

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

/** A request of the peer that the application has yet to answer. */
export interface InboundRequest {
  readonly txnId: string;
  readonly request: SipRequest;
  readonly transaction: ServerTransaction;
  readonly dialog: Dialog | null;
  readonly owner: Owner;
  /** To tag of our responses unless the application chooses one. */
  tag: string;
  /** Answers in place of a silent application. */
  guard: TimerHandle | null;
}

/** A request of the application that is under way. */
export interface OutboundRequest {
  readonly txnId: string;
  /** As it is on its way now: a further attempt has another Via. Without body and most headers once it is over. */
  request: SipRequest;
  flow: Flow;
  /** The attempt that is under way, and those that may follow. */
  attempts: readonly Attempt[];
  readonly dialog: Dialog | null;
  /** Null for a request of our own, whose response nobody waits for. */
  readonly owner: Owner | null;
  transaction: ClientTransaction | null;
  /** A provisional response came, so a CANCEL may go (RFC 3261 §9.1). */
  provisional: boolean;
  /** The CANCEL: waiting for a provisional, or sent. */
  cancel: { readonly request: SipRequest; sent: boolean } | null;
  /** Gives up an INVITE that rings too long or whose CANCEL has no effect. */
  guard: TimerHandle | null;
  /** Hears the final response of a request of our own. */
  readonly onFinal: ((response: SipResponse) => void) | null;
  done: boolean;
}

/** A 2xx of ours, sent again until its ACK comes (RFC 3261 §13.3.1.4). */
export interface Confirmation {
  readonly transaction: ServerTransaction;
  readonly response: SipResponse;
  readonly bytes: Buffer;
  interval: number;
  timer: TimerHandle | null;
  deadline: TimerHandle | null;
}

/** A reliable provisional response of ours, sent again until its PRACK comes (RFC 3262 §3). */
export interface ReliableProvisional {
  readonly response: SipResponse;
  /** The RAck that acknowledges it: `rseq cseq INVITE`. */
  readonly rack: string;
  interval: number;
  timer: TimerHandle | null;
  deadline: TimerHandle | null;
}

/** An ACK that may have to go again. */
export interface SentAck {
  /** Its bytes, packed. */
  readonly text: string;
  readonly flow: Flow;
}

/** A 2xx of the peer: the ACK that went out for it, or `null` while the application owes it. */
export interface Acknowledgement {
  readonly outbound: OutboundRequest;
  ack: SentAck | null;
  /** The application cancelled before the 2xx came: BYE follows the ACK. */
  hangUp: boolean;
  /** Sends the ACK and ends the dialog when the application does not; later forgets this entry. */
  deadline: TimerHandle | null;
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

/** Stops a timer that may not be armed. */
export function disarm(core: Core, handle: TimerHandle | null): null {
  if (handle !== null) core.clock.clearTimeout(handle);
  return null;
}
