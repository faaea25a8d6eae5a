/** Time as agents need it; tests give a virtual one. */
export interface AgentClock {
  /** UTC milliseconds: bindings outlive the program, which a monotonic clock does not. */
  now(): number;
  /** Call `fire` once after `ms` milliseconds. */
  after(ms: number, fire: () => void): { cancel(): void };
}
