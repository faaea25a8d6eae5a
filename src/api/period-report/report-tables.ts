import { causeName } from '../../ledger/words/cause-words.js';
import {
  type Cell,
  change,
  count,
  times as manifold,
  type NumberCell,
  seconds,
  share,
  text,
} from './cell.js';
import type { PeriodReport } from './period-report-schemas.js';
import { figuresOf, movesAsked } from './report-figures.js';
import type { ReportNames } from './report-names.js';
import type { ReportTimes } from './report-times.js';
import type { ReportWords } from './report-words.js';

/** Sections of a report that have a table, in their order. */
export type TableId = keyof ReportWords['sections'];

/** A table of a report. The first cell of a row names it. */
export interface ReportTable {
  readonly id: TableId;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** The last row adds up the others. */
  readonly sum: boolean;
  /** What to know of it; instead of rows where there are none. */
  readonly note: string;
}

export interface Telling {
  readonly report: PeriodReport;
  readonly names: ReportNames;
  readonly words: ReportWords;
  readonly times: ReportTimes;
  readonly language: 'zh' | 'en';
}

/** Causes that a report names, of calls, legs and transfers each. */
const MOST_CAUSES = 10;

export function reportTables(telling: Telling): readonly ReportTable[] {
  const tables = [key, goals, course, members, matrix, switches, causes, matters, surges];
  return tables.map((table) => table(telling));
}

type Rows = Pick<ReportTable, 'columns' | 'rows'> & { readonly note?: string; readonly sum?: boolean };

function tableOf(id: TableId, { words }: Telling, { columns, rows, note, sum = false }: Rows): ReportTable {
  const nothing = rows.length === 0 ? words.none : '';
  return { id, title: words.sections[id], columns, rows, sum, note: note ?? nothing };
}

const KEY = [
  'offered',
  'answered',
  'answeredShare',
  'inTimeShare',
  'averageWait',
  'abandoned',
  'unanswered',
  'refused',
  'interrupted',
  'missed',
  'calledBack',
  'reachedBack',
  'asked',
  'moved',
  'movedShare',
  'notMoved',
  'averageSwitch',
  'switchP95',
  'alerted',
  'averageTalk',
  'averageHeld',
] as const;

function key(telling: Telling): ReportTable {
  const { report, words } = telling;
  const is = figuresOf(report.all);
  const was = report.before === null ? null : figuresOf(report.before);
  const rows = KEY.map((name) => {
    const now = is[name];
    const before: NumberCell = was === null ? { unit: now.unit, value: null } : was[name];
    return [text(words.key[name]), now, before, change(now, before)];
  });
  const { figure, now, before, change: changed } = words.key;
  return tableOf('key', telling, { columns: [figure, now, before, changed], rows });
}

function goals(telling: Telling): ReportTable {
  const { report, words, times, names } = telling;
  const of = words.goals;
  const verdict = (met: boolean | null): Cell => text(met === null ? of.noCalls : met ? of.met : of.notMet);
  const row = (name: string, goal: PeriodReport['goals']['all']): readonly Cell[] => {
    const { offered, answeredShare, inTimeShare, worstDay, spans, spansBelow } = goal;
    return [
      text(name),
      count(offered),
      share(answeredShare),
      share(worstDay?.answeredShare ?? null),
      text(worstDay === null ? '—' : times.minute(worstDay.startsAt)),
      count(spansBelow),
      count(spans),
      verdict(worstDay === null ? null : spansBelow === 0),
      share(inTimeShare),
      verdict(inTimeShare === null ? null : inTimeShare >= report.goals.answeredGoal),
    ];
  };
  const { members } = report.goals;
  return tableOf('goals', telling, {
    columns: [
      of.member,
      of.offered,
      of.answeredShare,
      of.lowest,
      of.lowestAt,
      of.below,
      of.spans,
      of.answeredGoal,
      of.inTimeShare,
      of.inTimeGoal,
    ],
    rows: [
      ...inOrder(members, names).map((goal) => row(names.member(goal.member), goal)),
      ...(report.member === null ? [row(words.all, report.goals.all)] : []),
    ],
    sum: report.member === null,
  });
}

/** Members that something is known of, in the order in which they are told. */
function inOrder<T extends { readonly member: string }>(
  of: readonly T[],
  { order }: ReportNames,
): readonly T[] {
  const place = ({ member }: T): number => {
    const at = order.indexOf(member);
    return at === -1 ? order.length : at;
  };
  return of.toSorted((a, b) => place(a) - place(b));
}

function course(telling: Telling): ReportTable {
  const { report, words, times } = telling;
  const of = words.course;
  const label = (startsAt: string): string =>
    report.courseBy === 'hour'
      ? times.minute(startsAt).slice(11)
      : times.day(startsAt).slice(0, report.courseBy === 'month' ? 7 : 10);
  return tableOf('course', telling, {
    columns: [of[report.courseBy], of.offered, of.answered, of.lost, of.moved],
    rows: report.course.map(({ startsAt, offered, answered, moved }) => [
      text(label(startsAt)),
      count(offered),
      count(answered),
      count(offered - answered),
      count(moved),
    ]),
  });
}

const MEMBER = [
  'offered',
  'answered',
  'answeredShare',
  'inTimeShare',
  'abandoned',
  'missed',
  'calledBack',
  'reachedBack',
  'out',
  'into',
  'notMoved',
  'averageTalk',
  'averageHeld',
] as const;

function members(telling: Telling): ReportTable {
  const { report, words, names } = telling;
  const row = (name: string, figures: PeriodReport['all']): readonly Cell[] => {
    const of = figuresOf(figures);
    return [text(name), ...MEMBER.map((one) => of[one])];
  };
  return tableOf('members', telling, {
    columns: [words.members.member, ...MEMBER.map((one) => words.members[one])],
    rows: [
      ...inOrder(report.members, names).map((one) => row(names.member(one.member), one)),
      ...(report.member === null ? [row(words.all, report.all)] : []),
    ],
    note: report.notedBack === 0 ? '' : words.notedBack(String(report.notedBack)),
    sum: report.member === null,
  });
}

/** Transfers asked for from each member, down, to each, across. */
function matrix(telling: Telling): ReportTable {
  const { report, words, names } = telling;
  const cells = report.cells
    .map((cell) => ({ ...cell, asked: movesAsked(cell) }))
    .filter(({ asked }) => asked > 0);
  const known = inOrder(report.members, names).map(({ member }) => member);
  const axis = (side: 'fromMember' | 'toMember'): readonly (string | null)[] => {
    const seen = new Set(cells.map((cell) => cell[side]));
    const others = [...seen].filter((id) => id !== null && !known.includes(id));
    return [...known.filter((id) => seen.has(id)), ...others, ...(seen.has(null) ? [null] : [])];
  };
  const [from, to] = [axis('fromMember'), axis('toMember')];
  const asked = (a: string | null | undefined, b: string | null | undefined): number =>
    cells
      .filter(
        (cell) => (a === undefined || cell.fromMember === a) && (b === undefined || cell.toMember === b),
      )
      .reduce((sum, cell) => sum + cell.asked, 0);
  const name = (id: string | null): string => (id === null ? words.nobody : names.member(id));
  const row = (title: string, of: string | null | undefined): readonly Cell[] => [
    text(title),
    ...to.map((one) => count(asked(of, one))),
    count(asked(of, undefined)),
  ];
  return tableOf('matrix', telling, {
    columns: [
      words.matrix.from,
      ...to.map((id) => (id === null ? words.nobody : names.short(id))),
      words.matrix.sum,
    ],
    rows:
      cells.length === 0 ? [] : [...from.map((one) => row(name(one), one)), row(words.matrix.sum, undefined)],
    sum: cells.length > 0,
  });
}

function switches(telling: Telling): ReportTable {
  const { report, words, names } = telling;
  const of = words.switches;
  const row = (name: string, figures: PeriodReport['all']): readonly Cell[] => [
    text(name),
    count(figures.transfersOut.completed),
    seconds(figures.averageSwitchMs),
    ...(['p50', 'p95', 'p99'] as const).map((p) => seconds(figures.switch?.[p] ?? null)),
  ];
  const known = inOrder(report.members, names).filter((one) => one.switch !== null);
  return tableOf('switches', telling, {
    columns: [of.member, of.moved, of.average, of.p50, of.p95, of.p99],
    rows: [
      ...known.map((one) => row(names.member(one.member), one)),
      ...(report.member === null && known.length > 0 ? [row(words.all, report.all)] : []),
    ],
    sum: report.member === null && known.length > 0,
  });
}

function causes(telling: Telling): ReportTable {
  const { report, words, language } = telling;
  const of = words.causes;
  const rows = (['call', 'leg', 'transfer'] as const).flatMap((kind) => {
    const own = report.causes.filter((one) => one.kind === kind);
    const all = own.reduce((sum, { times }) => sum + times, 0);
    return own
      .slice(0, MOST_CAUSES)
      .map((one) => [
        text(words.kinds[kind]),
        text(words.outcomes[one.outcome] ?? one.outcome),
        text(causeName(one, language)),
        count(one.times),
        share(one.times / all),
      ]);
  });
  return tableOf('causes', telling, {
    columns: [of.kind, of.outcome, of.cause, of.times, of.share],
    rows,
  });
}

function matters(telling: Telling): ReportTable {
  const { report, words, names } = telling;
  const of = words.matters;
  return tableOf('matters', telling, {
    columns: [of.matter, of.asked, of.completed, of.before, of.change],
    rows: report.matters
      .filter(({ asked }) => asked > 0)
      .map(({ matter, asked, completed, before }) => [
        text(names.matter(matter)),
        count(asked),
        count(completed),
        count(report.before === null ? null : before),
        change(count(asked), count(report.before === null ? null : before)),
      ]),
  });
}

function surges(telling: Telling): ReportTable {
  const { report, words, names, times } = telling;
  const of = words.surges;
  const { watched, knownFromAt, items } = report.surges;
  const note = watched ? (knownFromAt === null ? words.surgesUnknown : words.noSurges) : words.surgesOff;
  return tableOf('surges', telling, {
    columns: [of.subject, of.from, of.to, of.count, of.expected, of.times],
    rows: items.map((one) => [
      text(
        one.of === 'member'
          ? `${of.member} ${names.member(one.name)}`
          : `${of.matter} ${names.matter(one.name)}`,
      ),
      text(times.minute(one.startsAt)),
      text(times.minute(one.endsAt)),
      count(one.count),
      count(Math.round(one.expected)),
      manifold(one.expected === 0 ? null : one.count / one.expected),
    ]),
    note: items.length === 0 ? note : '',
  });
}
