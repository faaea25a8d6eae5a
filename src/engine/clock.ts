import type { Instant } from '../call/call.js';

export interface Timer {
  cancel(): void;
}

/** Time for the engine; tests give a virtual one. */
export interface EngineClock {
  now(): Instant;
  /** Call `fire` once after `ms` milliseconds. */
  after(ms: number, fire: () => void): Timer;
}

/** The clocks of this machine. */
export const systemClock: EngineClock = {
  now: () => ({ utc: Date.now(), mono: performance.now() }),
  after(ms, fire) {
    const timer = setTimeout(fire, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
