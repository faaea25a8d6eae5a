import { count, type NumberCell, seconds, share } from './cell.js';
import type { PeriodReport } from './period-report-schemas.js';

type Figures = PeriodReport['all'];
type Outcomes = Figures['transfersOut'];

/** The figures of a member, or of all, that a report tells, by what they are called in its words. */
export function figuresOf(figures: Figures) {
  const { transfersOut: out, transfersIn: into } = figures;
  const asked = movesAsked(out);
  return {
    offered: count(figures.offered),
    answered: count(figures.answered),
    answeredShare: share(figures.answeredShare),
    inTimeShare: share(figures.inTimeShare),
    averageWait: seconds(figures.averageWaitMs),
    abandoned: count(figures.abandoned),
    unanswered: count(figures.unanswered),
    refused: count(figures.refused),
    interrupted: count(figures.interrupted),
    missed: count(figures.missed),
    calledBack: count(figures.calledBack),
    reachedBack: count(figures.reachedBack),
    asked: count(asked),
    moved: count(out.completed),
    movedShare: share(asked === 0 ? null : out.completed / asked),
    notMoved: count(asked - out.completed),
    alerted: count(out.alerted),
    averageSwitch: seconds(figures.averageSwitchMs),
    switchP95: seconds(figures.switch?.p95 ?? null),
    averageTalk: seconds(figures.averageTalkMs),
    averageHeld: seconds(figures.held === 0 ? null : figures.heldMs / figures.held),
    out: count(asked),
    into: count(movesAsked(into)),
  } satisfies Readonly<Record<string, NumberCell>>;
}

/** Transfers asked for; an alert moves nobody. */
export function movesAsked({
  completed,
  failed,
  refused,
  abandoned,
  interrupted,
}: Omit<Outcomes, 'alerted'>): number {
  return completed + failed + refused + abandoned + interrupted;
}
