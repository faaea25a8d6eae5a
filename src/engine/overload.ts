import type { EngineLog } from './log.js';

/** Says which new calls are taken. */
export interface Admission {
  /** To be asked once for each new call that is no emergency: false to turn it away. */
  admitsCall(): boolean;
  /** Share of new calls that are taken, 0 to 1. */
  readonly share: number;
}

/** Of a machine that always keeps up. */
export const unlimited: Admission = { admitsCall: () => true, share: 1 };

export interface OverloadParts {
  /** Share of the time since it was last asked in which the event loop had work, 0 to 1. */
  readonly busy: () => number;
  /** Call `action` every so many milliseconds; returns what ends that. */
  readonly every: (ms: number, action: () => void) => () => void;
  readonly log: EngineLog;
}

const LOOK_EVERY_MS = 1000;
/** Looks in a row that were busy before anybody is turned away: a stall of the machine is no overload. */
const PATIENCE = 3;
/** New calls between two looks without which it is not calls that keep the machine busy: at a start, for example. */
const FEWEST_CALLS = 2;
/** As good as always: what waits grows. */
const STRAINED = 0.97;
/** There is air for more. */
const EASY = 0.9;
/** Of the calls that were taken so far, the share that goes on being taken, a second; and what is added when it is easy. */
const LESS = 0.6;
const MORE = 0.1;
/** Somebody always gets through, so that it is seen when there is air again. */
const LEAST = 0.05;

/**
 * Which new calls are taken while the machine cannot keep up. Without that, requests wait in the buffers of the network
 * until their senders have given up, all work is done for nothing, and calls that are up are lost with the new ones (RFC
 * 6357 §3). By the occupancy of the processor, as in RFC 6357 §5.2: less and less while the event loop never rests, more
 * again while it does.
 */
export class Overload implements Admission {
  #share = 1;
  #credit = 0;
  #strained = 0;
  #turnedAway = 0;
  /** New calls since the last look. */
  #asked = 0;
  #stop: (() => void) | null = null;

  constructor(private readonly parts: OverloadParts) {}

  start(): void {
    this.parts.busy();
    this.#stop = this.parts.every(LOOK_EVERY_MS, () => this.#look(this.parts.busy()));
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  get share(): number {
    return this.#share;
  }

  admitsCall(): boolean {
    this.#asked += 1;
    if (this.#share === 1) return true;
    this.#credit += this.#share;
    if (this.#credit < 1) {
      this.#turnedAway += 1;
      return false;
    }
    this.#credit -= 1;
    return true;
  }

  #look(busy: number): void {
    const before = this.#share;
    const pressed = this.#asked >= FEWEST_CALLS;
    this.#asked = 0;
    if (busy >= STRAINED && pressed) {
      this.#strained += 1;
      if (this.#strained >= PATIENCE) this.#share = Math.max(LEAST, before * LESS);
    } else {
      this.#strained = 0;
      if (busy < EASY || !pressed) this.#share = Math.min(1, before + MORE);
    }
    if (before === 1 && this.#share < 1)
      this.parts.log.error(
        {},
        'the machine does not keep up: new calls are turned away with 503, but for emergencies',
      );
    if (before < 1 && this.#share === 1) {
      this.parts.log.warn(
        { turnedAway: this.#turnedAway },
        'the machine keeps up again: all calls are taken',
      );
      this.#turnedAway = 0;
    }
  }
}
