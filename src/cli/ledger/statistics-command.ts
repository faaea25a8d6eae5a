import type { z } from 'zod';
import { type RangeWish, rangeOf } from '../../api/statistics-range.js';
import { figuresQuery, mattersQuery, rangeQuery } from '../../api/statistics-schemas.js';
import { isoTime } from '../../api/wire.js';
import { CityCalendar } from '../../ledger/statistics/city-calendar.js';
import type { Figures } from '../../ledger/statistics/figures.js';
import { HOUR_MS, type HourRange } from '../../ledger/statistics/hours.js';
import type { FullFigures } from '../../ledger/statistics/questions.js';
import { EXIT } from '../options.js';
import { cityZone } from './city-zone.js';
import { complaint } from './filters.js';
import type { Cells } from './listings.js';
import type { OptionValues, Subcommand, Understood, Workplace } from './subcommand.js';
import { seconds, table } from './text.js';

const DEFAULT_MATTERS = 20;
const NAMES = ['from', 'to', 'month', 'member', 'by', 'per', 'limit'] as const;

/** What is asked of the statistics, once the range is known. */
interface Asked {
  readonly workplace: Workplace;
  readonly range: HourRange;
  readonly calendar: CityCalendar;
}
/** An answer: as JSON, and as tables, each with its heading. */
interface Told {
  readonly answer: object & { readonly missing: readonly string[] };
  readonly tables: readonly (readonly Cells[])[];
}

/** `onekey ledger statistics [members|matrix|matters|causes|goals]`. */
export const statisticsCommand: Subcommand = {
  options: Object.fromEntries(NAMES.map((name) => [name, { type: 'string' as const }])),
  understand(values, positionals) {
    const [what = 'members', ...rest] = positionals;
    if (rest.length > 0) return { ok: false, message: `"${rest[0]}" is one word too many` };
    switch (what) {
      case 'members':
        return understood(figuresQuery, values, members);
      case 'matrix':
        return understood(rangeQuery, values, matrix);
      case 'matters':
        return understood(mattersQuery, values, matters);
      case 'causes':
        return understood(rangeQuery, values, causes);
      case 'goals':
        return understood(rangeQuery, values, goals);
      default:
        return {
          ok: false,
          message: `there are no statistics "${what}"; it is members, matrix, matters, causes or goals`,
        };
    }
  },
};

function understood<Q extends RangeWish>(
  schema: z.ZodType<Q>,
  values: OptionValues,
  tell: (query: Q, asked: Asked) => Promise<Told>,
): Understood {
  const given = NAMES.flatMap((name) => (values[name] === undefined ? [] : [[name, String(values[name])]]));
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (!parsed.success) return { ok: false, message: complaint(parsed.error) };
  return { ok: true, run: (workplace) => show(parsed.data, workplace, tell) };
}

async function show<Q extends RangeWish>(
  query: Q,
  workplace: Workplace,
  tell: (query: Q, asked: Asked) => Promise<Told>,
): Promise<number> {
  const { json, surroundings } = workplace;
  const calendar = new CityCalendar(cityZone(workplace));
  const result = rangeOf(query, calendar, Date.now());
  if (!result.ok) {
    surroundings.err(`onekey ledger statistics: --${result.field}: ${result.message}`);
    return EXIT.usage;
  }
  const { range } = result;
  const { answer, tables } = await tell(query, { workplace, range, calendar });
  const span = { startsAt: isoTime(range.from * HOUR_MS), endsAt: isoTime(range.to * HOUR_MS) };
  const { timezone } = calendar;
  if (json) surroundings.out(JSON.stringify({ ...span, timezone, ...answer }));
  else {
    surroundings.out(`${calendar.wallClock(range.from)} to ${calendar.wallClock(range.to)}, ${timezone}`);
    for (const rows of tables)
      for (const line of rows.length > 1 ? ['', ...table(rows)] : []) surroundings.out(line);
    if (tables.every((rows) => rows.length <= 1)) surroundings.err('there is nothing in this time');
  }
  const { missing } = answer;
  if (missing.length > 0)
    surroundings.err(`not in, because their statistics are being made anew: ${missing.join(', ')}`);
  return EXIT.ok;
}

async function members(query: z.output<typeof figuresQuery>, asked: Asked): Promise<Told> {
  const { member, by, per } = query;
  const { calendar, range, workplace } = asked;
  const { timezone } = calendar;
  const wish = { ...range, member, by, timezone, perMember: per === 'member' };
  const answer = await workplace.reader.statistics('figures', wish);
  const { offered, talkMs } = answer.all;
  const known = offered > 0 || talkMs > 0 || answer.members.length > 0;
  const periods = answer.periods.map(({ from, member: of, ...figures }) => [
    calendar.wallClock(from),
    of ?? 'all',
    ...figureCells(figures),
  ]);
  return {
    answer,
    tables: [
      [
        ['member', ...FIGURES, 'switch 95 %'],
        ...answer.members.map((row) => [row.member, ...figureCells(row), switchCell(row)]),
        ...(known && member === undefined
          ? [['all', ...figureCells(answer.all), switchCell(answer.all)]]
          : []),
      ],
      [[by ?? '', 'member', ...FIGURES], ...periods],
    ],
  };
}

const FIGURES = [
  'offered',
  'answered',
  '%',
  'in 15 s %',
  'given up',
  'missed',
  'wait',
  'wait 95 %',
  'taken',
  'talk',
  'out',
  'in',
];

function figureCells(figures: Figures): Cells {
  const sum = (of: object): number =>
    Object.values(of).reduce<number>((total, count) => total + Number(count), 0);
  return [
    figures.offered,
    figures.answered,
    percent(figures.answeredShare),
    percent(figures.inTimeShare),
    figures.abandoned,
    figures.missed,
    seconds(figures.averageWaitMs),
    seconds(figures.wait?.p95 ?? null),
    figures.taken,
    seconds(figures.averageTalkMs),
    sum(figures.transfersOut),
    sum(figures.transfersIn),
  ];
}

const switchCell = (figures: FullFigures): string | null => seconds(figures.switch?.p95 ?? null);
const percent = (share: number | null): number | null =>
  share === null ? null : Math.round(share * 1000) / 10;

async function matrix({ member }: z.output<typeof rangeQuery>, { workplace, range }: Asked): Promise<Told> {
  const answer = await workplace.reader.statistics('matrix', { ...range, member });
  const rows = answer.cells.map((cell) => [
    cell.fromMember,
    cell.toMember,
    cell.asked,
    cell.completed,
    cell.alerted,
    cell.failed,
    cell.refused,
    cell.abandoned,
    cell.interrupted,
    seconds(cell.averageSwitchMs),
  ]);
  const heading = [
    'from',
    'to',
    'asked',
    'completed',
    'alerted',
    'failed',
    'refused',
    'abandoned',
    'cut off',
    'switch',
  ];
  return { answer, tables: [[heading, ...rows]] };
}

async function matters(
  { member, limit = DEFAULT_MATTERS }: z.output<typeof mattersQuery>,
  { workplace, range }: Asked,
): Promise<Told> {
  const answer = await workplace.reader.statistics('matters', { ...range, member, limit });
  const rows = answer.items.map(({ matter, asked, completed, before }) => [matter, asked, completed, before]);
  return { answer, tables: [[['matter', 'asked', 'completed', 'before'], ...rows]] };
}

async function causes({ member }: z.output<typeof rangeQuery>, { workplace, range }: Asked): Promise<Told> {
  const answer = await workplace.reader.statistics('causes', { ...range, member });
  const rows = answer.items.map(({ kind, outcome, cause, times }) => [kind, outcome, cause, times]);
  return { answer, tables: [[['of a', 'outcome', 'cause', 'times'], ...rows]] };
}

async function goals(
  { member }: z.output<typeof rangeQuery>,
  { workplace, range, calendar }: Asked,
): Promise<Told> {
  const answer = await workplace.reader.statistics('goals', { ...range, member });
  const rows = [...answer.members, ...(member === undefined ? [{ ...answer.all, member: 'all' }] : [])];
  const heading = ['member', 'offered', 'answered %', 'in 15 s %', 'worst day %', 'until', 'days below 95 %'];
  const cells = rows
    .filter(({ offered, spans }) => offered > 0 || spans > 0)
    .map(({ member: name, offered, answeredShare, inTimeShare, worstDay, spans, spansBelow }) => [
      name,
      offered,
      percent(answeredShare),
      percent(inTimeShare),
      percent(worstDay?.answeredShare ?? null),
      worstDay === null ? null : calendar.wallClock(worstDay.to),
      `${spansBelow} of ${spans}`,
    ]);
  return { answer, tables: [[heading, ...cells]] };
}
