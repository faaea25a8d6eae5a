import { describe, expect, it } from 'vitest';
import type { CallRecord, LedgerRecord, LegRecord, TransferRecord } from '../../../../src/ledger/records.js';
import { answerStatistics } from '../../../../src/ledger/statistics/answer-statistics.js';
import type {
  CausesAnswer,
  CompareAnswer,
  FiguresAnswer,
  GoalsAnswer,
  MatrixAnswer,
  MattersAnswer,
} from '../../../../src/ledger/statistics/questions.js';
import { STATISTICS } from '../../../../src/ledger/statistics/statistics-table.js';
import { asFile, dump, kept } from './kept-statistics.js';
import { dice, MEMBERS, someRecords } from './some-records.js';

/** For 80,000 records on a machine that is busy. */
const SLOW_MS = 180_000;
const HOUR = 3_600_000;
const FROM = Date.UTC(2026, 2, 1, 16);
const DAYS = 40;
const RECORDS = someRecords(20260301, 20_000, FROM, DAYS);
/** Half of them in one file, half in another: records of the same hours in both. */
const HALVES = [RECORDS.filter((_, i) => i % 2 === 0), RECORDS.filter((_, i) => i % 2 === 1)] as const;
const FILES = HALVES.map((half, i) => asFile(kept(half), half, `2026-0${3 + i}`));

const next = dice(7);
/** All of it, nearly all of it, some days, and spans that begin and end anywhere. */
const RANGES = [
  { from: FROM / HOUR - 5, to: FROM / HOUR + 24 * DAYS + 5 },
  { from: FROM / HOUR + 2, to: FROM / HOUR + 24 * DAYS + 5 },
  { from: FROM / HOUR - 5, to: FROM / HOUR + 24 * DAYS - 30 },
  { from: FROM / HOUR + 11, to: FROM / HOUR + 24 * DAYS - 7 },
  { from: FROM / HOUR, to: FROM / HOUR + 24 },
  { from: FROM / HOUR + 3, to: FROM / HOUR + 4 },
  ...Array.from({ length: 12 }, () => {
    const from = FROM / HOUR + Math.floor(next() * 24 * DAYS);
    return { from, to: from + 1 + Math.floor(next() * 24 * 12) };
  }),
];
type Range = (typeof RANGES)[number];

/* What the statistics should say, from the records themselves; written apart from the code that keeps them. */
const within = (at: number, { from, to }: Range): boolean => at >= from * HOUR && at < to * HOUR;
const calls = (range: Range, member?: string): CallRecord[] =>
  RECORDS.filter((r) => r.kind === 'call')
    .filter((c) => within(c.startedAt, range) && c.cause !== 'merged' && c.firstMember !== null)
    .filter((c) => member === undefined || c.firstMember === member);
const offeredCalls = (range: Range): CallRecord[] => calls(range).filter((c) => c.callBackOf === null);
const legs = (range: Range, member?: string): LegRecord[] =>
  RECORDS.filter((r) => r.kind === 'leg')
    .filter((l) => within(l.startedAt, range) && l.role !== 'caller' && l.member !== null)
    .filter((l) => member === undefined || l.member === member);
const transfers = (range: Range): TransferRecord[] =>
  RECORDS.filter((r) => r.kind === 'transfer').filter((t) => within(t.requestedAt, range));
const word = (t: TransferRecord): string =>
  t.outcome === 'completed' && t.mode === 'alert' ? 'alerted' : t.outcome;
const sum = (values: readonly (number | null)[]): number =>
  values.reduce<number>((total, value) => total + Math.round(value ?? 0), 0);
const OUTCOMES = ['completed', 'alerted', 'failed', 'refused', 'abandoned', 'interrupted'];
const tally = (of: readonly TransferRecord[]) =>
  Object.fromEntries(OUTCOMES.map((outcome) => [outcome, of.filter((t) => word(t) === outcome).length]));

function expected(range: Range, member?: string) {
  const back = calls(range, member).filter((c) => c.callBackOf !== null);
  const all = calls(range, member).filter((c) => c.callBackOf === null);
  const got = all.filter((c) => c.answeredAt !== null);
  const lost = all.filter((c) => c.answeredAt === null);
  const desks = legs(range, member);
  const out = desks.filter((l) => l.direction === 'out');
  const asked = transfers(range).filter(
    (t) => t.fromMember !== null && (member === undefined || t.fromMember === member),
  );
  const came = transfers(range).filter(
    (t) => t.toMember !== null && (member === undefined || t.toMember === member),
  );
  const lostBy = (outcome: string): number => lost.filter((c) => c.outcome === outcome).length;
  return {
    offered: all.length,
    answered: got.length,
    answeredInTime: got.filter((c) => c.waitMs !== null && Math.round(c.waitMs) <= 15_000).length,
    abandoned: lostBy('abandoned'),
    unanswered: lostBy('missed'),
    refused: lostBy('refused'),
    interrupted: lostBy('interrupted'),
    missed: all.filter((c) => c.missed).length,
    waitMs: sum(got.map((c) => c.waitMs)),
    lostWaitMs: sum(lost.map((c) => c.waitMs)),
    held: got.filter((c) => Math.round(c.heldMs ?? 0) > 0).length,
    heldMs: sum(got.map((c) => c.heldMs)),
    moved: [0, 1, 2, 3].map((n) => got.filter((c) => c.hops !== null && Math.min(c.hops, 3) === n).length),
    rang: out.length,
    taken: out.filter((l) => l.answeredAt !== null).length,
    talkMs: sum(desks.map((l) => l.talkMs)),
    transfersOut: tally(asked),
    transfersIn: tally(came),
    calledBack: back.length,
    reachedBack: back.filter((c) => c.answeredAt !== null).length,
    switchMs: sum(asked.filter((t) => word(t) === 'completed').map((t) => t.switchMs)),
  };
}

function counted<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

const rebuilt = (records: readonly LedgerRecord[]) => {
  const db = kept(records.slice(0, 100));
  STATISTICS.drop(db);
  STATISTICS.create(db);
  records.forEach(STATISTICS.writer(db));
  return db;
};

describe('statistics of 20,000 records', () => {
  it(
    'are the same however they came, and when they are made anew',
    () => {
      const sizes = Array.from({ length: 400 }, () => 1 + Math.floor(next() * 100));
      const once = dump(kept(RECORDS, [RECORDS.length]));
      expect(dump(kept(RECORDS, sizes))).toEqual(once);
      expect(dump(kept([...RECORDS].reverse(), sizes))).toEqual(once);
      expect(dump(rebuilt(RECORDS))).toEqual(once);
    },
    SLOW_MS,
  );

  it.each(RANGES)('say of hours $from to $to what the records say', (range) => {
    const answer = answerStatistics(FILES, {
      what: 'figures',
      query: { ...range, timezone: 'Asia/Shanghai' },
    }) as FiguresAnswer;
    expect(answer.all).toMatchObject(expected(range));
    for (const member of MEMBERS) {
      const one = answerStatistics(FILES, {
        what: 'figures',
        query: { ...range, member, timezone: 'Asia/Shanghai' },
      }) as FiguresAnswer;
      expect(one.all).toMatchObject(expected(range, member));
      expect(answer.members.find((m) => m.member === member) ?? one.all).toMatchObject(
        expected(range, member),
      );
    }
    const noted = RECORDS.filter(
      (r) =>
        r.kind === 'audit' && r.action === 'called-back' && r.subject === r.callId && within(r.doneAt, range),
    );
    expect(answer.notedBack).toBe(noted.length);
  });

  it.each(RANGES)('have the matrix, matters and causes of hours $from to $to', (range) => {
    const ask = <A>(what: 'matrix' | 'causes'): A => answerStatistics(FILES, { what, query: range }) as A;
    const asked = transfers(range);
    const pairs = counted(asked.map((t) => `${t.fromMember} ${t.toMember}`));
    const cells = ask<MatrixAnswer>('matrix').cells;
    expect(new Map(cells.map((cell) => [`${cell.fromMember} ${cell.toMember}`, cell.asked]))).toEqual(pairs);
    for (const cell of cells)
      expect(cell).toMatchObject(
        tally(asked.filter((t) => t.fromMember === cell.fromMember && t.toMember === cell.toMember)),
      );

    const matters = answerStatistics(FILES, {
      what: 'matters',
      query: { ...range, limit: 2 },
    }) as MattersAnswer;
    const earlier = { from: 2 * range.from - range.to, to: range.from };
    const named = (of: Range) =>
      counted(transfers(of).flatMap((t) => (t.matter === null || t.matter === '' ? [] : [t.matter])));
    const most = [...named(range)].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 2);
    expect(matters.items.map(({ matter, asked, before }) => [matter, asked, before])).toEqual(
      most.map(([matter, count]) => [matter, count, named(earlier).get(matter) ?? 0]),
    );

    const causes = counted([
      ...RECORDS.filter((r) => r.kind === 'call')
        .filter((c) => within(c.startedAt, range) && c.cause !== null && c.cause !== 'merged')
        .filter((c) => c.answeredAt === null || c.cause !== 'hung-up')
        .map((c) => `call ${c.outcome} ${c.cause}`),
      ...legs(range)
        .filter((l) => !['answered', 'cancelled'].includes(l.outcome))
        .map((l) => `leg ${l.outcome} ${l.sipStatus ?? 'none'}`),
      ...asked.filter((t) => t.cause !== null).map((t) => `transfer ${word(t)} ${t.cause}`),
    ]);
    const told = ask<CausesAnswer>('causes').items;
    expect(new Map(told.map((c) => [`${c.kind} ${c.outcome} ${c.cause}`, c.times]))).toEqual(causes);
  });

  it('tell nothing but of the members of a scope', () => {
    const [range] = RANGES;
    if (range === undefined) throw new Error('no range');
    const scope = MEMBERS.slice(0, 2);
    const query = { ...range, timezone: 'Asia/Shanghai', by: 'month', perMember: true } as const;
    const figures = answerStatistics(FILES, { what: 'figures', query: { ...query, scope } }) as FiguresAnswer;
    expect(figures.members.map(({ member }) => member)).toEqual(scope.toSorted());
    expect(new Set(figures.periods.map(({ member }) => member))).toEqual(new Set(scope));
    const offered = offeredCalls(range).filter(({ firstMember }) => scope.some((m) => m === firstMember));
    expect([figures.all.offered, figures.notedBack]).toEqual([offered.length, 0]);
    const [foreign] = MEMBERS.slice(2);
    const none = answerStatistics(FILES, {
      what: 'figures',
      query: { ...query, scope, member: foreign },
    }) as FiguresAnswer;
    expect([none.all.offered, none.members, none.periods]).toEqual([0, [], []]);

    const { cells } = answerStatistics(FILES, { what: 'matrix', query: { ...range, scope } }) as MatrixAnswer;
    const touched = transfers(range).filter(({ fromMember, toMember }) =>
      scope.some((m) => m === fromMember || m === toMember),
    );
    expect(sum(cells.map(({ asked }) => asked))).toBe(touched.length);
    for (const { fromMember, toMember } of cells)
      expect(scope.some((m) => m === fromMember || m === toMember)).toBe(true);

    const matters = answerStatistics(FILES, {
      what: 'matters',
      query: { ...range, limit: 9, scope },
    }) as MattersAnswer;
    const theirs = transfers(range).filter(({ fromMember }) => scope.some((m) => m === fromMember));
    expect(matters.asked).toBe(theirs.filter(({ matter }) => (matter ?? '') !== '').length);
    const { items } = answerStatistics(FILES, {
      what: 'causes',
      query: { ...range, scope },
    }) as CausesAnswer;
    const failed = items.filter(({ kind }) => kind === 'transfer').map(({ times }) => times);
    expect(sum(failed)).toBe(theirs.filter(({ cause }) => cause !== null).length);
    const goals = answerStatistics(FILES, { what: 'goals', query: { ...range, scope } }) as GoalsAnswer;
    expect([goals.all.offered, goals.members.length]).toEqual([offered.length, 2]);
    const { all, members } = answerStatistics(FILES, {
      what: 'compare',
      query: { now: range, before: range, scope },
    }) as CompareAnswer;
    expect([all.before.offered, members.length]).toEqual([offered.length, 2]);
  });

  it('find the worst 24 hours', () => {
    const range = { from: FROM / HOUR + 30, to: FROM / HOUR + 300 };
    const { all } = answerStatistics(FILES, { what: 'goals', query: range }) as GoalsAnswer;
    const days = Array.from({ length: range.to - range.from }, (_, i) => {
      const day = { from: range.from + i - 23, to: range.from + i + 1 };
      const offered = offeredCalls(day);
      return { ...day, share: offered.filter((c) => c.answeredAt !== null).length / offered.length };
    });
    const worst = days.reduce((a, b) => (b.share < a.share ? b : a));
    expect(all.worstDay).toMatchObject({ from: worst.from, to: worst.to });
    expect(all.worstDay?.answeredShare).toBeCloseTo(worst.share, 4);
    expect([all.spans, all.spansBelow]).toEqual([270, days.filter(({ share }) => share < 0.95).length]);
    expect(all.offered).toBe(offeredCalls(range).length);
  });
});
