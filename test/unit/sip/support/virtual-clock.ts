import type { Clock, TimerHandle } from '../../../../src/sip/clock.js';

interface Armed {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
}

/** Time that passes only when a test says so. */
export class VirtualClock implements Clock {
  private time = 1_000_000;
  private order = 0;
  private readonly armed = new Set<Armed>();

  now(): number {
    return this.time;
  }

  get pending(): number {
    return this.armed.size;
  }

  setTimeout(fn: () => void, ms: number): TimerHandle {
    this.order += 1;
    const timer: Armed = { at: this.time + ms, order: this.order, fn };
    this.armed.add(timer);
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    this.armed.delete(handle as Armed);
  }

  /** Lets `ms` milliseconds pass and runs what falls due, in order. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.armed].filter((timer) => timer.at <= end);
      due.sort((a, b) => a.at - b.at || a.order - b.order);
      const next = due[0];
      if (next === undefined) break;
      this.armed.delete(next);
      this.time = next.at;
      next.fn();
    }
    this.time = end;
  }
}
