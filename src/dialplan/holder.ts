import { formatFault } from '../config/fault.js';
import { loadDialPlan } from './load.js';
import type { DialPlan } from './plan.js';

export interface ReloadResult {
  readonly ok: boolean;
  /** Version in force after the attempt. */
  readonly version: string;
  /** `file:line key: what is wrong; remedy`, one per fault; empty when ok. */
  readonly faults: readonly string[];
}

/** Told of a new plan after it came into force. */
export type PlanListener = (plan: DialPlan, previous: DialPlan) => void;

/** The dial plan in force. Calls take it once, at their start, and keep theirs when it is replaced. */
export class DialPlanHolder {
  #current: DialPlan;
  readonly #listeners = new Set<PlanListener>();

  constructor(plan: DialPlan) {
    this.#current = plan;
  }

  get current(): DialPlan {
    return this.#current;
  }

  /** Returns the function that ends the subscription. */
  onChange(listener: PlanListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Read the file of the current plan again. A file with faults leaves the plan in force as it is and says
   * why; a file that has not changed is fine and tells no listener. Rejects only when a listener throws,
   * after all listeners were told.
   */
  async reload(): Promise<ReloadResult> {
    const loaded = loadDialPlan(this.#current.file);
    if (!loaded.ok) {
      return { ok: false, version: this.#current.version, faults: loaded.faults.map(formatFault) };
    }
    if (loaded.plan.version !== this.#current.version) this.#replace(loaded.plan);
    return { ok: true, version: this.#current.version, faults: [] };
  }

  #replace(plan: DialPlan): void {
    const previous = this.#current;
    this.#current = plan;
    const errors: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      try {
        listener(plan, previous);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'listeners of the dial plan failed');
  }
}
