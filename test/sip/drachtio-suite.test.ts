import { describe, expect, it } from 'vitest';
import { runSuiteFile, runSuiteUnits } from '../drachtio-suite/run.js';

/** drachtio-srf's own tests, unmodified but for how servers and sipp are started, against this server. */

/** The integration tests that its index runs, and how many assertions each makes when all goes well. */
const FILES = [
  { file: 'b2b.js', passes: 19 },
  { file: 'reinvite-tests.js', passes: 1 },
  { file: 'uac.js', passes: 18 },
  { file: 'uas.js', passes: 8 },
  { file: 'proxy.js', passes: 2 },
  { file: 'utils.js', passes: 20 },
  { file: 'refer.js', passes: 1 },
] as const;

const DEADLINE_MS = 200_000;

describe.concurrent("drachtio-srf's own test suite", () => {
  it.each(FILES)('$file passes', { timeout: DEADLINE_MS + 20_000 }, async ({ file, passes }) => {
    const { code, output } = await runSuiteFile(file, DEADLINE_MS);
    expect(code, output).toBe(0);
    expect(output).not.toMatch(/^not ok/m);
    expect(output.match(/^ok /gm)?.length ?? 0, output).toBeGreaterThanOrEqual(passes);
  });

  it('the unit tests pass', { timeout: 60_000 }, async () => {
    const { code, output } = await runSuiteUnits(50_000);
    expect(code, output).toBe(0);
  });
});
