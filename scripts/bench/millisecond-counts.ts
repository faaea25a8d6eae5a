const STEP_MS = 0.1;
const STEPS = 100_000;

/** How often which duration was measured, in steps of 0.1 ms up to ten seconds; what is longer counts as ten. */
export class MillisecondCounts {
  readonly #counts = new Uint32Array(STEPS);
  #longest = 0;
  #all = 0;

  add(ms: number): void {
    const step = Math.min(STEPS - 1, Math.max(0, Math.floor(ms / STEP_MS)));
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.#all += 1;
    if (ms > this.#longest) this.#longest = ms;
  }

  /** For another process. */
  toJSON(): CountedMilliseconds {
    const counts: [number, number][] = [];
    for (const [step, count] of this.#counts.entries()) if (count > 0) counts.push([step, count]);
    return { counts, longest: this.#longest };
  }

  merge({ counts, longest }: CountedMilliseconds): this {
    for (const [step, count] of counts) {
      this.#counts[step] = (this.#counts[step] ?? 0) + count;
      this.#all += count;
    }
    this.#longest = Math.max(this.#longest, longest);
    return this;
  }

  /** Median, 99th percentile and longest, for one line of a bench. */
  toString(): string {
    if (this.#all === 0) return 'nothing was measured';
    const at = (share: number): string => this.#quantile(share).toFixed(1);
    return `p50 ${at(0.5)}  p99 ${at(0.99)}  max ${this.#longest.toFixed(1)}`;
  }

  #quantile(share: number): number {
    let rest = this.#all * share;
    for (const [step, count] of this.#counts.entries()) {
      rest -= count;
      if (rest <= 0) return step * STEP_MS;
    }
    return this.#longest;
  }
}

/** Steps of 0.1 ms that were counted, and the longest duration; milliseconds. */
export interface CountedMilliseconds {
  readonly counts: readonly (readonly [number, number])[];
  readonly longest: number;
}
