import type { Clock, TimerHandle } from '../clock.js';

/** The timers of one transaction by their letter; at most three at a time, so a list beats a map in size. */
export class ArmedTimers<T extends string> {
  private armed: { readonly timer: T; readonly handle: TimerHandle }[] = [];

  constructor(private readonly clock: Clock) {}

  /** Arms a timer that was not armed; `owner` hears of it after `ms` milliseconds. */
  set(timer: T, ms: number, owner: { fire(timer: T): void }): void {
    const handle = this.clock.setTimeout(() => {
      this.forget(timer);
      owner.fire(timer);
    }, ms);
    this.armed.push({ timer, handle });
  }

  delete(timer: T): void {
    const entry = this.armed.find((candidate) => candidate.timer === timer);
    if (entry === undefined) return;
    this.clock.clearTimeout(entry.handle);
    this.forget(timer);
  }

  clear(): void {
    for (const { handle } of this.armed) this.clock.clearTimeout(handle);
    this.armed = [];
  }

  private forget(timer: T): void {
    this.armed = this.armed.filter((candidate) => candidate.timer !== timer);
  }
}
