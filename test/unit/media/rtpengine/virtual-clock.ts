import type { MediaClock } from '../../../../src/media/clock.js';

/** A clock that only moves when it is told to. */
export class VirtualClock implements MediaClock {
  #now = 0;
  #timers: { readonly at: number; readonly fire: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, fire: () => void): { cancel(): void } {
    const timer = { at: this.#now + ms, fire };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** Let time pass; timers fire in order, and what they set off is done before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const [next] = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.fire();
      await settled();
    }
    this.#now = end;
  }
}

/** Everything that was resolved has been taken up. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
