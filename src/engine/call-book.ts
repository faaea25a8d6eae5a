import type { CallId, LegId } from '../call/call.js';
import type { CallRunner } from './call-runner.js';

/** Legs are named after the call that they began in: `<call>-<n>`. */
export function callOf(leg: LegId): CallId {
  return leg.slice(0, leg.lastIndexOf('-'));
}

/** The live calls, by their own names and by those of the calls that they have absorbed. */
export class CallBook {
  readonly #calls = new Map<CallId, CallRunner>();
  /** Calls that have become part of another one: their legs keep their names. */
  readonly #joined = new Map<CallId, CallRunner>();

  get size(): number {
    return this.#calls.size;
  }

  add(runner: CallRunner): void {
    this.#calls.set(runner.id, runner);
  }

  /** A call of before a restart, with the calls that its legs began in. */
  resume(runner: CallRunner, of: readonly CallId[]): void {
    this.add(runner);
    for (const call of of) if (call !== runner.id) this.#joined.set(call, runner);
  }

  get(call: CallId): CallRunner | undefined {
    return this.#calls.get(call) ?? this.#joined.get(call);
  }

  ofLeg(leg: LegId): CallRunner | undefined {
    return this.get(callOf(leg));
  }

  all(): IterableIterator<CallRunner> {
    return this.#calls.values();
  }

  /** `other` has become part of `into`; gives the runner of the other, null when there is none. */
  absorb(other: CallId, into: CallRunner): CallRunner | null {
    const runner = this.#calls.get(other);
    if (runner === undefined) return null;
    this.#calls.delete(other);
    // What the other call had absorbed before comes along.
    for (const [id, owner] of this.#joined) if (owner === runner) this.#joined.set(id, into);
    this.#joined.set(other, into);
    return runner;
  }

  /** The call is over, with all that it absorbed. */
  forget(call: CallId): void {
    const runner = this.#calls.get(call);
    this.#calls.delete(call);
    for (const [id, owner] of this.#joined) if (owner === runner) this.#joined.delete(id);
  }
}
