/** Who transfers to whom, about what, and why calls, legs and transfers fail. */
import { NOBODY } from './contribution.js';
import { PASSED_ON, type PassedOn } from './cubes.js';
import { average } from './figures.js';
import type { HourRange } from './hours.js';
import {
  type CauseFigures,
  type CausesAnswer,
  type MatrixAnswer,
  type MatrixCell,
  type MattersAnswer,
  type MattersQuery,
  membersOf,
  type RangeQuery,
} from './questions.js';
import { type StatisticsFile, type SumRow, sumCube } from './sum-cube.js';

type Answered<T> = Omit<T, 'missing'>;

/** Transfers from each member to each; with a member, or a scope, those that it asked for or was asked for. */
export function answerMatrix(files: readonly StatisticsFile[], query: RangeQuery): Answered<MatrixAnswer> {
  const rows = sumCube(files, query, { cube: 'matrix', by: ['from_member', 'to_member', 'outcome'] });
  const members = membersOf(query);
  const pairs = new Map<string, SumRow[]>();
  for (const row of rows) {
    const between = [String(row.from_member), String(row.to_member)];
    if (members !== undefined && !members.some((member) => between.includes(member))) continue;
    const key = `${row.from_member}\n${row.to_member}`;
    const pair = pairs.get(key);
    if (pair === undefined) pairs.set(key, [row]);
    else pair.push(row);
  }
  return { cells: [...pairs.values()].map(cellOf).sort((a, b) => b.asked - a.asked || order(a, b)) };
}

function cellOf(rows: readonly SumRow[]): MatrixCell {
  const sum = (column: string, outcome?: PassedOn): number =>
    rows
      .filter((row) => outcome === undefined || row.outcome === outcome)
      .reduce((total, row) => total + Number(row[column]), 0);
  const outcomes = Object.fromEntries(PASSED_ON.map((outcome) => [outcome, sum('transfers', outcome)]));
  return {
    fromMember: nameOf(rows[0]?.from_member),
    toMember: nameOf(rows[0]?.to_member),
    asked: sum('transfers'),
    ...(outcomes as Record<PassedOn, number>),
    averageSwitchMs: average(sum('switch_ms'), sum('switched')),
  };
}

const nameOf = (key: string | number | undefined): string | null =>
  key === undefined || key === NOBODY ? null : String(key);

const order = (a: MatrixCell, b: MatrixCell): number =>
  `${a.fromMember} ${a.toMember}` < `${b.fromMember} ${b.toMember}` ? -1 : 1;

/** What transfers are about, the most frequent first, beside the time before, which was as long. */
export function answerMatters(
  files: readonly StatisticsFile[],
  query: MattersQuery,
): Answered<MattersAnswer> {
  const earlier = { from: 2 * query.from - query.to, to: query.from };
  const values = membersOf(query);
  const only = values === undefined ? {} : { only: { key: 'member', values } };
  const asked = (range: HourRange): readonly SumRow[] =>
    sumCube(files, range, { cube: 'matters', by: ['matter'], ...only });
  const now = asked(query);
  const before = new Map(asked(earlier).map((row) => [row.matter, Number(row.asked)]));
  const items = now
    .map((row) => ({
      matter: String(row.matter),
      asked: Number(row.asked),
      completed: Number(row.completed),
      before: before.get(row.matter ?? '') ?? 0,
    }))
    .sort((a, b) => b.asked - a.asked || (a.matter < b.matter ? -1 : 1));
  return {
    items: items.slice(0, query.limit),
    asked: items.reduce((sum, item) => sum + item.asked, 0),
    before: [...before.values()].reduce((sum, count) => sum + count, 0),
  };
}

/** Why calls, legs and transfers ended other than they should, the most frequent first. */
export function answerCauses(files: readonly StatisticsFile[], query: RangeQuery): Answered<CausesAnswer> {
  const values = membersOf(query);
  const only = values === undefined ? {} : { only: { key: 'member', values } };
  const rows = sumCube(files, query, { cube: 'causes', by: ['kind', 'outcome', 'cause'], ...only });
  const items = rows.map((row) => ({
    kind: String(row.kind) as CauseFigures['kind'],
    outcome: String(row.outcome),
    cause: String(row.cause),
    times: Number(row.times),
  }));
  return { items: items.sort((a, b) => b.times - a.times || (a.cause < b.cause ? -1 : 1)) };
}
