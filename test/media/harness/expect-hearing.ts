import { expect } from 'vitest';
import type { HearingReport } from './hearing-log.js';

/** Generous, for a machine that does other work as well; the bench takes the real figures on a quiet one. Milliseconds. */
export const generousGapMs = 60;

/**
 * Hold what was heard against what should have been: by party, the voices in order, `''` for nobody at all.
 *
 * @param seamless names of those whose packets must come without a gap; the largest of each is printed
 */
export function expectHearing(
  what: string,
  reports: Readonly<Record<string, HearingReport>>,
  wanted: Readonly<Record<string, string>>,
  seamless: readonly string[],
): void {
  const heard = Object.entries(reports).map(([name, report]) => [name, report.order.join(' ')] as const);
  expect(Object.fromEntries(heard), what).toEqual(wanted);
  const gaps = Object.entries(reports).filter(([name]) => seamless.includes(name));
  console.log(
    `${what}: ${gaps.map(([name, report]) => `${name} ${report.largestGapMs.toFixed(1)} ms`).join(', ')}`,
  );
  for (const [name, report] of Object.entries(reports)) {
    expect(report.mixed, `${what}: packets of two voices at ${name}`).toBe(0);
    if (seamless.includes(name)) {
      expect(report.largestGapMs, `${what}: gap at ${name}`).toBeLessThanOrEqual(generousGapMs);
      expect(report.longestSilenceMs, `${what}: silence at ${name}`).toBeLessThanOrEqual(generousGapMs);
    }
  }
}
