import type { CommandOf, TimerId } from '../call/command.js';
import type { EngineClock, Timer } from './clock.js';

/** The timers of one call; one that is started again replaces itself. */
export class CallTimers {
  readonly #running = new Map<TimerId, Timer>();
  #halted = false;

  /** @param random a number from 0 (included) to 1 (excluded), to spread timers */
  constructor(
    private readonly clock: EngineClock,
    private readonly random: () => number,
    private readonly fired: (timer: TimerId) => void,
  ) {}

  start({ timer, ms, spread }: CommandOf<'start-timer'>): void {
    this.stop(timer);
    if (this.#halted) return;
    const wait = spread === undefined ? ms : ms + Math.floor(this.random() * spread);
    const running = this.clock.after(wait, () => {
      this.#running.delete(timer);
      this.fired(timer);
    });
    this.#running.set(timer, running);
  }

  stop(timer: TimerId): void {
    this.#running.get(timer)?.cancel();
    this.#running.delete(timer);
  }

  /** None fires any more, and none is started: they would keep a program that stops from its end. */
  halt(): void {
    this.#halted = true;
    this.stopAll();
  }

  stopAll(): void {
    for (const timer of this.#running.values()) timer.cancel();
    this.#running.clear();
  }
}
