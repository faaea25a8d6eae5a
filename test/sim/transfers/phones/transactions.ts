/** The transactions of RFC 3261 §17 as a phone runs them. */
import type { Clock } from '../../../../src/sip/clock.js';
import { Retransmission } from '../../parties/retransmission.js';
import type { WireMessage } from '../wire/message.js';

export const TIMERS = { t1: 500, t2: 4000 } as const;
/** 64*T1. */
export const LONG_MS = 32_000;

/** What a transaction needs of the telephone that it belongs to. */
export interface Speaker {
  readonly clock: Clock;
  say(bytes: Buffer): void;
}

/** Whoever a transaction belongs to; once it is gone, nothing is said any more. */
export interface Owner {
  readonly gone: boolean;
}

/** A request of the phone other than ACK: said again until it is answered. */
export class ClientTransaction {
  private readonly again: Retransmission;
  private ack: Buffer | null = null;
  private done = false;

  constructor(
    private readonly speaker: Speaker,
    owner: Owner,
    invite: boolean,
    bytes: Buffer,
    /** Null: nobody answered within 64*T1. */
    private readonly answered: (response: WireMessage | null) => void,
  ) {
    this.again = new Retransmission(
      speaker.clock,
      TIMERS,
      invite ? Number.POSITIVE_INFINITY : TIMERS.t2,
      () => {
        if (!owner.gone) speaker.say(bytes);
      },
      () => {
        this.done = true;
        if (!owner.gone) answered(null);
      },
    );
  }

  /** @param ack of a final failure of an INVITE, which is said for each of its repetitions */
  received(response: WireMessage, ack: () => Buffer): void {
    if (response.status >= 200 || response.method === 'INVITE') this.again.stop();
    if (response.status >= 300 && response.method === 'INVITE') {
      this.ack ??= ack();
      this.speaker.say(this.ack);
    }
    if (response.status < 200) return this.answered(response);
    const repeated2xx = response.method === 'INVITE' && response.status < 300;
    if (this.done && !repeated2xx) return;
    this.done = true;
    this.answered(response);
  }
}

/** A request of the server: answered again whenever it comes again. */
export class ServerTransaction {
  private last: Buffer | null = null;
  private again: Retransmission | null = null;
  /** A final response was given. */
  final = false;

  constructor(
    private readonly speaker: Speaker,
    readonly request: WireMessage,
  ) {}

  repeat(): void {
    if (this.last !== null) this.speaker.say(this.last);
  }

  /** A response; final ones of an INVITE are said until their ACK comes, then or after 64*T1 `over` is called. */
  respond(
    bytes: Buffer,
    status: number,
    owner: Owner,
    over: (acknowledged: boolean) => void = () => {},
  ): void {
    this.last = bytes;
    if (status < 200 || this.request.method !== 'INVITE') {
      this.final ||= status >= 200;
      this.speaker.say(bytes);
      return;
    }
    this.final = true;
    this.again = new Retransmission(
      this.speaker.clock,
      TIMERS,
      TIMERS.t2,
      () => {
        if (!owner.gone) this.speaker.say(bytes);
      },
      () => {
        this.again = null;
        if (!owner.gone) over(false);
      },
    );
    this.over = over;
  }

  private over: (acknowledged: boolean) => void = () => {};

  /** The ACK of its final response is in. */
  acknowledged(): void {
    if (this.again === null) return;
    this.again.stop();
    this.again = null;
    this.over(true);
  }

  /** Whoever gave the final response is gone and says it no more. */
  stop(): void {
    this.again?.stop();
    this.again = null;
  }
}
