/** Surges of the past, out of what is kept by the hour. */
import { NOBODY } from './contribution.js';
import type { Hour, HourRange } from './hours.js';
import { membersOf, type PastSurge, type PastSurgesAnswer, type PastSurgesQuery } from './questions.js';
import { hourlyRows, type StatisticsFile, type SumWish } from './sum-cube.js';
import { scoreOf, surges } from './surge.js';
import type { Subject, SurgeBounds } from './surge-types.js';
import { USUAL_HOURS, usualAround, weeksBefore } from './usual.js';

const ARRIVALS = [
  { of: 'member', cube: 'members', sum: 'offered' },
  { of: 'matter', cube: 'matters', sum: 'asked' },
] as const;

/**
 * Hours of a range in which more came than in the same hours of the weeks before, told by the same measure as while it
 * happens, but by whole hours of the clock: what rose and fell within an hour may not show. Hours on end are one surge.
 * With `member`, its calls, and the matters that its agents named.
 */
export function answerPastSurges(
  files: readonly StatisticsFile[],
  query: PastSurgesQuery,
): Omit<PastSurgesAnswer, 'missing'> {
  const first = firstKnown(files, query);
  if (first === null) return { knownFrom: null, items: [] };
  const values = membersOf(query);
  const items = ARRIVALS.flatMap(({ of, cube, sum }) => {
    const wish = {
      cube,
      by: [of],
      sums: [sum],
      ...(values === undefined ? {} : { only: { key: 'member', values } }),
    };
    return [...countsOf(files, query, { wish, of, sum })]
      .filter(([name]) => name !== NOBODY)
      .flatMap(([name, counts]) =>
        surgesOf({ of, name }, counts, { ...query, from: first.hour }, first.since),
      );
  });
  return {
    knownFrom: first.hour,
    items: items.sort((a, b) => b.count - b.expected - (a.count - a.expected)),
  };
}

interface Known {
  readonly hour: Hour;
  readonly since: Hour;
}

/** First hour of the range of which it is known what is usual, and since when the ledger is without a gap. */
function firstKnown(files: readonly StatisticsFile[], range: HourRange): Known | null {
  let since: Hour | null = null;
  let later: string | null = null;
  for (const { month, hours, current } of files.toReversed()) {
    if (!current || hours === null || (later !== null && monthAfter(month) !== later)) break;
    since = hours.from;
    later = month;
  }
  if (since === null) return null;
  for (let hour = range.from; hour < range.to; hour++)
    if (weeksBefore(hour, since) !== null) return { hour, since };
  return null;
}

function monthAfter(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
}

/** How much came up to an hour, from the beginning of what is looked at. */
class Counts {
  readonly #upTo: Float64Array;

  constructor(
    private readonly first: Hour,
    hours: Float64Array,
  ) {
    this.#upTo = new Float64Array(hours.length + 1);
    for (const [place, count] of hours.entries()) this.#upTo[place + 1] = (this.#upTo[place] ?? 0) + count;
  }

  came(from: Hour, to: Hour): number {
    const at = (hour: Hour): number =>
      this.#upTo[Math.min(Math.max(0, hour - this.first), this.#upTo.length - 1)] ?? 0;
    return at(to) - at(from);
  }
}

interface Looked {
  readonly wish: SumWish;
  readonly of: 'member' | 'matter';
  readonly sum: string;
}

/** What came by name, of those of whom there are enough in any hour of the range to be a surge. */
function countsOf(
  files: readonly StatisticsFile[],
  { from, to, bounds }: PastSurgesQuery,
  { wish, of, sum }: Looked,
): ReadonlyMap<string, Counts> {
  const first = from - USUAL_HOURS;
  const byName = new Map<string, Float64Array>();
  for (const row of hourlyRows(files, { from: first, to }, wish)) {
    const name = String(row[of]);
    const hours = byName.get(name) ?? new Float64Array(to - first);
    const place = Number(row.time) - first;
    hours[place] = (hours[place] ?? 0) + Number(row[sum]);
    byName.set(name, hours);
  }
  return new Map(
    [...byName]
      .filter(([, hours]) => hours.subarray(from - first).some((count) => count >= bounds.minimum))
      .map(([name, hours]) => [name, new Counts(first, hours)]),
  );
}

function surgesOf(
  subject: Subject,
  counts: Counts,
  { from, to, bounds }: HourRange & { readonly bounds: SurgeBounds },
  since: Hour,
): readonly PastSurge[] {
  const found: PastSurge[] = [];
  for (let hour = from; hour < to; hour++) {
    const count = counts.came(hour, hour + 1);
    const weeks = count < bounds.minimum ? null : weeksBefore(hour, since);
    const [usual] = weeks === null ? [] : usualAround(hour, weeks, (a, b) => counts.came(a, b));
    if (usual === undefined) continue;
    const [, { rate: expected, spread }] = usual;
    if (!surges(bounds, { count, expected, score: scoreOf(count, expected, spread) })) continue;
    const last = found.at(-1);
    if (last?.to !== hour) found.push({ ...subject, from: hour, to: hour + 1, count, expected });
    else
      found[found.length - 1] = {
        ...last,
        to: hour + 1,
        count: last.count + count,
        expected: last.expected + expected,
      };
  }
  return found;
}
