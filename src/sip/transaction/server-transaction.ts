import type { Clock, TimerHandle } from '../clock.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import type { Flow } from '../transport/flow.js';
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
  private state: InviteServerState | NonInviteServerState;
  private last: { response: SipResponse; bytes: Buffer; sent: boolean } | null = null;
  private readonly armed = new Map<ServerTimer, TimerHandle>();
  /** Called once, when the transaction is over. */
  onEnd: (() => void) | null = null;

  constructor(
    private readonly host: ServerHost,
    readonly key: string,
    readonly request: SipRequest,
    readonly flow: Flow,
  ) {
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
    const repeat = this.last?.bytes === bytes;
    const previous = this.last;
    this.last = { response, bytes, sent: repeat };
    const taken = this.step({ type: 'respond', status: response.status });
    if (!taken) this.last = previous;
    return taken;
  }

  retransmission(): void {
    this.step({ type: 'retransmission' });
  }

  ack(): void {
    this.step({ type: 'ack' });
  }

  abandon(): void {
    for (const handle of this.armed.values()) this.host.clock.clearTimeout(handle);
    this.armed.clear();
    this.host.forgetServer(this);
    const ended = this.onEnd;
    this.onEnd = null;
    ended?.();
  }

  private step(input: ServerInput): boolean {
    const { state } = this;
    const { timers } = this.host;
    const next =
      this.request.method === 'INVITE'
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
        if (this.last !== null) {
          this.host.respond(this, this.last.response, this.last.bytes, this.last.sent);
          this.last.sent = true;
        }
        return true;
      case 'arm':
        this.arm(effect.timer, effect.after);
        return true;
      case 'disarm': {
        const handle = this.armed.get(effect.timer);
        if (handle !== undefined) this.host.clock.clearTimeout(handle);
        this.armed.delete(effect.timer);
        return true;
      }
      case 'refused':
        return false;
      case 'timedOut':
      case 'failed':
        return true;
    }
  }

  private arm(timer: ServerTimer, after: number): void {
    const handle = this.host.clock.setTimeout(() => {
      this.armed.delete(timer);
      this.step({ type: 'timer', timer });
    }, after);
    this.armed.set(timer, handle);
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
