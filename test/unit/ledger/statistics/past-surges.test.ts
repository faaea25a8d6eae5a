import { describe, expect, it } from 'vitest';
import type { LedgerRecord } from '../../../../src/ledger/records.js';
import { HOUR_MS } from '../../../../src/ledger/statistics/hours.js';
import { answerPastSurges } from '../../../../src/ledger/statistics/past-surges.js';
import { callRecord, transferRecord } from '../records.js';
import { asFile, kept } from './kept-statistics.js';

const BOUNDS = { times: 2, score: 7, minimum: 15 };
const WEEK = 168;
/** A Monday, 8:00 UTC, of the week that is looked at; weeks before it are ordinary. */
const MONDAY = Date.parse('2026-03-23T08:00:00Z') / HOUR_MS;
const WEEKS = 9;

/** So many calls an hour from Monday 8:00 to 11:00 of each week, and what comes on top. */
function records(more: Readonly<Record<number, number>>, weeks = WEEKS): readonly LedgerRecord[] {
  const calls: LedgerRecord[] = [];
  const add = (hour: number, times: number): void => {
    for (let i = 0; i < times; i++)
      calls.push(
        callRecord(`call-${calls.length}`, {
          firstMember: 'city-12345',
          startedAt: hour * HOUR_MS + i * 1000,
        }),
      );
  };
  for (let week = 0; week < weeks; week++)
    for (let hour = 0; hour < 3; hour++) add(MONDAY - week * WEEK + hour, 10);
  for (const [hour, times] of Object.entries(more)) add(MONDAY + Number(hour), times);
  return calls;
}

function surgesOf(all: readonly LedgerRecord[], member?: string) {
  const file = asFile(kept(all), all);
  const day = { from: MONDAY - 8, to: MONDAY + 16 };
  return answerPastSurges([file], { ...day, bounds: BOUNDS, member });
}

describe('surges of the past', () => {
  it('are none in weeks that are like the others', () => {
    expect(surgesOf(records({}))).toEqual({ knownFrom: MONDAY - 8, items: [] });
  });

  it('are hours on end with far more than in the weeks before', () => {
    const { items } = surgesOf(records({ 0: 60, 1: 50 }));
    expect(items).toEqual([
      {
        of: 'member',
        name: 'city-12345',
        from: MONDAY,
        to: MONDAY + 2,
        count: 130,
        expected: expect.any(Number),
      },
    ]);
    expect(items[0]?.expected).toBeGreaterThan(15);
    expect(items[0]?.expected).toBeLessThan(45);
  });

  it('are two when an ordinary hour lies between, the greater one first', () => {
    const { items } = surgesOf(records({ 0: 50, 2: 90 }));
    expect(items.map(({ from, to }) => [from - MONDAY, to - MONDAY])).toEqual([
      [2, 3],
      [0, 1],
    ]);
  });

  it('are told of matters, too, and of one member alone', () => {
    const asked = Array.from({ length: 40 }, (_, i) =>
      transferRecord(`transfer-${i}`, {
        requestedAt: MONDAY * HOUR_MS + i * 1000,
        matter: 'water-01',
        fromMember: 'city-12345',
      }),
    );
    const all = [...records({}), ...asked];
    expect(surgesOf(all).items).toMatchObject([{ of: 'matter', name: 'water-01', count: 40, expected: 0 }]);
    expect(surgesOf(all, 'city-12345').items).toHaveLength(1);
    expect(surgesOf(all, 'police-110').items).toEqual([]);
  });

  it('are not known before the ledger has three weeks', () => {
    expect(surgesOf(records({ 0: 60 }, 3))).toEqual({ knownFrom: null, items: [] });
  });

  it('are not told from months beyond one of which nothing is left', () => {
    const all = records({ 0: 60 });
    const newest = all.filter((one) => one.kind === 'call' && one.startedAt >= MONDAY * HOUR_MS);
    const later = asFile(kept(newest), newest, '2026-03');
    const lost = asFile(kept(all), all, '2026-01');
    const day = { from: MONDAY, to: MONDAY + 3 };
    expect(answerPastSurges([lost, later], { ...day, bounds: BOUNDS }).knownFrom).toBeNull();
  });
});
