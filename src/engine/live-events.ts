import { LiveAlerts } from './live-alerts.js';
import type { LiveEvent } from './operations.js';

type Listener = (event: LiveEvent) => void;

/** Numbers events and hands them to those who watch. */
export class LiveEvents {
  /** Alerts of live calls, kept from their events. */
  readonly alerts = new LiveAlerts();
  #seq = 0;
  readonly #listeners = new Set<Listener>();

  constructor(private readonly now: () => number) {}

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  publish(event: Omit<LiveEvent, 'seq' | 'at'>): void {
    this.#seq++;
    const numbered: LiveEvent = { seq: this.#seq, at: this.now(), ...event };
    this.alerts.hear(numbered);
    for (const listener of this.#listeners) listener(numbered);
  }
}
