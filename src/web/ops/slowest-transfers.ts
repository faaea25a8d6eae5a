/** The transfers that took longest, out of a listing that is in the order of time. */
import type { Page, Transfer } from './server/shapes.js';

/** A page of completed transfers that took at least `minSwitch` seconds. */
export type TransferPage = (minSwitch: number, cursor: string | undefined) => Promise<Page<Transfer>>;

/** More pages are not asked for: who wants the rest narrows the time. */
const MOST_PAGES = 12;

/** Percentiles of the time to switch, and how many transfers they are of. */
export interface SwitchTimes {
  readonly completed: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What a transfer among the `count` slowest took at least; seconds. Percentiles spare a look at all the others. */
function least({ completed, p50, p95, p99 }: SwitchTimes, count: number): number {
  const enough = (share: number): boolean => completed * share >= count * 2;
  const ms = enough(0.01) ? p99 : enough(0.05) ? p95 : enough(0.5) ? p50 : 0;
  // A percentile is the upper bound of its bucket, and buckets are a fifth wide.
  return Math.floor(ms / 1.25) / 1000;
}

/**
 * The `count` slowest, slowest first. With each page that is full, what is asked for has to be slower than the slowest
 * that are known already, so that few pages are needed. `whole` is false when the listing was left before its end.
 */
export async function slowestTransfers(
  times: SwitchTimes,
  count: number,
  page: TransferPage,
): Promise<{ readonly items: readonly Transfer[]; readonly whole: boolean }> {
  let items: readonly Transfer[] = [];
  let bound = least(times, count);
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const answer = await page(bound, cursor);
    items = [...items, ...answer.items]
      .filter(({ switchMs }) => switchMs !== null)
      .sort((a, b) => (b.switchMs ?? 0) - (a.switchMs ?? 0))
      .slice(0, count);
    if (answer.next === null) return { items, whole: true };
    cursor = answer.next;
    const last = items.length === count ? items.at(-1)?.switchMs : null;
    // The API takes seconds with three digits; rounded down, none is lost.
    if (last !== null && last !== undefined) bound = Math.max(bound, Math.floor(last) / 1000);
  }
  return { items, whole: false };
}
