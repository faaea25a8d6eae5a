import type { SipMessage } from './message/message.js';

/** What `SipServer.stats()` counts since the start; every value only grows. */
export interface TrafficStats {
  /** Messages by `METHOD` or `status METHOD`, e.g. `INVITE`, `200 INVITE`. */
  readonly received: Readonly<Record<string, number>>;
  readonly sent: Readonly<Record<string, number>>;
  /** Requests, ACKs and responses that we sent again. */
  readonly retransmissions: number;
  /** Messages by transport, `udp` to `wss`. */
  readonly receivedBy: Readonly<Record<string, number>>;
  readonly sentBy: Readonly<Record<string, number>>;
  /** Messages that could not be parsed or were not sound. */
  readonly malformed: number;
  /** Sound messages that fit nothing: stray responses and ACKs, and malformed ones nobody could be answered for. */
  readonly dropped: number;
}

/** Counts traffic. */
export class Counters {
  private readonly in = new Map<string, number>();
  private readonly out = new Map<string, number>();
  private readonly inBy = new Map<string, number>();
  private readonly outBy = new Map<string, number>();
  retransmissions = 0;
  malformed = 0;
  dropped = 0;

  received(message: SipMessage, transport: string): void {
    bump(this.in, message);
    this.inBy.set(transport, (this.inBy.get(transport) ?? 0) + 1);
  }

  sent(message: SipMessage, again: boolean, transport: string): void {
    bump(this.out, message);
    this.outBy.set(transport, (this.outBy.get(transport) ?? 0) + 1);
    if (again) this.retransmissions++;
  }

  snapshot(): TrafficStats {
    return {
      received: Object.fromEntries(this.in),
      sent: Object.fromEntries(this.out),
      receivedBy: Object.fromEntries(this.inBy),
      sentBy: Object.fromEntries(this.outBy),
      retransmissions: this.retransmissions,
      malformed: this.malformed,
      dropped: this.dropped,
    };
  }
}

/** Peers choose method names, so the number of distinct keys is bounded. */
const MAX_KEYS = 500;

function bump(counts: Map<string, number>, message: SipMessage): void {
  let key = message.kind === 'request' ? message.method : `${message.status} ${message.cseq.method}`;
  const count = counts.get(key);
  if (count === undefined && counts.size >= MAX_KEYS) key = 'other';
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
