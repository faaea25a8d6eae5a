import type { Clock, TimerHandle } from '../../../src/sip/clock.js';

/** The clock that the program is given: the world's, but its timers are told from those of the people around it. */
export class ProgramClock implements Clock {
  /** When a timer fired last; ms. */
  lastAt = 0;
  private readonly armed = new Set<TimerHandle>();

  constructor(private readonly time: Clock) {}

  /** Timers that are armed. */
  get pending(): number {
    return this.armed.size;
  }

  now(): number {
    return this.time.now();
  }

  setTimeout(fn: () => void, ms: number): TimerHandle {
    const handle = this.time.setTimeout(() => {
      this.armed.delete(handle);
      this.lastAt = this.now();
      fn();
    }, ms);
    this.armed.add(handle);
    return handle;
  }

  clearTimeout(handle: TimerHandle): void {
    this.armed.delete(handle);
    this.time.clearTimeout(handle);
  }
}
