/** The goals of public hotlines (GB/T 33358). */
import { NOBODY } from './contribution.js';
import { share } from './figures.js';
import type { HourRange } from './hours.js';
import type { GoalFigures, GoalsAnswer, RangeQuery, WorstDay } from './questions.js';
import { hourlyRows, type StatisticsFile, type SumRow } from './sum-cube.js';

/** Share of the calls of any 24 hours that shall be answered. */
export const ANSWERED_GOAL = 0.95;

/** Hours of a span that the goal is looked at by. */
export const DAY_HOURS = 24;

interface Counts {
  offered: number;
  answered: number;
  waits: number;
  in_time: number;
}
const NONE: Counts = { offered: 0, answered: 0, waits: 0, in_time: 0 };
const COLUMNS = Object.keys(NONE) as readonly (keyof Counts)[];

/** How the goals were kept in a range: 24-hour spans that end within it may begin before it. */
export function answerGoals(
  files: readonly StatisticsFile[],
  query: RangeQuery,
): Omit<GoalsAnswer, 'missing'> {
  const reach = { from: query.from - DAY_HOURS + 1, to: query.to };
  const only = query.member === undefined ? {} : { only: { key: 'member', value: query.member } };
  const rows = hourlyRows(files, reach, { cube: 'members', by: ['member'], sums: COLUMNS, ...only });
  const members = new Map<string, SumRow[]>();
  for (const row of rows) {
    const name = String(row.member);
    const known = members.get(name);
    if (known === undefined) members.set(name, [row]);
    else known.push(row);
  }
  members.delete(NOBODY);
  return {
    // What is nobody's was offered to nobody, and adds nothing.
    all: goalsOf(rows, query),
    members: [...members]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([member, own]) => ({ member, ...goalsOf(own, query) })),
  };
}

function goalsOf(rows: readonly SumRow[], range: HourRange): GoalFigures {
  const hours = byHour(rows);
  const total = { ...NONE };
  const span = { ...NONE };
  let worstDay: WorstDay | null = null;
  let [spans, spansBelow] = [0, 0];
  // Nothing changes in hours in which nothing comes or goes; ranges of years are walked in no time all the same.
  for (let hour = range.from - DAY_HOURS + 1; hour < range.to; hour++) {
    add(span, hours.get(hour) ?? NONE, 1);
    add(span, hours.get(hour - DAY_HOURS) ?? NONE, -1);
    if (hour < range.from) continue;
    add(total, hours.get(hour) ?? NONE, 1);
    if (span.offered === 0) continue;
    spans += 1;
    const { offered, answered } = span;
    const answeredShare = answered / offered;
    if (answeredShare < ANSWERED_GOAL) spansBelow += 1;
    if (worstDay === null || answeredShare < worstDay.answeredShare)
      worstDay = { from: hour - DAY_HOURS + 1, to: hour + 1, offered, answered, answeredShare };
  }
  return {
    offered: total.offered,
    answered: total.answered,
    answeredShare: share(total.answered, total.offered),
    inTimeShare: share(total.in_time, total.waits),
    worstDay:
      worstDay === null
        ? null
        : { ...worstDay, answeredShare: Math.round(worstDay.answeredShare * 10_000) / 10_000 },
    spans,
    spansBelow,
  };
}

function byHour(rows: readonly SumRow[]): ReadonlyMap<number, Counts> {
  const hours = new Map<number, Counts>();
  for (const row of rows) {
    const hour = Number(row.time);
    const counts = hours.get(hour) ?? { ...NONE };
    for (const column of COLUMNS) counts[column] += Number(row[column]);
    hours.set(hour, counts);
  }
  return hours;
}

function add(sum: Counts, counts: Counts, sign: 1 | -1): void {
  for (const column of COLUMNS) sum[column] += sign * counts[column];
}
