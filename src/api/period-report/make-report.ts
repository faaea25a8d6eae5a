import type { MemberScope } from '../../config/roles.js';
import type { CityCalendar } from '../../ledger/statistics/city-calendar.js';
import { ANSWER_GOAL_MS } from '../../ledger/statistics/contribution.js';
import { ANSWERED_GOAL, DAY_HOURS } from '../../ledger/statistics/goals.js';
import { HOUR_MS, type HourRange, overlap } from '../../ledger/statistics/hours.js';
import type {
  ExtentAnswer,
  GoalsAnswer,
  PastSurgesAnswer,
  PeriodFigures,
} from '../../ledger/statistics/questions.js';
import type { SurgeBounds } from '../../ledger/statistics/surge-types.js';
import type { SeenLedger } from '../rights/scoped-ledger.js';
import { isoTime, type Wire } from '../wire.js';
import type { PeriodReport } from './period-report-schemas.js';
import { COURSE_BY, type ReportPeriod } from './report-period.js';

/** Matters that a report names. */
const MOST_MATTERS = 20;
/** More than any catalogue has. */
const ALL_MATTERS = 10_000;
/** Surges that a report names. */
const MOST_SURGES = 20;

export interface ReportWish {
  readonly period: ReportPeriod;
  readonly member: string | undefined;
  /** Whose sums the ledger tells. */
  readonly members: MemberScope;
  readonly calendar: CityCalendar;
  /** UTC milliseconds. */
  readonly now: number;
  /** Null: nobody looks for surges. */
  readonly bounds: SurgeBounds | null;
}

/** Everything that a report of a period shows. Rejects with a `LedgerReadError`. */
export async function makeReport(
  ledger: Pick<SeenLedger, 'statistics'>,
  { period, member, members, calendar, now, bounds }: ReportWish,
): Promise<PeriodReport> {
  const { timezone } = calendar;
  const range = { ...period.now, member };
  const by = COURSE_BY[period.of];
  const [is, was, matrix, causes, matters, mattersWere, goals, surges, extent] = await Promise.all([
    ledger.statistics('figures', { ...range, by, timezone }),
    ledger.statistics('figures', { ...period.before, member, timezone }),
    ledger.statistics('matrix', range),
    ledger.statistics('causes', range),
    ledger.statistics('matters', { ...range, limit: MOST_MATTERS }),
    ledger.statistics('matters', { ...period.before, member, limit: ALL_MATTERS }),
    ledger.statistics('goals', range),
    bounds === null ? null : ledger.statistics('surges', { ...range, bounds: boundsOf(bounds) }),
    ledger.statistics('extent', {}),
  ]);
  return {
    of: period.of,
    member: member ?? null,
    seen: members === 'all' ? null : [...members],
    timezone,
    startsAt: timeOf(period.whole.from),
    endsAt: timeOf(period.whole.to),
    untilAt: timeOf(period.now.to),
    over: now >= period.whole.to * HOUR_MS,
    beforeStartsAt: timeOf(period.before.from),
    beforeEndsAt: timeOf(period.before.to),
    madeAt: isoTime(now),
    sinceAt: extent.since === null ? null : timeOf(extent.since),
    missing: [...new Set([...is.missing, ...was.missing])].sort(),
    absent: absentOf(extent, period.now, calendar),
    absentBefore: absentOf(extent, period.before, calendar),
    all: plain(is.all),
    before: knows(extent, period.before, calendar) ? plain(was.all) : null,
    members: plain(is.members),
    notedBack: is.notedBack,
    courseBy: by,
    course: is.periods.map(courseOf),
    cells: plain(matrix.cells),
    causes: plain(causes.items),
    matters: matters.items.map((one) => ({
      ...one,
      before: mattersWere.items.find(({ matter }) => matter === one.matter)?.asked ?? 0,
    })),
    goals: goalsOf(goals),
    surges: surgesOf(surges),
  };
}

/** What a report needs of the settings; a message to the thread of the ledger carries no more. */
function boundsOf({ times, score, minimum }: SurgeBounds): SurgeBounds {
  return { times, score, minimum };
}

/** Whether the ledger has anything of a range. */
function knows(extent: ExtentAnswer, range: HourRange, calendar: CityCalendar): boolean {
  const { since } = extent;
  const months = monthsOf(range, calendar);
  return since !== null && since < range.to && absentOf(extent, range, calendar).length < months.length;
}

/** Months of a range of which the ledger has nothing: no file was written in them, and none reaches a day into them. */
function absentOf({ files }: ExtentAnswer, range: HourRange, calendar: CityCalendar): string[] {
  return monthsOf(range, calendar).filter((name) => {
    const whole = calendar.month(name) ?? range;
    return !files.some(({ month, hours }) => {
      const { from, to } = overlap(hours, whole);
      return month === name || to - from >= DAY_HOURS;
    });
  });
}

function monthsOf(range: HourRange, calendar: CityCalendar): readonly string[] {
  const months = calendar
    .periods(range, 'month')
    .map(({ from }) => calendar.monthOf((from + 1) * HOUR_MS - 1));
  return [...new Set(months)];
}

function courseOf({ from, offered, answered, transfersOut }: PeriodFigures): PeriodReport['course'][number] {
  return { startsAt: timeOf(from), offered, answered, moved: transfersOut.completed };
}

function goalsOf({ all, members }: GoalsAnswer): PeriodReport['goals'] {
  const told = <T extends GoalsAnswer['all']>(goal: T) => {
    const { worstDay, ...rest } = goal;
    if (worstDay === null) return { ...rest, worstDay };
    const { from, to, ...figures } = worstDay;
    return { ...rest, worstDay: { startsAt: timeOf(from), endsAt: timeOf(to), ...figures } };
  };
  return {
    answeredGoal: ANSWERED_GOAL,
    answerGoalMs: ANSWER_GOAL_MS,
    all: told(all),
    members: members.map(told),
  };
}

function surgesOf(answer: PastSurgesAnswer | null): PeriodReport['surges'] {
  if (answer === null) return { watched: false, knownFromAt: null, items: [] };
  const { knownFrom, items } = answer;
  return {
    watched: true,
    knownFromAt: knownFrom === null ? null : timeOf(knownFrom),
    items: items.slice(0, MOST_SURGES).map(({ from, to, expected, ...rest }) => ({
      ...rest,
      startsAt: timeOf(from),
      endsAt: timeOf(to),
      expected: Math.round(expected * 10) / 10,
    })),
  };
}

function timeOf(hour: number): string {
  return isoTime(hour * HOUR_MS);
}

/** As it is: it holds no times in milliseconds since 1970. */
function plain<T>(answer: T): Wire<T> {
  return answer as Wire<T>;
}
