/**
 * How many calls each member gets in each hour of the two years, from what is known of such lines: two peaks a day,
 * offices that are quiet at weekends, heating in November, water in summer, the start of school, holidays, and surges.
 */
import type { Desks } from './desks.js';
import { type Dice, type Weighted, weighted } from './dice.js';

export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** China has one time zone and no summer time. */
export const CITY_OFFSET_MS = 8 * HOUR_MS;

/** Calls by the hour of the city's day. */
const OFFICE = [2, 1, 1, 1, 1, 2, 6, 18, 62, 98, 100, 78, 42, 58, 94, 97, 86, 58, 30, 22, 18, 13, 8, 4];
const AROUND_THE_CLOCK = [
  38, 28, 22, 18, 17, 20, 33, 55, 74, 88, 92, 86, 72, 74, 84, 88, 90, 96, 98, 100, 96, 86, 70, 52,
];
/** Sunday first. */
const OFFICE_WEEK = [0.28, 1.14, 1.06, 1.02, 1, 0.98, 0.34];
const EMERGENCY_WEEK = [1.03, 0.96, 0.95, 0.96, 0.98, 1.06, 1.08];
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
const OFFICE_SUM = sum(OFFICE) * sum(OFFICE_WEEK);
const AROUND_THE_CLOCK_SUM = sum(AROUND_THE_CLOCK) * sum(EMERGENCY_WEEK);
/** No emergency lines, but nights are when they are needed. */
const SPIRITS_AT_NIGHT: ReadonlySet<string> = new Set(['mental-12356', 'youth-12355']);

/** Days of public holidays in the city: month and day, first and last, and how much is left of an office's calls. */
const HOLIDAYS: readonly { readonly from: string; readonly to: string; readonly left: number }[] = [
  ...['2024', '2025', '2026', '2027'].flatMap((year) => [
    { from: `${year}-01-01`, to: `${year}-01-01`, left: 0.35 },
    { from: `${year}-05-01`, to: `${year}-05-05`, left: 0.4 },
    { from: `${year}-10-01`, to: `${year}-10-07`, left: 0.35 },
  ]),
  // Spring Festival goes by the moon.
  { from: '2024-02-10', to: '2024-02-17', left: 0.2 },
  { from: '2025-01-28', to: '2025-02-04', left: 0.2 },
  { from: '2026-02-15', to: '2026-02-23', left: 0.2 },
  { from: '2027-02-06', to: '2027-02-12', left: 0.2 },
];

/** Matters that come with the season. */
interface Season {
  readonly member: string;
  /** Month and day on which it begins, is at its height, and is over. */
  readonly days: readonly [string, string, string];
  /** By how much the member's calls grow at the height. */
  readonly growth: number;
  /** What its matters have in their names. */
  readonly about: readonly string[];
}

export const SEASONS: readonly Season[] = [
  { member: 'city-12345', days: ['10-25', '11-08', '12-20'], growth: 0.75, about: ['暖气', '燃气'] },
  { member: 'city-12345', days: ['06-15', '07-28', '08-31'], growth: 0.3, about: ['水', '停电'] },
  { member: 'city-12345', days: ['08-10', '08-28', '09-12'], growth: 0.35, about: ['入学'] },
  { member: 'youth-12355', days: ['08-20', '09-05', '10-10'], growth: 0.6, about: ['考试', '校园'] },
  { member: 'youth-12355', days: ['05-10', '06-06', '06-30'], growth: 0.9, about: ['考试', '情绪'] },
  { member: 'labour-12333', days: ['12-10', '01-15', '02-05'], growth: 0.8, about: ['欠薪', '劳动'] },
  { member: 'workers-12351', days: ['12-10', '01-15', '02-05'], growth: 0.9, about: ['工资', '困难'] },
  { member: 'insurance-12393', days: ['11-20', '12-24', '01-05'], growth: 0.7, about: ['缴费', '报销'] },
  { member: 'market-12315', days: ['03-08', '03-15', '03-22'], growth: 1.1, about: ['假冒', '虚假'] },
  { member: 'market-12315', days: ['11-05', '11-14', '11-30'], growth: 0.9, about: ['网购', '退'] },
  { member: 'funeral-96456', days: ['03-20', '04-04', '04-08'], growth: 2.5, about: ['清明', '公墓'] },
  { member: 'transport-12328', days: ['01-20', '02-05', '02-20'], growth: 0.5, about: ['长途', '高速'] },
  { member: 'traffic-122', days: ['11-20', '12-28', '02-10'], growth: 0.25, about: ['事故', '剐蹭'] },
  { member: 'fire-119', days: ['01-15', '02-10', '02-28'], growth: 0.5, about: ['着火', '起火'] },
];

/** A day on which much more is asked for than usual: a burst main, a power cut, a storm. */
export interface Surge {
  readonly member: string;
  /** UTC milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly factor: number;
}
const SURGED: Weighted<string> = weighted([
  ['city-12345', 5],
  ['police-110', 2],
  ['traffic-122', 2],
  ['medical-120', 1],
  ['fire-119', 1],
  ['transport-12328', 1],
]);
const SURGES_A_YEAR = 20;

/** What the calendar says of one member in one hour. */
export interface Demand {
  readonly desks: Desks;
  /** Calls that are to be expected. */
  readonly expected: number;
  /** How many times the usual number for this hour of the week. */
  readonly press: number;
}

/** The calendar of a span of time. */
export class Calendar {
  readonly surges: readonly Surge[];
  readonly #perUnit: number;
  /** What the seasons make of each member on the day that was asked for last. */
  readonly #presses = new Map<string, number>();
  #day = Number.NaN;

  /**
   * @param from start of the first hour, UTC milliseconds
   * @param to end of the last one
   * @param calls how many are to be expected altogether
   */
  constructor(
    readonly desks: readonly Desks[],
    readonly from: number,
    readonly to: number,
    calls: number,
    dice: Dice,
  ) {
    this.surges = drawSurges(from, to, desks, dice);
    let units = 0;
    for (let hour = from; hour < to; hour += HOUR_MS)
      for (const each of desks) units += this.#usual(each, hour) * this.#press(each, hour);
    this.#perUnit = calls / units;
  }

  /** Each member in an hour that begins at this time. */
  demand(hour: number): readonly Demand[] {
    return this.desks.map((desks) => {
      const press = this.#press(desks, hour);
      return { desks, press, expected: this.#usual(desks, hour) * press * this.#perUnit };
    });
  }

  #usual(desks: Desks, hour: number): number {
    const city = new Date(hour + CITY_OFFSET_MS);
    const office = !desks.emergency && !SPIRITS_AT_NIGHT.has(desks.id);
    const day = (office ? OFFICE : AROUND_THE_CLOCK)[city.getUTCHours()] ?? 0;
    const week = (office ? OFFICE_WEEK : EMERGENCY_WEEK)[city.getUTCDay()] ?? 1;
    return (desks.share * day * week) / (office ? OFFICE_SUM : AROUND_THE_CLOCK_SUM);
  }

  #press(desks: Desks, hour: number): number {
    let press = this.#pressOfDay(desks, Math.floor((hour + CITY_OFFSET_MS) / DAY_MS));
    for (const { member, from, to, factor } of this.surges)
      if (hour >= from && hour < to && member === desks.id) press *= factor;
    return press;
  }

  #pressOfDay(desks: Desks, day: number): number {
    if (this.#day !== day) this.#presses.clear();
    this.#day = day;
    const known = this.#presses.get(desks.id);
    if (known !== undefined) return known;
    const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
    let press = 1;
    for (const { member, days, growth } of SEASONS)
      if (member === desks.id) press *= 1 + growth * height(date.slice(5), days);
    for (const { from, to, left } of HOLIDAYS)
      if (!desks.emergency && date >= from && date <= to) press *= left;
    this.#presses.set(desks.id, press);
    return press;
  }
}

/** 0 out of season, 1 at its height; all are month and day. */
export function height(day: string, [begins, highest, over]: Season['days']): number {
  const length = daysFrom(begins, over);
  const now = daysFrom(begins, day);
  if (now > length) return 0;
  const peak = daysFrom(begins, highest);
  return now <= peak ? now / peak : (length - now) / (length - peak);
}

/** Days from one day of the year to the next that is the other one. */
function daysFrom(first: string, second: string): number {
  // 2024 had a 29th of February.
  const days = (Date.parse(`2024-${second}`) - Date.parse(`2024-${first}`)) / DAY_MS;
  return days < 0 ? days + 366 : days;
}

function drawSurges(from: number, to: number, desks: readonly Desks[], dice: Dice): readonly Surge[] {
  const there = new Set(desks.map(({ id }) => id));
  const surges: Surge[] = [];
  const count = Math.round(((to - from) / DAY_MS / 365) * SURGES_A_YEAR);
  for (let i = 0; i < count; i++) {
    const member = dice.pick(SURGED);
    const start = from + Math.floor(dice.next() * ((to - from) / HOUR_MS)) * HOUR_MS;
    const hours = 1 + dice.below(8);
    const factor = dice.between(2.5, 7);
    if (there.has(member)) surges.push({ member, from: start, to: start + hours * HOUR_MS, factor });
  }
  return surges;
}
