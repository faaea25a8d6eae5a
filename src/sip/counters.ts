import type { SipMessage } from './message/message.js';

/** What `SipServer.stats()` counts since the start; every value only grows. */
export interface TrafficStats {
  /** Messages by `METHOD` or `status METHOD`, e.g. `INVITE`, `200 INVITE`. */
  readonly received: Readonly<Record<string, number>>;
  readonly sent: Readonly<Record<string, number>>;
  /** Requests, ACKs and responses that we sent again. */
  readonly retransmissions: number;
  /** The same by transport and message, e.g. `udp 200 INVITE`. */
  readonly sentAgain: Readonly<Record<string, number>>;
  /** Messages that a peer sent again, as far as a transaction or dialog knew them. */
  readonly receivedAgain: Readonly<Record<string, number>>;
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
  private readonly inAgain = new Map<string, number>();
  private readonly outAgain = new Map<string, number>();
  retransmissions = 0;
  malformed = 0;
  dropped = 0;

  received(message: SipMessage, transport: string): void {
    bump(this.in, keyOf(message));
    this.inBy.set(transport, (this.inBy.get(transport) ?? 0) + 1);
  }

  sent(message: SipMessage, again: boolean, transport: string): void {
    bump(this.out, keyOf(message));
    this.outBy.set(transport, (this.outBy.get(transport) ?? 0) + 1);
    if (!again) return;
    this.retransmissions++;
    bump(this.outAgain, `${transport} ${keyOf(message)}`);
  }

  /** A received message turned out to be a retransmission. */
  repeated(message: SipMessage, transport: string): void {
    bump(this.inAgain, `${transport} ${keyOf(message)}`);
  }

  snapshot(): TrafficStats {
    return {
      received: Object.fromEntries(this.in),
      sent: Object.fromEntries(this.out),
      receivedBy: Object.fromEntries(this.inBy),
      sentBy: Object.fromEntries(this.outBy),
      retransmissions: this.retransmissions,
      sentAgain: Object.fromEntries(this.outAgain),
      receivedAgain: Object.fromEntries(this.inAgain),
      malformed: this.malformed,
      dropped: this.dropped,
    };
  }
}

/** Peers choose method names, so the number of distinct keys is bounded. */
const MAX_KEYS = 500;

function keyOf(message: SipMessage): string {
  return message.kind === 'request' ? message.method : `${message.status} ${message.cseq.method}`;
}

function bump(counts: Map<string, number>, key: string): void {
  const known = counts.has(key) || counts.size < MAX_KEYS ? key : 'other';
  counts.set(known, (counts.get(known) ?? 0) + 1);
}
