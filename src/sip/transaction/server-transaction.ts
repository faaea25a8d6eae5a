import type { Clock } from '../clock.js';
import { ownText, packBytes, requestLabel, responseLabel, unpackBytes } from '../message/keep.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import type { Flow } from '../transport/flow.js';
import { ArmedTimers } from './armed-timers.js';
import { INVITE_SERVER_START, type InviteServerState, stepInviteServer } from './invite-server.js';
import type { ServerEffect, ServerInput, ServerTimer } from './machine.js';
import {
  NON_INVITE_SERVER_START,
  type NonInviteServerState,
  stepNonInviteServer,
} from './non-invite-server.js';
import type { SipTimers } from './timers.js';

/** What a server transaction needs from the layer around it. */
export interface ServerHost {
  readonly clock: Clock;
  readonly timers: SipTimers;
  /** Sends a response on the way back (RFC 3261 §18.2.2); `again` counts it as a retransmission. */
  respond(transaction: ServerTransaction, response: SipResponse, bytes: Buffer, again: boolean): void;
  forgetServer(transaction: ServerTransaction): void;
}

/** A request that came in: runs the INVITE or non-INVITE server machine. */
export class ServerTransaction {
  readonly key: string;
  private state: InviteServerState | NonInviteServerState;
  private last: { response: SipResponse; bytes: Buffer; sent: boolean } | null = null;
  /** The final response, once it has been sent. */
  private final: { readonly label: SipResponse; readonly text: string } | null = null;
  /** Where responses go when not back to the source: the port of the top Via, and whether it asked for `rport`. */
  readonly viaPort: number;
  readonly rport: boolean;
  private readonly invite: boolean;
  private readonly armed: ArmedTimers<ServerTimer>;
  /** Called once, when the transaction is over. */
  onEnd: (() => void) | null = null;

  constructor(
    private readonly host: ServerHost,
    key: string,
    /** Only a label once a final response was given. */
    public request: SipRequest,
    readonly flow: Flow,
  ) {
    this.key = ownText(key);
    this.armed = new ArmedTimers(host.clock);
    this.invite = request.method === 'INVITE';
    this.viaPort = request.via?.port ?? 5060;
    this.rport = request.via?.rport === true;
    this.state = request.method === 'INVITE' ? INVITE_SERVER_START : NON_INVITE_SERVER_START;
  }

  get stateName(): string {
    return this.state.name;
  }

  /** Whether a final response was given. */
  get answered(): boolean {
    return this.state.name !== 'proceeding' && this.state.name !== 'trying';
  }

  /** Sends a response; false when this transaction no longer takes one. */
  respond(response: SipResponse, bytes: Buffer): boolean {
    const repeat = this.last?.bytes === bytes || this.final !== null;
    const previous = this.last;
    this.last = { response, bytes, sent: repeat };
    const taken = this.step({ type: 'respond', status: response.status });
    if (!taken) this.last = previous;
    else if (response.status >= 200) this.slim(response, bytes);
    return taken;
  }

  /** From the final response on only bytes are sent again: the messages themselves may go. */
  private slim(response: SipResponse, bytes: Buffer): void {
    this.last = null;
    this.final ??= {
      label: responseLabel(response.status, this.request.cseq.method),
      text: packBytes(bytes),
    };
    this.request = requestLabel(this.request.method);
  }

  retransmission(): void {
    this.step({ type: 'retransmission' });
  }

  ack(): void {
    this.step({ type: 'ack' });
  }

  /** A timer of `armed` fell due. */
  fire(timer: ServerTimer): void {
    this.step({ type: 'timer', timer });
  }

  abandon(): void {
    this.armed.clear();
    this.host.forgetServer(this);
    const ended = this.onEnd;
    this.onEnd = null;
    ended?.();
  }

  private step(input: ServerInput): boolean {
    const { state } = this;
    const { timers } = this.host;
    const next = this.invite
      ? stepInviteServer(state as InviteServerState, input, timers, this.flow.reliable)
      : stepNonInviteServer(state as NonInviteServerState, input, timers, this.flow.reliable);
    this.state = next.state;
    let taken = true;
    for (const effect of next.effects) if (!this.perform(effect)) taken = false;
    if (next.state.name === 'terminated' && state.name !== 'terminated') this.abandon();
    return taken;
  }

  /** False when the machine refused a response. */
  private perform(effect: ServerEffect): boolean {
    switch (effect.type) {
      case 'transmit':
        if (this.last === null && this.final !== null) {
          this.host.respond(this, this.final.label, unpackBytes(this.final.text), true);
        } else if (this.last !== null) {
          this.host.respond(this, this.last.response, this.last.bytes, this.last.sent);
          this.last.sent = true;
        }
        return true;
      case 'arm':
        this.armed.set(effect.timer, effect.after, this);
        return true;
      case 'disarm':
        this.armed.delete(effect.timer);
        return true;
      case 'refused':
        return false;
      case 'timedOut':
      case 'failed':
        return true;
    }
  }
}

/**
 * Requests find their transaction by branch, sent-by and method, ACK counting as INVITE (RFC 3261 §17.2.3). Peers of
 * RFC 2543 have no unique branch: there the Request-URI, tags, Call-ID, CSeq number and top Via take its place.
 */
export function serverKey(request: SipRequest): string {
  const via = request.via;
  const method = request.method === 'ACK' ? 'INVITE' : request.method;
  const branch = via?.branch ?? '';
  const sentBy = `${via?.host ?? ''}:${via?.port ?? ''}`;
  // The cookie alone identifies nothing (RFC 4475 §3.2.1).
  if (branch.startsWith('z9hG4bK') && branch.length > 7) return `${branch} ${sentBy} ${method}`;
  return `2543 ${request.callId} ${request.fromTag} ${request.cseq.number} ${sentBy} ${branch} ${method}`;
}
