/** Who transfers to whom, as a table whose cells are the darker the more they hold. */
import type { Cell } from './server/shapes.js';

export const MEASURES = ['asked', 'completed', 'lost', 'switch'] as const;
/** Transfers asked for; share of them that was completed; those that were not; mean time to switch. */
export type Measure = (typeof MEASURES)[number];

export interface HeatCell {
  readonly from: string;
  readonly to: string;
  /** Null where nothing was asked for, or nothing switched. */
  readonly value: number | null;
  /** 0 for nothing, 1 to 5 from light to dark. */
  readonly heat: number;
  /** False where neither member is one's own: nothing is known of it. */
  readonly seen: boolean;
}

export interface HeatTable {
  /** Members of the dial plan in its order, then those that it does not have any more. */
  readonly members: readonly string[];
  readonly rows: readonly {
    readonly from: string;
    readonly cells: readonly HeatCell[];
    readonly asked: number;
  }[];
  /** Transfers asked for to each member. */
  readonly asked: readonly number[];
  /** Those whose caller was with nobody, or whose target is no member: they have no cell. */
  readonly others: number;
}

const STEPS = 5;

function figureOf(cell: Cell, measure: Measure): number | null {
  switch (measure) {
    case 'asked':
      return cell.asked;
    case 'completed':
      return cell.asked === 0 ? null : cell.completed / cell.asked;
    case 'lost':
      return cell.asked - cell.completed - cell.alerted;
    case 'switch':
      return cell.averageSwitchMs;
  }
}

/**
 * @param planned members of the dial plan, in its order
 * @param sees whether transfers from and to a member may be seen
 */
export function heatTable(
  cells: readonly Cell[],
  planned: readonly string[],
  measure: Measure,
  sees: (member: string) => boolean = () => true,
): HeatTable {
  const pairs = cells.flatMap((cell) => {
    const { fromMember: from, toMember: to } = cell;
    return from === null || to === null ? [] : [{ from, to, cell, value: figureOf(cell, measure) }];
  });
  const members = [...new Set([...planned, ...pairs.flatMap(({ from, to }) => [from, to])])];
  const most = Math.max(0, ...pairs.map(({ value }) => value ?? 0));
  const byPair = new Map(pairs.map((pair) => [`${pair.from}\n${pair.to}`, pair]));
  // Few pairs have most of the transfers; by the root, the others are told apart as well.
  const heatOf = (value: number | null): number =>
    value === null || value <= 0 || most === 0 ? 0 : Math.max(1, Math.ceil(Math.sqrt(value / most) * STEPS));
  const sum = (fits: (pair: (typeof pairs)[number]) => boolean): number =>
    pairs.filter(fits).reduce((total, { cell }) => total + cell.asked, 0);
  return {
    members,
    rows: members.map((from) => ({
      from,
      cells: members.map((to) => {
        const value = byPair.get(`${from}\n${to}`)?.value ?? null;
        return { from, to, value, heat: heatOf(value), seen: sees(from) || sees(to) };
      }),
      asked: sum((pair) => pair.from === from),
    })),
    asked: members.map((to) => sum((pair) => pair.to === to)),
    others: cells.reduce((total, { asked }) => total + asked, 0) - sum(() => true),
  };
}
