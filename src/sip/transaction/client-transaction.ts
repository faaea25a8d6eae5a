import type { Clock } from '../clock.js';
import { encodeMessage } from '../message/build.js';
import { Headers } from '../message/headers.js';
import { ownText, packBytes, requestLabel, unpackBytes } from '../message/keep.js';
import { NO_BODY, type SipMessage, SipRequest, type SipResponse } from '../message/message.js';
import type { Flow } from '../transport/flow.js';
import { ArmedTimers } from './armed-timers.js';
import { INVITE_CLIENT_START, type InviteClientState, stepInviteClient } from './invite-client.js';
import type { ClientEffect, ClientInput, ClientTimer } from './machine.js';
import {
  NON_INVITE_CLIENT_START,
  type NonInviteClientState,
  stepNonInviteClient,
} from './non-invite-client.js';
import type { SipTimers } from './timers.js';

/** What the sender of a request is told. Exactly one of `final`, `timeout` and `failure` ends a non-INVITE. */
export interface ClientUser {
  /** Provisional and final responses; for an INVITE also each further 2xx. */
  onResponse(response: SipResponse): void;
  onTimeout(): void;
  onFailure(): void;
}

/** What a transaction needs from the layer around it. */
export interface TransactionHost {
  readonly clock: Clock;
  readonly timers: SipTimers;
  /** Sends on a flow and traces; `again` counts it as a retransmission. */
  transmit(flow: Flow, message: SipMessage, bytes: Buffer, again: boolean): void;
  forgetClient(transaction: ClientTransaction): void;
}

/** The ACK for a non-2xx final response: same Via, Route and Request-URI as the INVITE (RFC 3261 §17.1.1.3). */
export function failureAck(invite: SipRequest, response: SipResponse): SipRequest {
  const headers = new Headers();
  headers.add('Via', invite.headers.get('Via') ?? '');
  for (const route of invite.headers.all('Route')) headers.add('Route', route);
  headers.add('From', invite.headers.get('From') ?? '');
  headers.add('To', response.headers.get('To') ?? '');
  headers.add('Call-ID', invite.callId);
  headers.add('CSeq', `${invite.cseq.number} ACK`);
  headers.add('Max-Forwards', '70');
  return new SipRequest('ACK', invite.uri, headers, NO_BODY);
}

const ignore = (): void => undefined;
/** Who listens to a transaction that has had its final response. */
const NOBODY: ClientUser = { onResponse: ignore, onTimeout: ignore, onFailure: ignore };

/** A request on its way: runs the INVITE or non-INVITE client machine. */
export class ClientTransaction {
  readonly key: string;
  private state: InviteClientState | NonInviteClientState;
  /** Size of the request on the wire. */
  readonly size: number;
  readonly method: string;
  /** The request until its final response. */
  private pending: { readonly request: SipRequest; readonly bytes: Buffer } | null;
  private readonly armed: ArmedTimers<ClientTimer>;
  /** The ACK of a failure, packed. */
  private ack: string | null = null;
  private sent = false;

  constructor(
    private readonly host: TransactionHost,
    request: SipRequest,
    readonly flow: Flow,
    private user: ClientUser,
  ) {
    this.key = ownText(clientKey(request.via?.branch ?? '', request.method));
    this.armed = new ArmedTimers(host.clock);
    const bytes = encodeMessage(request);
    this.pending = { request, bytes };
    this.size = bytes.length;
    this.method = request.method;
    this.state =
      request.method === 'INVITE' ? INVITE_CLIENT_START(host.timers) : NON_INVITE_CLIENT_START(host.timers);
  }

  get stateName(): string {
    return this.state.name;
  }

  start(): void {
    this.step({ type: 'start' }, null);
  }

  receive(response: SipResponse): void {
    this.step({ type: 'response', status: response.status }, response);
  }

  transportError(): void {
    this.step({ type: 'transportError' }, null);
  }

  /** Forgets everything without telling the user; for the end of the server. */
  abandon(): void {
    this.armed.clear();
    this.host.forgetClient(this);
  }

  private step(input: ClientInput, response: SipResponse | null): void {
    const { state } = this;
    const { timers } = this.host;
    const next =
      this.method === 'INVITE'
        ? stepInviteClient(state as InviteClientState, input, timers, this.flow.reliable)
        : stepNonInviteClient(state as NonInviteClientState, input, timers, this.flow.reliable);
    this.state = next.state;
    // Forget first: an effect may make the user start another transaction or end the server.
    if (next.state.name === 'terminated' && state.name !== 'terminated') this.abandon();
    for (const effect of next.effects) this.perform(effect, response);
    this.slim();
  }

  private perform(effect: ClientEffect, response: SipResponse | null): void {
    switch (effect.type) {
      case 'transmit':
        if (this.pending === null) return;
        this.host.transmit(this.flow, this.pending.request, this.pending.bytes, this.sent);
        this.sent = true;
        return;
      case 'deliver':
        if (response !== null) this.user.onResponse(response);
        return;
      case 'acknowledge':
        if (response !== null) this.acknowledge(response);
        return;
      case 'arm':
        this.armed.set(effect.timer, effect.after, this);
        return;
      case 'disarm':
        this.armed.delete(effect.timer);
        return;
      case 'timedOut':
        this.user.onTimeout();
        return;
      case 'failed':
        this.user.onFailure();
        return;
    }
  }

  /** A timer of `armed` fell due. */
  fire(timer: ClientTimer): void {
    this.step({ type: 'timer', timer }, null);
  }

  /** After the final response neither the request nor, unless 2xx may come again, its sender is needed. */
  private slim(): void {
    const { name } = this.state;
    if (name !== 'completed' && name !== 'accepted' && name !== 'terminated') return;
    this.pending = null;
    if (name !== 'accepted') this.user = NOBODY;
  }

  private acknowledge(response: SipResponse): void {
    if (this.ack === null) {
      if (this.pending === null) return;
      const message = failureAck(this.pending.request, response);
      const bytes = encodeMessage(message);
      this.ack = packBytes(bytes);
      this.host.transmit(this.flow, message, bytes, false);
      return;
    }
    this.host.transmit(this.flow, requestLabel('ACK'), unpackBytes(this.ack), true);
  }
}

/** Responses find their transaction by the branch of the top Via and the CSeq method (RFC 3261 §17.1.3). */
export function clientKey(branch: string, method: string): string {
  return `${branch} ${method}`;
}
