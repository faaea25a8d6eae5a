import type { Leg } from './session-leg.js';

/** A media session as plain JSON. The engine itself tells ports and tags, but not what was said. */
export interface SessionSnapshot {
  readonly callId: string;
  /** Parking tags that were used so far. */
  readonly parkings: number;
  readonly used: readonly string[];
  readonly legs: readonly Readonly<Leg>[];
  /** The engine writes down what it gets. Left out: it does not. */
  readonly recorded?: boolean;
}
