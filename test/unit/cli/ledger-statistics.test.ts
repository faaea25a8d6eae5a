import { beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/cli/ledger.js';
import { callRecord, legRecord, temporaryFolder, transferRecord, writerOf } from '../ledger/fixtures.js';

let dir = '';
const at = (text: string): number => Date.parse(text);

/** Runs `onekey ledger statistics` with the ledger's folder; gives what it printed. */
async function statistics(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(['statistics', ...argv, '--data', dir], {
    env: {},
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    progress: null,
  });
  return { code, out, err: err.join('\n'), text: out.join('\n') };
}

beforeEach(() => {
  dir = temporaryFolder();
  const store = writerOf(dir, { now: () => at('2026-03-20T00:00Z') });
  const records = [
    callRecord('call-1', { startedAt: at('2026-03-02T01:00Z') }),
    callRecord('call-2', {
      startedAt: at('2026-03-02T17:00Z'),
      answeredAt: null,
      outcome: 'abandoned',
      cause: 'abandoned',
      waitMs: 31_000,
    }),
    legRecord('leg-1', { startedAt: at('2026-03-02T01:00Z') }),
    transferRecord('transfer-1', { requestedAt: at('2026-03-02T01:01Z'), matter: '供水-01' }),
  ];
  store.commit({ number: 1, records, journal: [] });
  store.close();
});

describe('onekey ledger statistics', () => {
  it('shows a month of the city, each member and all', async () => {
    const { code, out } = await statistics('--month', '2026-03');
    expect(code).toBe(0);
    expect(out[0]).toBe('2026-03-01 00:00 to 2026-04-01 00:00, Asia/Shanghai');
    expect(out[2]).toMatch(/^member +offered +answered +% +in 15 s % /);
    expect(out[3]).toMatch(/^city-12345 +2 +1 +50 +100 +1 +0 +2\.0 s /);
    expect(out[4]).toMatch(/^police-110 +0 +0 +- +- /);
    expect(out.at(-1)).toMatch(/^all +2 +1 +50 /);
  });

  it('goes by days, of a member', async () => {
    const { out } = await statistics(
      '--from',
      '2026-03-02',
      '--to',
      '2026-03-04',
      '--by',
      'day',
      '--member',
      'city-12345',
    );
    expect(out.slice(-2).map((line) => line.slice(0, 60))).toEqual([
      expect.stringMatching(/^2026-03-02 00:00 +city-12345 +1 +1/),
      expect.stringMatching(/^2026-03-03 00:00 +city-12345 +1 +0/),
    ]);
  });

  it('shows transfers, matters, causes and goals', async () => {
    const month = ['--month', '2026-03'];
    expect((await statistics('matrix', ...month)).text).toMatch(/city-12345 +police-110 +1 +1 +0 .* 5\.0 s/);
    expect((await statistics('matters', ...month)).text).toMatch(/供水-01 +1 +1 +0/);
    expect((await statistics('causes', ...month)).text).toMatch(/call +abandoned +abandoned +1/);
    expect((await statistics('goals', ...month)).text).toMatch(
      /all +2 +50 +100 +0 +2026-03-03 10:00 +24 of 40/,
    );
  });

  it('gives the answer as JSON', async () => {
    const { out } = await statistics('--month', '2026-03', '--json');
    expect(out).toHaveLength(1);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      startsAt: '2026-02-28T16:00:00.000Z',
      timezone: 'Asia/Shanghai',
      missing: [],
      all: { offered: 2, answered: 1 },
    });
  });

  it('says what is wrong with a question, and when there is nothing', async () => {
    expect(await statistics('agents')).toMatchObject({
      code: 2,
      err: expect.stringContaining('there are no statistics "agents"'),
    });
    expect(await statistics('--month', 'March')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--month: '),
    });
    expect(await statistics('matrix', '--by', 'day')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--by'),
    });
    expect(await statistics('--from', '2026-03-05', '--to', '2026-03-04')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--to: expected a time after'),
    });
    expect(await statistics('--month', '2025-01')).toMatchObject({
      code: 0,
      err: expect.stringContaining('nothing'),
    });
  });
});
