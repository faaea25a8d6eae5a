import { HOUR_MS, type Hour, type HourRange } from './hours.js';
import type { ArrivalsAnswer } from './questions.js';
import type { Subject } from './surge-types.js';

const DAY_HOURS = 24;
const WEEK_HOURS = 168;
/** Weeks that are looked back. */
const WEEKS = 8;
/** Hours before one that say what is usual in it. */
export const USUAL_HOURS = WEEKS * WEEK_HOURS + DAY_HOURS;
/** With fewer, nobody knows what is usual. */
const LEAST_WEEKS = 3;
/** Hours around the one that it is: before it for windows that began earlier, after it to see where things go. */
const AROUND = [-1, 0, 1] as const;
/** The median absolute deviation of a normal distribution is its standard deviation times 0.6745. */
const MAD_TO_DEVIATION = 1 / 0.6745;
/** Weeks that differ by more than this share hide no surge. */
const WIDEST_SPREAD = 0.12;
/** How far the level of the last day moves what is usual: of a season that begins, more than twice is a surge. */
const LEVELS = { lowest: 0.7, highest: 2 } as const;

/** How much is usual at a time, and how much that differs from week to week beyond chance; both an hour. */
export interface Usual {
  readonly rate: number;
  readonly spread: number;
}

const NOTHING: Usual = { rate: 0, spread: 0 };

/** Names a member or a matter. */
export function keyOf({ of, name }: Subject): string {
  return `${of} ${name}`;
}

/**
 * The times that tell what is usual in an hour: the same hour of the week and those around it, in the weeks before; and
 * the last day, and the same day of those weeks.
 */
export function timesBefore(hour: Hour): readonly HourRange[] {
  const weeks = Array.from({ length: WEEKS }, (_, week) => hour - (week + 1) * WEEK_HOURS);
  return [
    ...weeks.flatMap((then) => AROUND.map((around) => ({ from: then + around, to: then + around + 1 }))),
    ...[hour, ...weeks].map((then) => ({ from: then - DAY_HOURS, to: then })),
  ];
}

/** What is usual in an hour of the week, of members and matters. */
export class UsualTable {
  readonly #hours = new Map<Hour, Map<string, Usual>>();

  private constructor(
    readonly hour: Hour,
    answer: ArrivalsAnswer,
    weeks: number,
  ) {
    const names = [...new Set(answer.items.map(keyOf))];
    const counts = new Map(answer.items.map((item) => [placeOf(keyOf(item), item), item.count]));
    const came = (name: string, from: Hour, to: Hour): number => counts.get(placeOf(name, { from, to })) ?? 0;
    for (const around of AROUND) this.#hours.set(hour + around, new Map());
    for (const name of names)
      for (const [around, usual] of usualAround(hour, weeks, (from, to) => came(name, from, to), AROUND))
        this.#hours.get(hour + around)?.set(name, usual);
  }

  /**
   * From what came in the times of {@link timesBefore}; null when the ledger does not go back far enough, or months of it
   * are missing.
   */
  static of(hour: Hour, answer: ArrivalsAnswer): UsualTable | null {
    if (answer.since === null || answer.missing.length > 0) return null;
    const weeks = weeksBefore(hour, answer.since);
    return weeks === null ? null : new UsualTable(hour, answer, weeks);
  }

  /** At a moment within the hour, or half an hour before; between the middles of hours it goes evenly from one to the next. */
  at(key: string, utc: number): Usual {
    const middle = utc / HOUR_MS - 0.5;
    const first = Math.floor(middle);
    const a = this.#hours.get(first)?.get(key) ?? NOTHING;
    const b = this.#hours.get(first + 1)?.get(key) ?? NOTHING;
    const share = middle - first;
    return { rate: a.rate + share * (b.rate - a.rate), spread: a.spread + share * (b.spread - a.spread) };
  }
}

/** Weeks that tell what is usual in an hour, of a ledger that goes back so far; null when they are too few. */
export function weeksBefore(hour: Hour, since: Hour): number | null {
  const weeks = Math.min(WEEKS, Math.floor((hour - DAY_HOURS - since) / WEEK_HOURS));
  return weeks < LEAST_WEEKS ? null : weeks;
}

/**
 * What is usual in an hour, or in those around it, at the level of the last day.
 *
 * @param came how many came from one hour to before another
 */
export function usualAround(
  hour: Hour,
  weeks: number,
  came: (from: Hour, to: Hour) => number,
  around: readonly number[] = [0],
): readonly (readonly [around: number, usual: Usual])[] {
  const back = Array.from({ length: weeks }, (_, week) => hour - (week + 1) * WEEK_HOURS);
  const days = back.map((then) => came(then - DAY_HOURS, then));
  const level = levelOf(came(hour - DAY_HOURS, hour), median(days));
  return around.map((off) => {
    const { rate, spread } = usualOf(back.map((then) => came(then + off, then + off + 1)));
    return [off, { rate: rate * level, spread: spread * level }] as const;
  });
}

/** Median, and what the spread around it is more than chance (the root of the median) makes it. */
function usualOf(counts: readonly number[]): Usual {
  const rate = median(counts);
  const deviation = MAD_TO_DEVIATION * median(counts.map((count) => Math.abs(count - rate)));
  const spread = Math.sqrt(Math.max(0, deviation ** 2 - rate));
  return { rate, spread: Math.min(spread, WIDEST_SPREAD * rate) };
}

/** What the last day was beside the same day of the weeks before: a season that has begun is no surge. */
function levelOf(lastDay: number, usualDay: number): number {
  return usualDay === 0 ? 1 : Math.min(Math.max(LEVELS.lowest, lastDay / usualDay), LEVELS.highest);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
}

function placeOf(key: string, { from, to }: HourRange): string {
  return `${from} ${to} ${key}`;
}
