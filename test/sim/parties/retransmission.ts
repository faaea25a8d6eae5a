import type { Clock, TimerHandle } from '../../../src/sip/clock.js';

/** Timer values of RFC 3261 §17, ms. */
export interface PartyTimers {
  readonly t1: number;
  readonly t2: number;
}

/**
 * Says something again and again until it is answered: first after T1, then after twice as long each time, up to
 * `most`; gives up after 64*T1 (RFC 3261 §13.3.1.4, §17.1.1.2, §17.1.2.2).
 */
export class Retransmission {
  private timer: TimerHandle | null = null;
  private readonly began: number;

  constructor(
    private readonly clock: Clock,
    private readonly timers: PartyTimers,
    private readonly most: number,
    private readonly say: (again: boolean) => void,
    private readonly gaveUp: () => void,
  ) {
    this.began = clock.now();
    say(false);
    this.wait(timers.t1);
  }

  stop(): void {
    if (this.timer !== null) this.clock.clearTimeout(this.timer);
    this.timer = null;
  }

  private wait(interval: number): void {
    const end = this.began + 64 * this.timers.t1;
    const left = end - this.clock.now();
    this.timer = this.clock.setTimeout(
      () => {
        this.timer = null;
        if (left <= interval) {
          this.gaveUp();
          return;
        }
        this.say(true);
        this.wait(Math.min(2 * interval, this.most));
      },
      Math.min(interval, left),
    );
  }
}
