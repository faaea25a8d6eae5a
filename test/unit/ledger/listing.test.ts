import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { searchOf } from '../../../src/ledger/conditions.js';
import { ledgerFolder, listMonths } from '../../../src/ledger/ledger-folder.js';
import { type ListingBudget, listPage } from '../../../src/ledger/listing.js';
import { MonthFiles } from '../../../src/ledger/month-files.js';
import type {
  CallFilter,
  Cursor,
  Filters,
  LegFilter,
  PageRequest,
  TransferFilter,
} from '../../../src/ledger/query.js';
import type { CallRecord, LedgerRecord, LegRecord, TransferRecord } from '../../../src/ledger/records.js';
import { isServed } from '../../../src/ledger/served-filters.js';
import { callRecord, legRecord, START, temporaryFolder, transferRecord, writerOf } from './fixtures.js';

const DAY = 86_400_000;
const CALLS = 400;
const MEMBERS = ['police-110', 'city-12345', 'youth-12355'];
const calls: CallRecord[] = [];
const legs: LegRecord[] = [];
const transfers: TransferRecord[] = [];
let dir = '';
let months: MonthFiles;

/** The same numbers in every run (a linear congruential generator). */
let state = 20260302;
function below(bound: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * bound);
}
function one<T>(all: readonly T[]): T {
  const chosen = all[below(all.length)];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}

/** A clock that goes on by so much whenever somebody looks. */
function ticking(step: number): ListingBudget['now'] {
  let now = 0;
  return () => {
    now += step;
    return now;
  };
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'onekey-listing-'));
  let now = START;
  const store = writerOf(dir, { now: () => now });
  const records: LedgerRecord[] = [];
  // Of calls whose legs and transfers were written before.
  let last: LedgerRecord[] = [];
  // A hundred days; some calls last over the end of a month, and many begin in the same millisecond.
  for (let n = 0; n < CALLS; n += 1) {
    const at = START + Math.floor((n / CALLS) * 100 * DAY);
    const startedAt = at - one([0, 0, 1000, 40_000, DAY]);
    const call = `call-${n}`;
    const caller = `138${String(below(40)).padStart(8, '0')}`;
    const leg = legRecord(`leg-${n}`, {
      callId: call,
      startedAt,
      agent: one(['8001', '8002', '8003']),
      member: one(MEMBERS),
      callerNumber: caller,
      talkMs: one([null, 500, 90_000]),
    });
    const transfer = transferRecord(`transfer-${n}`, {
      callId: call,
      requestedAt: startedAt + 10,
      fromMember: one(MEMBERS),
      toMember: below(20) === 0 ? 'rare-1' : one(MEMBERS),
      matter: one([null, 'water-01', 'theft-01']),
      switchMs: one([null, 5010]),
      mode: one(['blind', 'consult']),
    });
    const moved = below(3) === 0;
    const record = callRecord(call, {
      startedAt,
      callerNumber: one([caller, null]),
      firstMember: one(MEMBERS),
      lastMember: one(MEMBERS),
      outcome: one(['answered', 'answered', 'missed']),
      missed: below(5) === 0,
      cause: one([null, null, 'busy']),
      durationMs: below(100) * 1000,
      waitMs: below(40) * 1000,
      trunk: one(['carrier', 'other']),
    });
    calls.push(record);
    legs.push(leg);
    if (moved) transfers.push(transfer);
    records.push(leg, ...(moved ? [transfer] : []), record);
    if (n % 10 < 9) continue;
    now = at;
    const ended = records.filter(({ kind }) => kind === 'call');
    const earlier = records.splice(0).filter(({ kind }) => kind !== 'call');
    store.commit({ number: n + 1, records: [...last, ...earlier], journal: [] });
    last = ended;
  }
  store.commit({ number: CALLS + 1, records: last, journal: [] });
  store.close();
  // As many files at once as an export has open.
  months = new MonthFiles(ledgerFolder(dir), 3);
}, 60_000);

afterAll(() => {
  months.close();
  rmSync(dir, { recursive: true, force: true });
});

/** All items of a listing, page by page. */
function walk<K extends 'call' | 'leg' | 'transfer'>(
  kind: K,
  filter: Filters[K],
  budget: ListingBudget | null,
) {
  const ids: string[] = [];
  let pages = 0;
  let cursor: Cursor | null = null;
  do {
    const page: ReturnType<typeof listPage<K>> = listPage(
      months,
      kind,
      { ...filter, ...(cursor === null ? {} : { cursor }) },
      budget,
    );
    ids.push(...page.items.map(({ id }) => id));
    expect(page.items.length).toBeLessThanOrEqual(filter.limit ?? 50);
    if (page.searchedTo !== undefined) expect(page.next).not.toBeNull();
    cursor = page.next;
    pages += 1;
  } while (cursor !== null);
  return { ids, pages };
}

/** Whether the call of something is theirs. */
function theirs(callId: string, scope: PageRequest['scope']): boolean {
  const call = calls.find(({ id }) => id === callId);
  const named = [
    call?.firstMember,
    call?.lastMember,
    ...transfers
      .filter((one) => one.callId === callId)
      .flatMap(({ fromMember, toMember }) => [fromMember, toMember]),
  ];
  return scope === undefined || scope.some((member) => named.includes(member));
}

const within = (value: number | null, min?: number, max?: number): boolean =>
  (min === undefined || (value !== null && value >= min * 1000)) &&
  (max === undefined || (value !== null && value <= max * 1000));
const same = <T>(value: T, wanted: T | undefined): boolean => wanted === undefined || value === wanted;
const number = (value: string | null, wanted: string | undefined): boolean =>
  wanted === undefined ||
  (wanted.endsWith('*') ? value?.startsWith(wanted.slice(0, -1)) === true : value === wanted);

function fits(call: CallRecord, filter: CallFilter): boolean {
  const moved = transfers.filter(({ callId }) => callId === call.id);
  const { fromMember, toMember, matter, member } = filter;
  return (
    theirs(call.id, filter.scope) &&
    (member === undefined || call.firstMember === member || call.lastMember === member) &&
    same(call.firstMember, filter.firstMember) &&
    same(call.trunk, filter.trunk) &&
    same(call.outcome, filter.outcome) &&
    same(call.cause, filter.cause) &&
    same(call.missed, filter.missed) &&
    number(call.callerNumber, filter.caller) &&
    within(call.durationMs, filter.minDuration, filter.maxDuration) &&
    within(call.waitMs, filter.minWait, filter.maxWait) &&
    (filter.agent === undefined ||
      legs.some(({ callId, agent }) => callId === call.id && agent === filter.agent)) &&
    ((fromMember ?? toMember ?? matter) === undefined ||
      moved.some(
        (one) => same(one.fromMember, fromMember) && same(one.toMember, toMember) && same(one.matter, matter),
      ))
  );
}

function expected<T extends { readonly id: string }>(
  records: readonly T[],
  timeOf: (record: T) => number,
  { from, to, order }: PageRequest,
  wanted: (record: T) => boolean,
): string[] {
  const sign = order === 'oldest' ? 1 : -1;
  return records
    .map((record, index) => ({ record, index }))
    .filter(
      ({ record }) =>
        (from === undefined || timeOf(record) >= from) && (to === undefined || timeOf(record) < to),
    )
    .filter(({ record }) => wanted(record))
    .sort((a, b) => sign * (timeOf(a.record) - timeOf(b.record) || a.index - b.index))
    .map(({ record }) => record.id);
}

/** A field now and then. */
function maybe<T>(odds: number, value: () => T): T | undefined {
  return below(odds) === 0 ? value() : undefined;
}

function anyFilter() {
  return {
    from: maybe(3, () => START + below(100) * DAY),
    to: maybe(3, () => START + below(100) * DAY),
    order: maybe(2, () => 'oldest' as const),
    limit: 1 + below(60),
    scope: maybe(3, () => one([['youth-12355'], ['rare-1', 'police-110']])),
  };
}

describe('a listing', () => {
  it('lies in several months, and so do the records of some calls', () => {
    expect(listMonths(ledgerFolder(dir)).length).toBeGreaterThan(3);
    const monthOf = (table: 'calls' | 'legs', column: string, id: string): string | undefined => {
      for (const { db, month } of months.each('oldest'))
        if (db.prepare(`SELECT 1 FROM ${table} WHERE ${column} = ?`).get(id) !== undefined) return month;
      return undefined;
    };
    const apart = calls.filter(({ id }) => monthOf('calls', 'id', id) !== monthOf('legs', 'call_id', id));
    expect(apart.length).toBeGreaterThan(20);
  });

  it.each([
    ['as long as it takes', () => null],
    ['stretch by stretch', () => ({ forMs: 0, now: ticking(19) })],
    ['with a quick disk', () => ({ forMs: 40, now: ticking(1) })],
    ['with a slow disk', () => ({ forMs: 1000, now: ticking(50) })],
  ])('has every call that fits once, in order, %s', (_, budget) => {
    for (let round = 0; round < 12; round += 1) {
      const filter: CallFilter = {
        ...anyFilter(),
        member: maybe(4, () => one(MEMBERS)),
        firstMember: maybe(5, () => one(MEMBERS)),
        trunk: maybe(4, () => 'other'),
        outcome: maybe(5, () => one(['answered', 'missed'] as const)),
        cause: maybe(6, () => 'busy'),
        missed: maybe(5, () => below(2) === 0),
        caller: maybe(5, () => one(['13800000007', '138*', '1380000001*', '139*'])),
        minDuration: maybe(5, () => below(100)),
        maxWait: maybe(5, () => below(40)),
        agent: maybe(6, () => '8002'),
        fromMember: maybe(6, () => one(MEMBERS)),
        toMember: maybe(6, () => one(MEMBERS)),
        matter: maybe(6, () => 'water-01'),
      };
      const wanted = expected(
        calls,
        ({ startedAt }) => startedAt,
        filter,
        (call) => fits(call, filter),
      );
      expect(walk('call', filter, budget()).ids, JSON.stringify(filter)).toEqual(wanted);
    }
  });

  it('has every leg and transfer that fits once, in order', () => {
    for (let round = 0; round < 12; round += 1) {
      const budget = { forMs: 0, now: ticking(19) };
      const ofLegs: LegFilter = {
        ...anyFilter(),
        minTalk: maybe(2, () => 1),
        member: maybe(3, () => one(MEMBERS)),
        agent: maybe(3, () => '8002'),
      };
      expect(walk('leg', ofLegs, budget).ids).toEqual(
        expected(
          legs,
          ({ startedAt }) => startedAt,
          ofLegs,
          (leg) =>
            theirs(leg.callId, ofLegs.scope) &&
            same(leg.member, ofLegs.member) &&
            same(leg.agent, ofLegs.agent) &&
            within(leg.talkMs, ofLegs.minTalk),
        ),
      );
      const ofTransfers: TransferFilter = {
        ...anyFilter(),
        caller: maybe(2, () => one(['13800000007', '1380000001*'])),
        firstMember: maybe(4, () => one(MEMBERS)),
        fromMember: maybe(3, () => one(MEMBERS)),
        toMember: maybe(3, () => one(MEMBERS)),
        maxSwitch: maybe(4, () => 6),
      };
      const wanted = expected(
        transfers,
        ({ requestedAt }) => requestedAt,
        ofTransfers,
        (transfer) =>
          theirs(transfer.callId, ofTransfers.scope) &&
          within(transfer.switchMs, undefined, ofTransfers.maxSwitch) &&
          same(transfer.fromMember, ofTransfers.fromMember) &&
          same(transfer.toMember, ofTransfers.toMember) &&
          calls.some(
            (call) =>
              call.id === transfer.callId &&
              number(call.callerNumber, ofTransfers.caller) &&
              same(call.firstMember, ofTransfers.firstMember),
          ),
      );
      expect(walk('transfer', ofTransfers, budget).ids, JSON.stringify(ofTransfers)).toEqual(wanted);
    }
  });

  it('comes as far as its time allows, and goes on from there', () => {
    const filter: CallFilter = { trunk: 'nowhere', limit: 10 };
    const first = listPage(months, 'call', filter, { forMs: 500, now: ticking(30) });
    expect(first.items).toEqual([]);
    expect(first.next).toEqual({ time: first.searchedTo, seq: 0 });
    expect(first.searchedTo).toBeGreaterThan(START);
    const { ids, pages } = walk('call', filter, { forMs: 500, now: ticking(30) });
    expect(ids).toEqual([]);
    expect(pages).toBeGreaterThan(5);
  });

  it('is never cut where an index serves it', () => {
    const filter: CallFilter = { caller: '13900000000', limit: 10 };
    expect(walk('call', filter, { forMs: 0, now: ticking(1000) }).pages).toBe(1);
  });
});

describe('pages while records come', () => {
  it.each(['newest', 'oldest'] as const)(
    'have none twice and miss none of those there were, %s first',
    (order) => {
      const folder = temporaryFolder();
      const store = writerOf(folder, { now: () => START });
      let batch = 0;
      const write = (...records: CallRecord[]): void => {
        batch += 1;
        store.commit({ number: batch, records, journal: [] });
      };
      for (let n = 0; n < 40; n += 1)
        write(callRecord(`old-${n}`, { startedAt: START + Math.floor(n / 4) * 1000 }));
      const read = new MonthFiles(ledgerFolder(folder));
      const seen: string[] = [];
      let cursor: Cursor | null = null;
      let n = 0;
      do {
        const page: ReturnType<typeof listPage<'call'>> = listPage(
          read,
          'call',
          { order, limit: 3, trunk: 'carrier', ...(cursor === null ? {} : { cursor }) },
          { forMs: 0, now: ticking(50) },
        );
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.next;
        // One that began long ago, one in the middle, one of now.
        if (n < 5)
          write(
            callRecord(`early-${n}`, { startedAt: START - 5000 }),
            callRecord(`middle-${n}`, { startedAt: START + 5000 }),
            callRecord(`late-${n}`, { startedAt: START + 60_000 }),
          );
        n += 1;
      } while (cursor !== null);
      read.close();
      store.close();
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => id.startsWith('old-'))).toHaveLength(40);
      // Those that come where the pages have not been yet are shown.
      const ahead = order === 'newest' ? 'early' : 'late';
      expect(seen.filter((id) => id.startsWith(ahead))).toHaveLength(5);
    },
  );
});

describe('a filter', () => {
  it.each<[CallFilter, boolean]>([
    [{}, true],
    [{ from: 1, to: 2, limit: 5 }, true],
    [{ caller: '13800001111', trunk: 'carrier' }, true],
    [{ caller: '138*' }, false],
    [{ caller: '13800001*', outcome: 'missed' }, true],
    [{ firstMember: 'police-110' }, true],
    [{ firstMember: 'police-110', minWait: 30 }, false],
    [{ member: 'police-110' }, false],
    [{ missed: true, member: 'police-110' }, true],
    [{ missed: false }, false],
    [{ matter: 'water-01', maxWait: 5 }, true],
    [{ minDuration: 600 }, false],
    [{ cause: 'busy', trunk: 'carrier' }, true],
    [{ cause: 'hung-up', trunk: 'carrier' }, false],
    [{ trunk: undefined }, true],
  ])('%j is served by an index: %s', (filter, served) => {
    expect(isServed('call', filter)).toBe(served);
  });

  it('by an agent with many legs looks at those of each call, not at all of the agent for each', () => {
    const folder = temporaryFolder();
    const store = writerOf(folder, { now: () => START });
    const many = Array.from({ length: 5001 }, (_, n) => legRecord(`leg-${n}`, { agent: '8001' }));
    store.commit({ number: 1, records: many, journal: [] });
    const read = new MonthFiles(ledgerFolder(folder));
    for (const file of read.each('newest')) {
      const { from, where } = searchOf(
        file,
        'call',
        { agent: '8001', from: 0, to: START },
        {
          elsewhere: new Map(),
          earlier: 0,
        },
      );
      const sql = `SELECT * FROM ${from.sql} WHERE ${where.map((term) => term.sql).join(' AND ')}`;
      const values = [...from.values, ...where.flatMap((term) => term.values)];
      const plan = JSON.stringify(file.db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values));
      expect(plan).toContain('legs_call');
      expect(plan).not.toContain('legs_agent');
    }
    read.close();
    store.close();
  });

  it('of transfers from a member to another is served by two, and by none with more asked for', () => {
    const pair = { fromMember: 'police-110', toMember: 'youth-12355' };
    expect(isServed('transfer', pair)).toBe(true);
    expect(isServed('transfer', { ...pair, trigger: 'key' })).toBe(false);
  });
});
