import type { EngineClock, Timer } from '../../../src/engine/clock.js';

/** A clock that stands still until told to go on; timers fire in order of their time. */
export class VirtualClock implements EngineClock {
  #mono = 0;
  #timers: { readonly at: number; readonly fire: () => void }[] = [];

  now() {
    return { utc: 1_800_000_000_000 + this.#mono, mono: this.#mono };
  }

  after(ms: number, fire: () => void): Timer {
    const timer = { at: this.#mono + ms, fire };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((t) => t !== timer);
      },
    };
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Let time pass, with what becomes due and what that starts; promises settle between timers. */
  async pass(ms: number): Promise<void> {
    const end = this.#mono + ms;
    for (;;) {
      await settle();
      const due = this.#timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#mono = due.at;
      this.#timers = this.#timers.filter((t) => t !== due);
      due.fire();
    }
    this.#mono = end;
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}
