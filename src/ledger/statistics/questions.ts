/** What can be asked of the statistics, and what is answered: plain values, which pass between threads. */
import type { Percentiles } from './buckets.js';
import type { Period } from './city-calendar.js';
import type { Figures, TransferFigures } from './figures.js';
import type { Hour, HourRange } from './hours.js';
import type { Subject, SurgeBounds } from './surge-types.js';

/** Whose sums are told, ids of members: those of others count for nothing. All, when left out. */
interface Scoped {
  readonly scope?: readonly string[] | undefined;
}

/** A range of hours; `member` narrows to one member. */
export interface RangeQuery extends HourRange, Scoped {
  readonly member?: string | undefined;
}

/** The members that a query narrows to; undefined for all, and for what is nobody's. */
export function membersOf({
  member,
  scope,
}: Pick<RangeQuery, 'member' | 'scope'>): readonly string[] | undefined {
  if (member === undefined) return scope;
  return scope === undefined || scope.includes(member) ? [member] : [];
}

export interface FiguresQuery extends RangeQuery {
  /** Also show the range by these; default not. */
  readonly by?: Period | undefined;
  /** IANA name of the city's time zone, for `by`. */
  readonly timezone: string;
  /** In each period, each member for itself instead of all together. */
  readonly perMember?: boolean | undefined;
}

/** Figures with how long transfers took. */
export interface FullFigures extends Figures {
  readonly switch: Percentiles | null;
}

/** Figures of a period: of a member, or of all together when that is null. */
export interface PeriodFigures extends Figures, HourRange {
  readonly member: string | null;
}

/** All answers name the months whose statistics are being made anew, and are not in. */
interface Answer {
  readonly missing: readonly string[];
}

export interface FiguresAnswer extends Answer {
  readonly periods: readonly PeriodFigures[];
  /** Of the whole range; members of which nothing is known are not there. */
  readonly members: readonly (FullFigures & { readonly member: string })[];
  readonly all: FullFigures;
  /** Notes of callers who were called back. */
  readonly notedBack: number;
}

/** Transfers from a member to another; null: a caller who was with nobody, or a target that is no member. */
export interface MatrixCell extends TransferFigures {
  readonly fromMember: string | null;
  readonly toMember: string | null;
  readonly asked: number;
  /** From request to switch; milliseconds. */
  readonly averageSwitchMs: number | null;
}
export interface MatrixAnswer extends Answer {
  readonly cells: readonly MatrixCell[];
}

export interface MattersQuery extends RangeQuery {
  /** How many at most. */
  readonly limit: number;
}
export interface MatterFigures {
  readonly matter: string;
  readonly asked: number;
  readonly completed: number;
  /** Asked in the time before, which was as long. */
  readonly before: number;
}
export interface MattersAnswer extends Answer {
  /** The most frequent first. */
  readonly items: readonly MatterFigures[];
  /** All matters together. */
  readonly asked: number;
  readonly before: number;
}

export interface CauseFigures {
  readonly kind: 'call' | 'leg' | 'transfer';
  readonly outcome: string;
  /** One of our words; of a leg, the SIP status. */
  readonly cause: string;
  readonly times: number;
}
export interface CausesAnswer extends Answer {
  /** The most frequent first. */
  readonly items: readonly CauseFigures[];
}

/** The 24 hours of a range in which the smallest share of calls was answered. */
export interface WorstDay extends HourRange {
  readonly offered: number;
  readonly answered: number;
  readonly answeredShare: number;
}
/** How a member, or all, keep the goals (GB/T 33358): 95 % of the calls of any 24 h answered; answered within 15 s. */
export interface GoalFigures {
  readonly offered: number;
  readonly answered: number;
  readonly answeredShare: number | null;
  readonly inTimeShare: number | null;
  /** Null when no call came. */
  readonly worstDay: WorstDay | null;
  /** Spans of 24 h that end within the range, one an hour, in which calls came; and how many miss the goal. */
  readonly spans: number;
  readonly spansBelow: number;
}
export interface GoalsAnswer extends Answer {
  readonly all: GoalFigures;
  readonly members: readonly (GoalFigures & { readonly member: string })[];
}

export interface CompareQuery extends Scoped {
  readonly now: HourRange;
  readonly before: HourRange;
}
export interface CompareAnswer extends Answer {
  readonly all: { readonly now: FullFigures; readonly before: FullFigures };
  readonly members: readonly {
    readonly member: string;
    readonly now: FullFigures;
    readonly before: FullFigures;
  }[];
}

/** What came in some times, for those who tell what is usual. */
export interface ArrivalsQuery {
  readonly times: readonly HourRange[];
}
export interface Arrivals extends HourRange {
  readonly of: 'member' | 'matter';
  readonly name: string;
  readonly count: number;
}
export interface ArrivalsAnswer extends Answer {
  /** Oldest hour that the ledger knows of; null when it is empty. */
  readonly since: Hour | null;
  /** Times in which nothing came are not there. */
  readonly items: readonly Arrivals[];
}

/** Hours of the past in which more came than was usual. */
export interface PastSurgesQuery extends RangeQuery {
  readonly bounds: SurgeBounds;
}
/** Hours on end in which more calls came to a member, or more transfers named a matter, than is usual. */
export interface PastSurge extends Subject, HourRange {
  /** What came in them, and how much was to be expected. */
  readonly count: number;
  readonly expected: number;
}
export interface PastSurgesAnswer extends Answer {
  /** First hour of which it is known what is usual; null when of none. */
  readonly knownFrom: Hour | null;
  /** Those that went the farthest beyond what is usual first. */
  readonly items: readonly PastSurge[];
}

/** How far back the ledger goes. */
export interface ExtentAnswer extends Answer {
  /** Oldest hour that it knows of; null when it is empty. */
  readonly since: Hour | null;
  /** Its files with records, oldest first: the month in which each was written, `YYYY-MM`, and the hours that they are of. */
  readonly files: readonly { readonly month: string; readonly hours: HourRange }[];
}

/** The questions by name. */
export interface StatisticsQueries {
  readonly figures: FiguresQuery;
  readonly matrix: RangeQuery;
  readonly matters: MattersQuery;
  readonly causes: RangeQuery;
  readonly goals: RangeQuery;
  readonly compare: CompareQuery;
  readonly arrivals: ArrivalsQuery;
  readonly surges: PastSurgesQuery;
  readonly extent: Readonly<Record<string, never>>;
}
export interface StatisticsAnswers {
  readonly figures: FiguresAnswer;
  readonly matrix: MatrixAnswer;
  readonly matters: MattersAnswer;
  readonly causes: CausesAnswer;
  readonly goals: GoalsAnswer;
  readonly compare: CompareAnswer;
  readonly arrivals: ArrivalsAnswer;
  readonly surges: PastSurgesAnswer;
  readonly extent: ExtentAnswer;
}
export type StatisticsName = keyof StatisticsQueries;
/** A question with its name. */
export type StatisticsQuestion = {
  readonly [N in StatisticsName]: { readonly what: N; readonly query: StatisticsQueries[N] };
}[StatisticsName];
