/** Time for the media side; tests give a virtual one. */
export interface MediaClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Call `fire` once after `ms` milliseconds; such a timer never keeps the process alive. */
  after(ms: number, fire: () => void): { cancel(): void };
}

/** The clock of this machine. */
export const systemClock: MediaClock = {
  now: () => performance.now(),
  after(ms, fire) {
    const timer = setTimeout(fire, ms).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
