import { type Percentiles, percentiles, WAIT_BOUNDS_MS } from './buckets.js';
import { MOVED_COLUMNS, PASSED_ON, type PassedOn, WAIT_COLUMNS } from './cubes.js';
import type { SumRow } from './sum-cube.js';

/** Transfers by outcome. */
export type TransferFigures = Readonly<Record<PassedOn, number>>;

/**
 * What happened at a member in some time; contribution.ts says what is counted for whom. `offered` is the sum of `answered`,
 * `abandoned`, `unanswered`, `refused` and `interrupted`. Times are milliseconds; an average, share or percentile of
 * nothing is null.
 */
export interface Figures {
  /** Calls to the member. */
  readonly offered: number;
  readonly answered: number;
  /** Answered within 15 s. */
  readonly answeredInTime: number;
  /** Given up by the caller. */
  readonly abandoned: number;
  /** Nobody answered. */
  readonly unanswered: number;
  /** Not taken: closed, full, draining. */
  readonly refused: number;
  /** Cut off by a crash before an answer. */
  readonly interrupted: number;
  /** Callers who were to be called back, some of them answered at first. */
  readonly missed: number;
  /** Calls back by the member's agents, and how many of them reached the citizen. */
  readonly calledBack: number;
  readonly reachedBack: number;
  /** Share of the calls offered that were answered; 0 to 1. */
  readonly answeredShare: number | null;
  /** Share of the answered calls, of those whose wait was measured, that were answered within 15 s; 0 to 1. */
  readonly inTimeShare: number | null;
  /** Wait of the calls answered. */
  readonly waitMs: number;
  readonly averageWaitMs: number | null;
  readonly wait: Percentiles | null;
  /** Wait of the calls that were not answered. */
  readonly lostWaitMs: number;
  readonly averageLostWaitMs: number | null;
  /** Answered calls whose caller was on hold, and for how long in all. */
  readonly held: number;
  readonly heldMs: number;
  /** Answered calls by moves to another member: none, one, two, more. */
  readonly moved: readonly number[];
  /** Legs to the member's desks, and how many were answered; all talk of its agents. */
  readonly rang: number;
  readonly taken: number;
  readonly talkMs: number;
  readonly averageTalkMs: number | null;
  /** Transfers that the member's agents asked for, and those to the member. */
  readonly transfersOut: TransferFigures;
  readonly transfersIn: TransferFigures;
  /** From request to switch, of the member's completed transfers. */
  readonly switchMs: number;
  readonly averageSwitchMs: number | null;
}

/** Figures of the sums of a member, or of several. */
export function figuresOf(row: SumRow): Figures {
  const sum = (column: string): number => Number(row[column] ?? 0);
  const by = (way: 'in' | 'out'): TransferFigures =>
    Object.fromEntries(PASSED_ON.map((outcome) => [outcome, sum(`${way}_${outcome}`)])) as TransferFigures;
  return {
    offered: sum('offered'),
    answered: sum('answered'),
    answeredInTime: sum('in_time'),
    abandoned: sum('abandoned'),
    unanswered: sum('unanswered'),
    refused: sum('refused'),
    interrupted: sum('interrupted'),
    missed: sum('missed'),
    calledBack: sum('called_back'),
    reachedBack: sum('reached_back'),
    answeredShare: share(sum('answered'), sum('offered')),
    inTimeShare: share(sum('in_time'), sum('waits')),
    waitMs: sum('wait_ms'),
    averageWaitMs: average(sum('wait_ms'), sum('waits')),
    wait: percentiles(WAIT_BOUNDS_MS, WAIT_COLUMNS.map(sum)),
    lostWaitMs: sum('lost_wait_ms'),
    averageLostWaitMs: average(sum('lost_wait_ms'), sum('lost_waits')),
    held: sum('held'),
    heldMs: sum('held_ms'),
    moved: MOVED_COLUMNS.map(sum),
    rang: sum('rang'),
    taken: sum('taken'),
    talkMs: sum('talk_ms'),
    averageTalkMs: average(sum('talk_ms'), sum('talks')),
    transfersOut: by('out'),
    transfersIn: by('in'),
    switchMs: sum('switch_ms'),
    averageSwitchMs: average(sum('switch_ms'), sum('switches')),
  };
}

/** A share, 0 to 1, to four digits; null of nothing. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((10_000 * part) / whole) / 10_000;
}

/** An average to whole milliseconds; null of nothing. */
export function average(total: number, count: number): number | null {
  return count === 0 ? null : Math.round(total / count);
}
