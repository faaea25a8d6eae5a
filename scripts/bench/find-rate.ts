/** What one run at a rate showed. */
export interface RateTrial {
  readonly failed: number;
  readonly reachedRate: number;
  readonly retransmissions: number;
}

/** The caller must reach this share of the rate asked for, or the machine is at its limit. */
const reachedShare = 0.95;
const precision = 1.05;
export const highestRate = 5000;

/**
 * The highest rate without a failed call, calls per second; 0 when there is none. Doubled until a call fails, then
 * bisected to 5 %; prints a line for each run.
 */
export async function findRate(first: number, run: (rate: number) => Promise<RateTrial>): Promise<number> {
  let good = 0;
  let bad = Number.POSITIVE_INFINITY;
  let rate = Math.round(first);
  while (rate >= 1 && rate <= highestRate) {
    const { failed, reachedRate, retransmissions } = await run(rate);
    const fine = failed === 0 && reachedRate >= rate * reachedShare;
    console.log(
      `  ${rate}/s: ${failed} failed, ${retransmissions} retransmitted, ${reachedRate.toFixed(1)}/s reached: ${fine ? 'good' : 'too much'}`,
    );
    if (fine) good = rate;
    else bad = rate;
    if (bad / Math.max(good, 1) <= precision || bad - good <= 1) break;
    rate = bad === Number.POSITIVE_INFINITY ? rate * 2 : Math.round(good === 0 ? bad / 2 : (good + bad) / 2);
  }
  return good;
}
