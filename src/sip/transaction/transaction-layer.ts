import type { Clock } from '../clock.js';
import { encodeMessage } from '../message/build.js';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.js';
import { splitList } from '../message/params.js';
import { stampVia } from '../message/via.js';
import type { Flow, Listener } from '../transport/flow.js';
import { ClientTransaction, type ClientUser, clientKey, type TransactionHost } from './client-transaction.js';
import { type ServerHost, ServerTransaction, serverKey } from './server-transaction.js';
import type { SipTimers } from './timers.js';

/** What the layer above gets. */
export interface TransactionEvents {
  /** A new request other than ACK; must be answered. */
  onRequest(request: SipRequest, transaction: ServerTransaction): void;
  /** An ACK for a 2xx: it belongs to a dialog, not to a transaction. */
  onAck(ack: SipRequest, flow: Flow): void;
  /** A 2xx to an INVITE whose transaction is gone (RFC 6026 §8.4 keeps it for 64*T1). */
  onStray(response: SipResponse, flow: Flow): void;
  /** A message came again that its transaction had already; nothing is to be done. */
  onRepeated(message: SipMessage, flow: Flow): void;
}

/** What the layer below does. */
export interface TransactionTransport {
  /** Sends, traces and counts. */
  send(flow: Flow, message: SipMessage, bytes: Buffer, again: boolean): void;
  /** A flow to where a response goes when the connection it came on is gone (RFC 3261 §18.2.2). */
  reopen(listener: Listener, host: string, port: number): Flow | null;
}

/** Matches messages to transactions and runs them. */
export class TransactionLayer implements TransactionHost, ServerHost {
  private readonly clients = new Map<string, ClientTransaction>();
  private readonly servers = new Map<string, ServerTransaction>();
  /** Unanswered requests by flow, so that a broken flow ends them at once. */
  private readonly waiting = new Map<string, Set<ClientTransaction>>();

  constructor(
    readonly clock: Clock,
    readonly timers: SipTimers,
    private readonly transport: TransactionTransport,
    private readonly events: TransactionEvents,
  ) {}

  get clientCount(): number {
    return this.clients.size;
  }

  get serverCount(): number {
    return this.servers.size;
  }

  /** Sends a request statefully; `user` hears of every outcome. */
  request(request: SipRequest, flow: Flow, user: ClientUser): ClientTransaction {
    const transaction = new ClientTransaction(this, request, flow, user);
    this.clients.set(transaction.key, transaction);
    let group = this.waiting.get(flow.key);
    if (group === undefined) {
      group = new Set();
      this.waiting.set(flow.key, group);
    }
    group.add(transaction);
    transaction.start();
    return transaction;
  }

  /** The server transaction that a CANCEL wants to end (RFC 3261 §9.2). */
  cancelled(cancel: SipRequest): ServerTransaction | undefined {
    return this.servers.get(`${serverKey(cancel).slice(0, -'CANCEL'.length)}INVITE`);
  }

  receive(message: SipMessage, flow: Flow): void {
    if (message.kind === 'response') this.receiveResponse(message, flow);
    else this.receiveRequest(message, flow);
  }

  /** Fails every unanswered request on a broken flow. */
  flowFailed(key: string): void {
    const group = this.waiting.get(key);
    if (group === undefined) return;
    for (const transaction of [...group]) transaction.transportError();
  }

  transmit(flow: Flow, message: SipMessage, bytes: Buffer, again: boolean): void {
    this.transport.send(flow, message, bytes, again);
  }

  respond(transaction: ServerTransaction, response: SipResponse, bytes: Buffer, again: boolean): void {
    const back = this.wayBack(transaction);
    if (back !== null) this.transport.send(back, response, bytes, again);
  }

  /** Where a response goes: RFC 3261 §18.2.2, for UDP with the symmetric answer of RFC 3581 §4. */
  private wayBack({ flow, viaPort, rport }: ServerTransaction): Flow | null {
    const asItCame = flow.reliable ? flow.open : rport || viaPort === flow.remotePort;
    return asItCame ? flow : this.transport.reopen(flow.listener, flow.remoteHost, viaPort);
  }

  forgetClient(transaction: ClientTransaction): void {
    this.clients.delete(transaction.key);
    const group = this.waiting.get(transaction.flow.key);
    if (group?.delete(transaction) && group.size === 0) this.waiting.delete(transaction.flow.key);
  }

  forgetServer(transaction: ServerTransaction): void {
    if (this.servers.get(transaction.key) === transaction) this.servers.delete(transaction.key);
  }

  /** Drops everything without a word to anybody. */
  clear(): void {
    for (const transaction of [...this.clients.values()]) transaction.abandon();
    for (const transaction of [...this.servers.values()]) transaction.abandon();
  }

  private receiveResponse(response: SipResponse, flow: Flow): void {
    const transaction = this.clients.get(clientKey(response.via?.branch ?? '', response.cseq.method));
    if (transaction === undefined) {
      this.events.onStray(response, flow);
      return;
    }
    if (transaction.stateName === 'completed') this.events.onRepeated(response, flow);
    transaction.receive(response);
  }

  private receiveRequest(request: SipRequest, flow: Flow): void {
    const key = serverKey(request);
    const known = this.servers.get(key);
    if (request.method === 'ACK') {
      if (known === undefined || known.stateName === 'accepted') this.events.onAck(request, flow);
      else known.ack();
      return;
    }
    if (known !== undefined) {
      this.events.onRepeated(request, flow);
      known.retransmission();
      return;
    }
    const transaction = new ServerTransaction(this, key, request, flow);
    this.servers.set(transaction.key, transaction);
    this.events.onRequest(request, transaction);
  }
}

/** The Via values of a response: those of the request, the top one stamped with where the request came from. */
export function responseVias(request: SipRequest, flow: Flow): string[] {
  const vias = request.headers.all('Via');
  const entries = splitList(vias[0] ?? '');
  const top = request.via;
  if (top !== null && entries[0] !== undefined) {
    entries[0] = stampVia(entries[0], top, flow.remoteHost, flow.remotePort);
  }
  return [...entries, ...vias.slice(1)];
}

/** Encodes and hands a response to its transaction; false when it no longer takes one. */
export function sendResponse(transaction: ServerTransaction, response: SipResponse): boolean {
  return transaction.respond(response, encodeMessage(response));
}
