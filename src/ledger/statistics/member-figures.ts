/** Figures of members, of periods, and two ranges side by side. */
import { percentiles, SWITCH_BOUNDS_MS } from './buckets.js';
import { CityCalendar, type Period } from './city-calendar.js';
import { NOBODY } from './contribution.js';
import { SWITCH_BUCKETS } from './cubes.js';
import { figuresOf } from './figures.js';
import type { HourRange } from './hours.js';
import {
  type CompareAnswer,
  type CompareQuery,
  type FiguresAnswer,
  type FiguresQuery,
  type FullFigures,
  membersOf,
  type PeriodFigures,
} from './questions.js';
import { hourlyRows, type StatisticsFile, type SumRow, type SumWish, sumCube } from './sum-cube.js';

type Answered<T> = Omit<T, 'missing'>;

/** Figures of a range: all together, of each member, and by periods when that is asked for. */
export function answerFigures(
  files: readonly StatisticsFile[],
  query: FiguresQuery,
): Answered<FiguresAnswer> {
  const { by } = query;
  const totals = totalsOf(files, query, membersOf(query));
  return { ...totals, periods: by === undefined ? [] : periodsOf(files, query, by) };
}

/** The figures of two ranges, for all that are known in one of them. */
export function answerCompare(
  files: readonly StatisticsFile[],
  { now, before, scope }: CompareQuery,
): Answered<CompareAnswer> {
  const [is, was] = [totalsOf(files, now, scope), totalsOf(files, before, scope)];
  const names = [...new Set([...is.members, ...was.members].map(({ member }) => member))].sort();
  const none: FullFigures = { ...figuresOf({}), switch: null };
  const of = ({ members }: Totals, name: string): FullFigures => {
    const { member: _, ...figures } = members.find(({ member }) => member === name) ?? {
      ...none,
      member: name,
    };
    return figures;
  };
  return {
    all: { now: is.all, before: was.all },
    members: names.map((member) => ({ member, now: of(is, member), before: of(was, member) })),
  };
}

type Totals = Pick<FiguresAnswer, 'all' | 'members' | 'notedBack'>;

function totalsOf(
  files: readonly StatisticsFile[],
  range: HourRange,
  only: readonly string[] | undefined,
): Totals {
  const rows = sumCube(files, range, ofMembers('members', only));
  const switches = sumCube(files, range, {
    ...ofMembers('switches', only),
    by: ['member', 'bucket'],
  }).filter((row) => row.member !== NOBODY);
  const known = rows.filter((row) => row.member !== NOBODY);
  return {
    all: full(known, switches),
    members: known
      .map((row) => {
        const name = String(row.member);
        return {
          member: name,
          ...full(
            [row],
            switches.filter((s) => s.member === name),
          ),
        };
      })
      .sort((a, b) => (a.member < b.member ? -1 : 1)),
    notedBack: rows.reduce((sum, row) => sum + Number(row.noted_back), 0),
  };
}

function full(rows: readonly SumRow[], switches: readonly SumRow[]): FullFigures {
  const counts = new Array<number>(SWITCH_BUCKETS).fill(0);
  for (const { bucket, switches: count } of switches)
    counts[Number(bucket)] = (counts[Number(bucket)] ?? 0) + Number(count);
  return { ...figuresOf(added(rows)), switch: percentiles(SWITCH_BOUNDS_MS, counts) };
}

function periodsOf(
  files: readonly StatisticsFile[],
  query: FiguresQuery,
  by: Period,
): readonly PeriodFigures[] {
  const { member, timezone, perMember = false } = query;
  // All together, what is nobody's is in: it was offered to nobody, and shows in no figure.
  const wish = { ...ofMembers('members', membersOf(query)), by: perMember ? ['member'] : [] };
  const byHour = by === 'hour' ? grouped(hourlyRows(files, query, wish)) : null;
  return new CityCalendar(timezone).periods(query, by).flatMap((period): readonly PeriodFigures[] => {
    const rows = byHour === null ? sumCube(files, period, wish) : (byHour.get(period.from) ?? []);
    if (!perMember) return [{ ...period, member: member ?? null, ...figuresOf(added(rows)) }];
    return [...grouped(rows, 'member')]
      .filter(([name]) => name !== NOBODY)
      .map(([name, own]) => ({ ...period, member: String(name), ...figuresOf(added(own)) }));
  });
}

/** Rows by the hour or member that they are of. */
function grouped(
  rows: readonly SumRow[],
  by: 'time' | 'member' = 'time',
): ReadonlyMap<string | number | undefined, readonly SumRow[]> {
  const groups = new Map<string | number | undefined, SumRow[]>();
  for (const row of rows) {
    const known = groups.get(row[by]);
    if (known === undefined) groups.set(row[by], [row]);
    else known.push(row);
  }
  return groups;
}

function ofMembers(cube: 'members' | 'switches', values: readonly string[] | undefined): SumWish {
  return { cube, by: ['member'], ...(values === undefined ? {} : { only: { key: 'member', values } }) };
}

/** The sums of several rows. */
function added(rows: readonly SumRow[]): SumRow {
  if (rows.length === 1 && rows[0] !== undefined) return rows[0];
  const sums: Record<string, number> = {};
  for (const row of rows)
    for (const [name, value] of Object.entries(row))
      if (typeof value === 'number') sums[name] = (sums[name] ?? 0) + value;
  return sums;
}
