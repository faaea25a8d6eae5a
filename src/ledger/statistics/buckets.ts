/** Histograms with fixed buckets, which can be added up, and the percentiles that come out of them. */

/**
 * Upper bounds of the buckets of waits; milliseconds. A wait of exactly a bound belongs below it, so that the goal of
 * 15 s (GB/T 33358) is a bound, too. One more bucket holds what is longer.
 */
export const WAIT_BOUNDS_MS: readonly number[] = [2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600].map(
  (seconds) => seconds * 1000,
);

const FIRST_SWITCH_MS = 50;
const STEPS_AN_OCTAVE = 4;
const OCTAVES = 15;

/** Upper bounds of the buckets of times to switch: from 50 ms to 27 min, each 19 % above the one before. */
export const SWITCH_BOUNDS_MS: readonly number[] = Array.from(
  { length: OCTAVES * STEPS_AN_OCTAVE + 1 },
  (_, step) => Math.round(FIRST_SWITCH_MS * 2 ** (step / STEPS_AN_OCTAVE)),
);

/** The bucket that a value belongs to. */
export function bucketOf(bounds: readonly number[], ms: number): number {
  const bucket = bounds.findIndex((bound) => ms <= bound);
  return bucket === -1 ? bounds.length : bucket;
}

/** Values such that half, 95 % and 99 % of all are not above them; milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/**
 * The percentiles of what was counted in buckets, within a bucket by even spread. What lies above the last bound counts as
 * that bound: it was at least as long.
 *
 * @returns null when nothing was counted
 */
export function percentiles(bounds: readonly number[], counts: readonly number[]): Percentiles | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const at = (share: number): number => valueAt(bounds, counts, share * total);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function valueAt(bounds: readonly number[], counts: readonly number[], rank: number): number {
  let below = 0;
  for (const [bucket, bound] of bounds.entries()) {
    const count = counts[bucket] ?? 0;
    if (count > 0 && below + count >= rank) {
      const lower = bounds[bucket - 1] ?? 0;
      return Math.round(lower + ((bound - lower) * (rank - below)) / count);
    }
    below += count;
  }
  return bounds.at(-1) ?? 0;
}
