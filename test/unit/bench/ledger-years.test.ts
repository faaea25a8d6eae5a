import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { monthStart, TWO_YEARS, years } from '../../../scripts/bench/ledger-years/years.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';

const dialPlan = join(import.meta.dirname, '../../../dialplans/alliance.yaml');
const HOUR_MS = 3_600_000;

function made(seed: number, scale: number, months = 24): LedgerRecord[] {
  const hours = years({ ...TWO_YEARS, seed, dialPlan, firstMonth: '2024-06', months, scale });
  return [...hours].flatMap(({ groups }) => groups.flatMap(({ records }) => records));
}

const all = made(7, 0.002);
const calls = all.filter((record) => record.kind === 'call');
const legs = all.filter((record) => record.kind === 'leg');
const transfers = all.filter((record) => record.kind === 'transfer');

/** Calls of a member that fit, per day of those months. */
function perDay(member: string, months: readonly number[]): number {
  const fitting = calls.filter(
    ({ firstMember, startedAt }) =>
      firstMember === member && months.includes(new Date(startedAt + 8 * HOUR_MS).getUTCMonth() + 1),
  );
  return fitting.length / months.length;
}

describe('the ledger of two years that is made up', () => {
  it('is the same for the same seed, and another for another', () => {
    const sum = (records: readonly LedgerRecord[]): string =>
      createHash('sha256').update(JSON.stringify(records)).digest('hex');
    expect(sum(made(1, 0.002, 1))).toBe(sum(made(1, 0.002, 1)));
    expect(sum(made(2, 0.002, 1))).not.toBe(sum(made(1, 0.002, 1)));
  });

  it('has as many calls, legs and transfers as the city reports', () => {
    expect(calls.length / 0.002 / TWO_YEARS.calls).toBeCloseTo(1, 1);
    expect(legs.length / 0.002 / 40_000_000).toBeCloseTo(1, 1);
    expect(transfers.length / 0.002 / TWO_YEARS.transfers).toBeCloseTo(1, 1);
    expect(new Set(calls.map(({ firstMember }) => firstMember).filter((id) => id !== null)).size).toBe(17);
  });

  it('gives every call its legs and transfers, and no leg or transfer to no call', () => {
    const byId = new Map(calls.map((call) => [call.id, { call, legs: 0, transfers: 0 }]));
    const early: string[] = [];
    for (const { id, callId, startedAt } of legs) {
      const found = byId.get(callId);
      if (found === undefined || startedAt < found.call.startedAt) early.push(id);
      else found.legs += 1;
    }
    for (const { id, callId } of transfers) {
      const found = byId.get(callId);
      if (found === undefined) early.push(id);
      else found.transfers += 1;
    }
    expect(early).toEqual([]);
    const wrong = [...byId.values()].filter(
      (found) => found.legs !== found.call.legs || found.transfers !== found.call.transfers,
    );
    expect(wrong).toEqual([]);
    expect(new Set(all.map(({ kind, id }) => `${kind} ${id}`)).size).toBe(all.length);
  });

  it('keeps the order of time within a call', () => {
    const wrong = legs.filter(({ startedAt, ringingAt, answeredAt, endedAt }) => {
      const times = [startedAt, ringingAt, answeredAt, endedAt].filter((time) => time !== null);
      return times.some((time, i) => time < (times[i - 1] ?? 0));
    });
    expect(wrong).toEqual([]);
    for (const { requestedAt, completedAt, failedAt } of transfers)
      expect(completedAt ?? failedAt).toBeGreaterThan(requestedAt);
  });

  it('has days with two peaks, quiet weekends and the seasons of the city', () => {
    const at = (hour: number): number =>
      calls.filter(
        ({ startedAt, firstMember }) =>
          firstMember === 'city-12345' && new Date(startedAt + 8 * HOUR_MS).getUTCHours() === hour,
      ).length;
    expect(at(10)).toBeGreaterThan(at(12) * 1.5);
    expect(at(15)).toBeGreaterThan(at(12) * 1.5);
    expect(at(10)).toBeGreaterThan(at(3) * 20);
    expect(perDay('city-12345', [11])).toBeGreaterThan(perDay('city-12345', [3, 4]) * 1.25);
    const heating = transfers.filter(({ matter }) => matter?.startsWith('heat') === true);
    const inSeason = heating.filter(({ requestedAt }) =>
      [10, 11, 12].includes(new Date(requestedAt).getUTCMonth() + 1),
    );
    expect(inSeason.length).toBeGreaterThan(heating.length * 0.4);
  });

  it('has 110 and 12345 transfer to each other the most', () => {
    const count = new Map<string, number>();
    for (const { fromMember, toMember } of transfers) {
      const way = `${fromMember} ${toMember}`;
      count.set(way, (count.get(way) ?? 0) + 1);
    }
    const [first, second] = [...count].sort((a, b) => b[1] - a[1]).map(([way]) => way);
    expect([first, second]).toEqual(['police-110 city-12345', 'city-12345 police-110']);
  });

  it('has notes of 5 to 60 characters', () => {
    const notes = transfers.flatMap(({ note }) => (note === null ? [] : [note]));
    expect(notes.length).toBeGreaterThan(transfers.length / 2);
    expect(Math.min(...notes.map(({ length }) => length))).toBeGreaterThanOrEqual(5);
    expect(Math.max(...notes.map(({ length }) => length))).toBeLessThanOrEqual(60);
  });

  it('begins months at the midnight of the city', () => {
    expect(new Date(monthStart('2024-06', 2)).toISOString()).toBe('2024-07-31T16:00:00.000Z');
  });
});
