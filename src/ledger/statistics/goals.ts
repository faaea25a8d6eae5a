/** The goals of public hotlines (GB/T 33358). */
import { NOBODY } from './contribution.js';
import { share } from './figures.js';
import type { Hour, HourRange } from './hours.js';
import {
  type GoalFigures,
  type GoalsAnswer,
  membersOf,
  type RangeQuery,
  type WorstDay,
} from './questions.js';
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
  const values = membersOf(query);
  const only = values === undefined ? {} : { only: { key: 'member', values } };
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
  const first = range.from - DAY_HOURS + 1;
  const hours = byHour(rows, first, range.to);
  const total = { ...NONE };
  const span = { ...NONE };
  let worstDay: WorstDay | null = null;
  let [spans, spansBelow] = [0, 0];
  for (let hour = first; hour < range.to; hour++) {
    add(span, hours, hour - first, 1);
    add(span, hours, hour - first - DAY_HOURS, -1);
    if (hour < range.from) continue;
    add(total, hours, hour - first, 1);
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

/** Counts of each hour, one array for each column: there are many hours in years. */
type Hours = Readonly<Record<keyof Counts, Float64Array>>;

function byHour(rows: readonly SumRow[], first: Hour, end: Hour): Hours {
  const length = Math.max(0, end - first);
  const hours = Object.fromEntries(COLUMNS.map((column) => [column, new Float64Array(length)])) as Hours;
  for (const row of rows) {
    const place = Number(row.time) - first;
    for (const column of COLUMNS) hours[column][place] = (hours[column][place] ?? 0) + Number(row[column]);
  }
  return hours;
}

/** Places before the first hour hold nothing. */
function add(sum: Counts, hours: Hours, place: number, sign: 1 | -1): void {
  for (const column of COLUMNS) sum[column] += sign * (hours[column][place] ?? 0);
}
