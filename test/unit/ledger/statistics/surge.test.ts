import { beforeAll, describe, expect, it } from 'vitest';
import type { Arrivals, ArrivalsAnswer } from '../../../../src/ledger/statistics/questions.js';
import { SurgeDetector } from '../../../../src/ledger/statistics/surge.js';
import type { Subject, SurgeNews, SurgeSettings } from '../../../../src/ledger/statistics/surge-types.js';
import { keyOf, timesBefore, UsualTable } from '../../../../src/ledger/statistics/usual.js';
import { dice } from './some-records.js';

const SETTINGS: SurgeSettings = { windowMinutes: 10, times: 2, score: 7, minimum: 15, calmMinutes: 15 };
/** For the years of the simulated city on a machine that is busy. */
const SLOW_MS = 180_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;
/** A Monday, 0:00. */
const FIRST = Date.UTC(2025, 0, 6) / HOUR;
const WEEKS = 60;

/** Calls in the busiest hour of an ordinary Wednesday, from the police to a small office. */
const SIZES: Readonly<Record<string, number>> = {
  police: 500,
  city: 200,
  health: 90,
  women: 30,
  funerals: 8,
};
/** Share of the busiest hour, by hour of the day: two peaks. */
const DAY = [12, 8, 6, 5, 5, 8, 18, 40, 78, 98, 100, 92, 70, 72, 90, 96, 92, 80, 66, 60, 52, 42, 30, 20].map(
  (p) => p / 100,
);
const WEEK = [1.08, 1.02, 1, 1, 0.98, 0.72, 0.66];

function poisson(mean: number, next: () => number): number {
  if (mean > 60) {
    const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let [count, product] = [0, next()];
  for (const limit = Math.exp(-mean); product > limit; count++) product *= next();
  return count;
}

/** Calls that are expected in each hour of the year: seasons, holidays, days that differ, heating in November. */
function year(seed: number, holidaysAYear: number): ReadonlyMap<string, Float64Array> {
  const next = dice(seed);
  const spread = (width: number): number => Math.exp(width * (next() + next() + next() + next() - 2) * 1.73);
  const hours = WEEKS * 168;
  const holidays = new Set(Array.from({ length: holidaysAYear }, () => Math.floor(next() * WEEKS * 7)));
  return new Map(
    Object.entries(SIZES).map(([name, size]) => {
      const expected = new Float64Array(hours);
      let ofDay = 1;
      for (let hour = 0; hour < hours; hour++) {
        const day = Math.floor(hour / 24);
        if (hour % 24 === 0) ofDay = spread(0.08) * (holidays.has(day) ? 0.6 : 1);
        const season = 1 + 0.25 * Math.cos((2 * Math.PI * (day - 20)) / 365);
        const heating =
          name === 'city' && day > 305 && day < 340 ? 1 + 0.5 * Math.min(1, (day - 305) / 10) : 1;
        expected[hour] =
          size * (DAY[hour % 24] ?? 0) * (WEEK[day % 7] ?? 0) * season * heating * ofDay * spread(0.04);
      }
      return [name, expected] as const;
    }),
  );
}

/** A city that lives through hours, with what the ledger would say of those before. */
class City {
  readonly counts = new Map<string, Uint32Array>();
  readonly detector = new SurgeDetector(SETTINGS);
  readonly news: (SurgeNews & { readonly at: number })[] = [];
  readonly #expected: ReadonlyMap<string, Float64Array>;
  readonly #next: () => number;

  constructor(seed: number, holidaysAYear: number) {
    this.#expected = year(seed, holidaysAYear);
    this.#next = dice(seed + 1);
    for (const name of this.#expected.keys()) this.counts.set(name, new Uint32Array(WEEKS * 168));
  }

  /** Within an hour it goes evenly from one hour's level to the next. */
  #rate(name: string, minute: number): number {
    const expected = this.#expected.get(name) ?? new Float64Array();
    const middle = minute / 60 - 0.5;
    const first = Math.max(0, Math.floor(middle));
    const share = Math.max(0, middle - first);
    const [a = 0, b = a] = [expected[first], expected[first + 1]];
    return (a + share * (b - a)) / 60;
  }

  /** @param times how many times the usual comes, by member */
  hour(hour: number, watch: boolean, times: (name: string, minute: number) => number = () => 1): void {
    const usual = watch ? UsualTable.of(FIRST + hour, this.#arrivals(FIRST + hour)) : null;
    for (let minute = hour * 60; minute < (hour + 1) * 60; minute++) {
      const at = FIRST * HOUR + minute * MINUTE;
      for (const [name, counts] of this.counts) {
        const came = poisson(this.#rate(name, minute) * times(name, minute), this.#next);
        counts[hour] = (counts[hour] ?? 0) + came;
        if (watch) for (let i = 0; i < came; i++) this.detector.arrived({ of: 'member', name }, at + 30_000);
      }
      if (!watch) continue;
      const now = at + MINUTE - 1;
      for (const news of this.detector.check(now, usual)) this.news.push({ ...news, at: now });
    }
  }

  #arrivals(hour: number): ArrivalsAnswer {
    const items: Arrivals[] = [];
    for (const { from, to } of timesBefore(hour))
      for (const [name, counts] of this.counts) {
        const count = counts
          .subarray(Math.max(0, from - FIRST), Math.max(0, to - FIRST))
          .reduce((a, b) => a + b, 0);
        if (count > 0) items.push({ from, to, of: 'member', name, count });
      }
    return { since: FIRST, items, missing: [] };
  }
}

describe('a year in a city without surges', () => {
  it(
    'has no more than one alarm a month',
    () => {
      const city = new City(20250106, 12);
      for (let hour = 0; hour < WEEKS * 168; hour++) city.hour(hour, hour >= 8 * 168);
      const alarms = city.news.filter(({ state }) => state === 'began');
      expect(alarms.length).toBeLessThanOrEqual(12);
      expect(city.news.length - alarms.length).toBeGreaterThanOrEqual(alarms.length - 1);
    },
    SLOW_MS,
  );
});

describe('three times the usual', () => {
  const delays: number[] = [];
  const lasted: number[] = [];
  let missed = 0;
  let elsewhere = 0;

  beforeAll(() => {
    const city = new City(7, 0);
    const next = dice(99);
    let beginsAt = 9;
    for (let hour = 0; hour < 32 * 168; hour++) {
      // At some time of every fifth day, for two hours.
      const day = Math.floor(hour / 24);
      if (hour % 24 === 0) beginsAt = 8 + Math.floor(next() * 9);
      const surging = hour >= 9 * 168 && day % 5 === 0 && hour % 24 === beginsAt;
      if (!surging) {
        city.hour(hour, hour >= 9 * 168);
        continue;
      }
      const from = hour * 60 + Math.floor(next() * 60);
      const name = day % 10 === 0 ? 'police' : 'city';
      const times = (who: string, minute: number): number =>
        who === name && minute >= from && minute < from + 120 ? 3 : 1;
      const before = city.news.length;
      for (let later = 0; later < 5; later++) city.hour(hour + later, true, times);
      const begins = FIRST * HOUR + from * MINUTE;
      const told = city.news.slice(before).filter(({ surge }) => surge.name === name);
      elsewhere += city.news.length - before - told.length;
      const began = told.find(({ state }) => state === 'began');
      const ended = told.find(({ state }) => state === 'ended');
      if (began === undefined || ended === undefined || told.length !== 2) missed += 1;
      else {
        delays.push((began.at - begins) / MINUTE);
        lasted.push((ended.at - begins) / MINUTE - 120);
      }
      hour += 4;
    }
  }, SLOW_MS);

  it('is seen within ten minutes, every time, and is one surge', () => {
    expect(missed).toBe(0);
    expect(delays.length).toBeGreaterThan(30);
    expect(Math.max(...delays)).toBeLessThanOrEqual(10);
    expect(Math.min(...delays)).toBeGreaterThan(0);
    expect(elsewhere).toBe(0);
  });

  it('is over within half an hour of its end', () => {
    expect(Math.max(...lasted)).toBeLessThanOrEqual(30);
    expect(Math.min(...lasted)).toBeGreaterThanOrEqual(10);
  });
});

describe('the detector', () => {
  const water: Subject = { of: 'matter', name: 'water-01' };
  const at = (minute: number): number => FIRST * HOUR + minute * MINUTE;
  /** Nothing of it was there in the weeks before. */
  const nothing = (hour: number) =>
    UsualTable.of(FIRST + hour, { since: FIRST - 10 * 168, items: [], missing: [] });

  it('sees a matter that nobody has called for before, within the hour', () => {
    const detector = new SurgeDetector(SETTINGS);
    const news: SurgeNews[] = [];
    for (let minute = 0; minute < 60; minute++) {
      if (minute % 3 === 0) detector.arrived(water, at(minute));
      news.push(...detector.check(at(minute), nothing(0)));
    }
    expect(news).toMatchObject([
      { state: 'began', surge: { ...water, minutes: 60, count: 15, expected: 0 } },
    ]);
    expect(detector.active).toMatchObject([{ ...water, sinceAt: at(42), count: 20 }]);
  });

  it('tells nothing while nothing is known of the weeks before, or months are missing', () => {
    const detector = new SurgeDetector(SETTINGS);
    for (let i = 0; i < 500; i++) detector.arrived(water, at(1));
    expect(detector.check(at(2), null)).toEqual([]);
    const answer = { since: FIRST - 10 * 168, items: [], missing: [] };
    expect(UsualTable.of(FIRST, { ...answer, since: null })).toBeNull();
    expect(UsualTable.of(FIRST, { ...answer, since: FIRST - 3 * 168 })).toBeNull();
    expect(UsualTable.of(FIRST, { ...answer, since: FIRST - 3 * 168 - 24 })).not.toBeNull();
    expect(UsualTable.of(FIRST, { ...answer, missing: ['2024-12'] })).toBeNull();
  });

  it('takes the median of the weeks before: one that surged changes nothing', () => {
    const items = Array.from({ length: 8 }, (_, week) => {
      const from = FIRST - (week + 1) * 168;
      return { ...water, from, to: from + 1, count: week === 0 ? 5000 : 100 + week };
    });
    const usual = UsualTable.of(FIRST, { since: 0, items, missing: [] })?.at(keyOf(water), at(30));
    expect(usual?.rate).toBeCloseTo(104.5, 5);
    expect(usual?.spread).toBe(0);
  });

  it('goes with the season: with the level of the last day, to twice or 0.7 times the weeks before', () => {
    const level = (lastDay: number): number | undefined => {
      const weeks = Array.from({ length: 8 }, (_, week) => FIRST - (week + 1) * 168);
      const items = [
        ...weeks.map((from) => ({ ...water, from, to: from + 1, count: 10 })),
        ...weeks.map((to) => ({ ...water, from: to - 24, to, count: 200 })),
        { ...water, from: FIRST - 24, to: FIRST, count: lastDay },
      ];
      return UsualTable.of(FIRST, { since: 0, items, missing: [] })?.at(keyOf(water), at(30)).rate;
    };
    expect([10, 160, 200, 300, 900].map(level)).toEqual([7, 8, 10, 15, 20]);
  });

  it('counts in the newest minute when the clock was set back, and forgets what is long gone', () => {
    const detector = new SurgeDetector({ ...SETTINGS, minimum: 1, score: 0.5 });
    detector.arrived(water, at(100));
    detector.arrived(water, at(3));
    expect(detector.check(at(4), nothing(0))).toMatchObject([{ state: 'began', surge: { count: 2 } }]);
    expect(detector.check(at(100 + 9), nothing(1))).toEqual([]);
    const ended = [0, 15].flatMap((later) => detector.check(at(500 + later), nothing(8)));
    expect(ended).toMatchObject([{ state: 'ended', surge: { count: 0 } }]);
    expect(detector.active).toEqual([]);
  });

  it('watches so many at most', () => {
    const detector = new SurgeDetector({ ...SETTINGS, minimum: 1, score: 0.5 });
    for (let i = 0; i < 5000; i++) detector.arrived({ of: 'matter', name: `m-${i}` }, at(0));
    expect(detector.check(at(1), nothing(0))).toHaveLength(2000);
  });
});
