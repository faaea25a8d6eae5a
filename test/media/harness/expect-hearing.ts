import { expect } from 'vitest';
import type { Heard } from './stage.js';

/** What a switch may cost on a machine that does other work as well; milliseconds. The bench takes the real figures. */
const generousGapMs = 60;

/**
 * Hold what was heard against what should have been: by party, the voices in order, `''` for nobody at all.
 *
 * @param seamless names of those whose packets must come without a gap; the largest of each is printed. A machine
 *   that was late to a call that nobody touched may have been late to these as well.
 * @param allowed largest gap and longest silence of those, on a machine that is not late; prompts have pauses in them
 */
export function expectHearing(
  what: string,
  { reports, referenceGapMs }: Heard,
  wanted: Readonly<Record<string, string>>,
  seamless: readonly string[],
  allowed: { readonly gapMs: number; readonly silenceMs: number } = {
    gapMs: generousGapMs,
    silenceMs: generousGapMs,
  },
): void {
  const gaps = seamless.map(
    (name) =>
      `${name} gap ${reports[name]?.largestGapMs.toFixed(1)} silence ${reports[name]?.longestSilenceMs.toFixed(1)} ms`,
  );
  if (gaps.length > 0)
    console.log(`${what}: ${gaps.join(', ')} (untouched call: gap ${referenceGapMs.toFixed(1)} ms)`);
  const heard = Object.entries(reports).map(([name, report]) => [name, report.order.join(' ')] as const);
  expect(Object.fromEntries(heard), what).toEqual(wanted);
  const limit = Math.max(allowed.gapMs, 2 * referenceGapMs + 40);
  for (const [name, report] of Object.entries(reports)) {
    expect(report.mixed, `${what}: packets of two voices at ${name}`).toBe(0);
    if (!seamless.includes(name)) continue;
    expect(report.largestGapMs, `${what}: gap at ${name}`).toBeLessThanOrEqual(limit);
    expect(report.longestSilenceMs, `${what}: silence at ${name}`).toBeLessThanOrEqual(
      Math.max(limit, allowed.silenceMs),
    );
  }
}
