/**
 * The ledger of a city's hotlines over years, made up from one seed: the same seed gives the same records on every
 * machine. Nothing in it is a real call. Comes hour by hour, so its size is a matter of time, not of memory.
 */
import { Calendar, CITY_OFFSET_MS, HOUR_MS } from './calendar.js';
import type { Group } from './call-draft.js';
import { Callers } from './callers.js';
import { makeCall } from './calls.js';
import { readAlliance } from './desks.js';
import { Dice } from './dice.js';

/** Which years. */
export interface YearsWish {
  readonly seed: number;
  /** Dial plan with the members. */
  readonly dialPlan: string;
  /** First month, as `2024-06`; begins with the city's midnight. */
  readonly firstMonth: string;
  readonly months: number;
  /** Calls to be expected over 24 months, before `scale`; {@link TWO_YEARS} has those of the city. */
  readonly calls: number;
  readonly transfers: number;
  /** Size of the city: calls and callers are so many times as many. */
  readonly scale: number;
}

/** What the city reports of two years. */
export const TWO_YEARS = { calls: 19_684_000, transfers: 948_000, months: 24 } as const;

/** What ended within one hour. */
export interface Hour {
  /** UTC milliseconds. */
  readonly from: number;
  /** In the order of time. */
  readonly groups: readonly Group[];
}

/** People who call within two years, at scale 1. */
export const CALLERS = 6_000_000;
/** Share of calls that an agent answers, on average over the two years. */
const ANSWERED = 0.955;

/** UTC milliseconds at which a month of the city begins; `2024-06` and 3 is the first of September 2024. */
export function monthStart(month: string, later = 0): number {
  const [year, number] = month.split('-').map(Number);
  return Date.UTC(year ?? Number.NaN, (number ?? Number.NaN) - 1 + later) - CITY_OFFSET_MS;
}

/** All records, hour by hour; calls that last longer, and calls back, come in the hour in which they are done. */
export function* years(wish: YearsWish): Generator<Hour> {
  const alliance = readAlliance(wish.dialPlan);
  const dice = new Dice(wish.seed);
  const from = monthStart(wish.firstMonth);
  const to = monthStart(wish.firstMonth, wish.months);
  const length = (to - from) / (monthStart(wish.firstMonth, TWO_YEARS.months) - from);
  const calendar = new Calendar(alliance.desks, from, to, wish.calls * wish.scale * length, dice);
  const habits = alliance.desks.reduce((sum, { share, passesOn }) => sum + share * passesOn, 0);
  const surroundings = {
    alliance,
    callers: new Callers(Math.max(100, Math.round(CALLERS * wish.scale))),
    passedOn: wish.transfers / wish.calls / ANSWERED / habits,
  };

  let waiting: Group[] = [];
  for (let hour = from; hour < to || waiting.length > 0; hour += HOUR_MS) {
    const end = hour + HOUR_MS;
    const started = hour < to ? calendar.demand(hour) : [];
    for (const { desks, press, expected } of started)
      for (let left = dice.poisson(expected); left > 0; left--) {
        const startedAt = hour + Math.floor(dice.next() * HOUR_MS);
        waiting.push(...makeCall({ desks, press, startedAt }, dice, surroundings));
      }
    const done = waiting.filter(({ at }) => at < end).sort((a, b) => a.at - b.at);
    waiting = waiting.filter(({ at }) => at >= end);
    yield { from: hour, groups: done };
  }
}
