/** One batch of simulated transfers, in this process or for another one. */
import { type BatchOptions, runBatch } from '../../test/sim/transfers/batch.js';
import type { Promised, Tally } from '../../test/sim/transfers/observer/verdict.js';

export type Order = Pick<BatchOptions, 'faults'> & { readonly wheel: boolean };

export interface BatchOrder extends Order {
  readonly seed: number;
  readonly calls: number;
  /** Print what was said in this story, whatever came of it. */
  readonly story?: number | null;
}

export interface BatchReport {
  readonly calls: number;
  readonly fingerprint: string;
  readonly violations: readonly Promised[];
  /** What people should read of it. */
  readonly lines: readonly string[];
  readonly tally: Tally;
  readonly datagrams: number;
}

/** Time between two callers, virtual ms: as many calls at once as a city has in an hour of need. */
const EVERY_MS = 120;
/** Stories whose ladder is printed of one batch. */
const LADDERS = 2;

/** The seed of the nth batch of a run. */
export function batchSeed(seed: number, index: number): number {
  return (seed + Math.imul(index, 0x9e37_79b1)) >>> 0;
}

export async function playBatch({
  seed,
  calls,
  faults,
  wheel,
  story = null,
}: BatchOrder): Promise<BatchReport> {
  const options = { seed, calls, withinMs: calls * EVERY_MS, faults, wheel };
  let result = await runBatch(story === null ? options : { ...options, ladders: true });
  // Ladders cost memory and time: they are made when they are needed, by playing the same batch again.
  if (result.violations.length > 0 && story === null) result = await runBatch({ ...options, ladders: true });
  const lines = result.violations.map(
    ({ story: of, what }) => `VIOLATION  seed ${seed}, story ${of ?? '-'}: ${what}`,
  );
  const stories = new Set(story === null ? result.violations.flatMap(({ story: of }) => of ?? []) : [story]);
  for (const of of [...stories].slice(0, LADDERS)) {
    lines.push(`story ${of} of the batch with seed ${seed}:`, ...result.ladder(of));
  }
  if (result.violations.length > 0)
    lines.push(
      `again: scripts/sim/transfers --replay ${seed} --batch ${calls} --faults ${faults}${wheel ? ' --wheel' : ''}`,
    );
  const { fingerprint, tally, datagrams } = result;
  return { calls, fingerprint, violations: result.violations.map(({ of }) => of), lines, tally, datagrams };
}

if (process.argv[2] === '--worker') {
  process.on('message', ({ index, ...order }: BatchOrder & { index: number }) => {
    void playBatch(order).then(
      (report) => process.send?.({ index, report }),
      (error: unknown) => {
        console.error(`the batch with seed ${order.seed} could not be played:`, error);
        process.exit(3);
      },
    );
  });
}
