import { describe, expect, it } from 'vitest';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { auditRecord, callRecord, legRecord, transferRecord } from '../ledger/records.js';
import { bench } from './bench.js';

const NOW = Date.parse('2026-03-10T04:30:00Z');
const DAY = 86_400_000;
const at = (text: string): number => Date.parse(text);

/** Two calls of today, one of yesterday, one of last month, all to 110. */
const RECORDS: readonly LedgerRecord[] = [
  ...['2026-03-10T01:00Z', '2026-03-10T02:00Z', '2026-03-09T15:59Z'].map((time, i) =>
    callRecord(`call-${i}`, {
      firstMember: 'police-110',
      startedAt: at(time),
      waitMs: i === 1 ? 20_000 : 3000,
    }),
  ),
  callRecord('call-3', {
    firstMember: 'police-110',
    startedAt: at('2026-02-10T01:00Z'),
    answeredAt: null,
    outcome: 'abandoned',
    cause: 'abandoned',
    missed: true,
  }),
  legRecord('leg-1', { member: 'city-12345', startedAt: at('2026-03-10T01:00Z') }),
  transferRecord('transfer-1', { requestedAt: at('2026-03-10T01:01Z'), matter: 'water-01' }),
  transferRecord('transfer-2', {
    requestedAt: at('2026-03-10T02:01Z'),
    outcome: 'failed',
    cause: 'busy',
    switchMs: null,
    matter: 'water-01',
  }),
  transferRecord('transfer-3', { requestedAt: at('2026-03-09T02:01Z'), matter: 'heating-01' }),
  auditRecord('audit-1', { action: 'called-back', subject: 'call-1', doneAt: at('2026-03-10T03:00Z') }),
];

function statistics() {
  const { write, get, app } = bench({ now: () => NOW });
  write(...RECORDS);
  const ask = async (path: string) => {
    const answer = await get(`/v1/statistics${path}`);
    expect(answer.statusCode, answer.body).toBe(200);
    return answer.json();
  };
  return { get, ask, app };
}

describe('GET /v1/statistics', () => {
  it('has this month until now when nothing else is asked for', async () => {
    const { ask } = statistics();
    const answer = await ask('');
    expect(answer).toMatchObject({
      startsAt: '2026-02-28T16:00:00.000Z',
      endsAt: '2026-03-10T05:00:00.000Z',
      timezone: 'Asia/Shanghai',
      missing: [],
      notedBack: 1,
      periods: [],
      all: {
        offered: 3,
        answered: 3,
        answeredInTime: 2,
        answeredShare: 1,
        inTimeShare: 0.6667,
        averageWaitMs: 8667,
        moved: [0, 3, 0, 0],
        transfersOut: { completed: 2, failed: 1 },
        switch: { p50: expect.any(Number) },
      },
    });
    expect(answer.members.map(({ member }: { member: string }) => member)).toEqual([
      'city-12345',
      'police-110',
    ]);
    expect(answer.members[0]).toMatchObject({ offered: 0, answeredShare: null, wait: null, taken: 1 });
  });

  it('goes by days of the city, of all or of each member', async () => {
    const { ask } = statistics();
    const days = await ask('?from=2026-03-08&to=2026-03-11&by=day');
    expect(
      days.periods.map((p: { startsAt: string; offered: number; member: null }) => [
        p.startsAt,
        p.offered,
        p.member,
      ]),
    ).toEqual([
      ['2026-03-07T16:00:00.000Z', 0, null],
      ['2026-03-08T16:00:00.000Z', 1, null],
      ['2026-03-09T16:00:00.000Z', 2, null],
    ]);
    const each = await ask('?from=2026-03-10&to=2026-03-11&by=day&per=member');
    expect(
      each.periods.map((p: { member: string; offered: number; taken: number }) => [
        p.member,
        p.offered,
        p.taken,
      ]),
    ).toEqual([
      ['city-12345', 0, 1],
      ['police-110', 2, 0],
    ]);
    const one = await ask('?month=2026-02&member=police-110');
    expect(one.all).toMatchObject({ offered: 1, answered: 0, abandoned: 1, missed: 1, answeredShare: 0 });
  });

  it.each([
    ['from=yesterday', 'from'],
    ['from=2026-02-30', 'from'],
    ['from=2026-03-10&to=2026-03-10', 'to'],
    ['from=1990-01-01', 'from'],
    ['month=2026-13', 'month'],
    ['month=2026-03&to=2026-03-10', 'month'],
    ['by=year', 'by'],
    ['from=2025-01-01&by=hour', 'by'],
    ['limit=5', 'limit'],
  ])('refuses %s and names %s', async (query, field) => {
    const { get } = statistics();
    const answer = await get(`/v1/statistics?${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({ code: 'bad-request', field });
  });

  it('is for those who have a token', async () => {
    const { app } = statistics();
    expect((await app.inject('/v1/statistics')).statusCode).toBe(401);
  });
});

describe('GET /v1/statistics/...', () => {
  it('matrix: pairs of members by outcome', async () => {
    const { ask } = statistics();
    const { cells } = await ask('/matrix?from=2026-03-10');
    expect(cells).toEqual([
      {
        fromMember: 'city-12345',
        toMember: 'police-110',
        asked: 2,
        completed: 1,
        alerted: 0,
        failed: 1,
        refused: 0,
        abandoned: 0,
        interrupted: 0,
        averageSwitchMs: 5010,
      },
    ]);
    expect((await ask('/matrix?member=youth-12355')).cells).toEqual([]);
  });

  it('matters: the most frequent, beside the time before', async () => {
    const { ask } = statistics();
    const { items, asked, before } = await ask('/matters?from=2026-03-10&to=2026-03-11');
    expect(items).toEqual([{ matter: 'water-01', asked: 2, completed: 1, before: 0 }]);
    expect([asked, before]).toEqual([2, 1]);
    expect((await ask('/matters?limit=1')).items).toHaveLength(1);
  });

  it('causes: why something ended as it should not', async () => {
    const { ask } = statistics();
    expect((await ask('/causes?from=2026-02-01')).items).toEqual([
      { kind: 'call', outcome: 'abandoned', cause: 'abandoned', times: 1 },
      { kind: 'transfer', outcome: 'failed', cause: 'busy', times: 1 },
    ]);
  });

  it('goals: any 24 hours, and 15 seconds', async () => {
    const { ask } = statistics();
    const goals = await ask('/goals?from=2026-02-01&to=2026-03-01');
    expect(goals).toMatchObject({ answeredGoal: 0.95, answerGoalMs: 15_000 });
    expect(goals.all).toMatchObject({
      offered: 1,
      answeredShare: 0,
      inTimeShare: null,
      spans: 24,
      spansBelow: 24,
      worstDay: { startsAt: '2026-02-09T02:00:00.000Z', endsAt: '2026-02-10T02:00:00.000Z', offered: 1 },
    });
    expect((await ask('/goals?from=2026-03-10')).members).toMatchObject([
      { member: 'city-12345', worstDay: null },
      { member: 'police-110', inTimeShare: 0.5 },
    ]);
  });

  it('compare: a month beside the one before', async () => {
    const { ask } = statistics();
    const answer = await ask('/compare');
    expect(answer.now).toMatchObject({ month: '2026-03', startsAt: '2026-02-28T16:00:00.000Z' });
    expect(answer.before).toMatchObject({ month: '2026-02', endsAt: '2026-02-28T16:00:00.000Z' });
    expect([answer.all.now.offered, answer.all.before.offered]).toEqual([3, 1]);
    expect(answer.members[1]).toMatchObject({
      member: 'police-110',
      now: { offered: 3 },
      before: { offered: 1 },
    });
    expect((await ask('/compare?month=2026-02&with=2025-02')).all.before.offered).toBe(0);
  });

  it('takes a time with its zone, too, and whole hours of it', async () => {
    const { ask } = statistics();
    const { startsAt, endsAt } = await ask(
      `/causes?from=${encodeURIComponent('2026-03-10T09:59:00+08:00')}&to=${new Date(NOW + DAY).toISOString()}`,
    );
    expect([startsAt, endsAt]).toEqual(['2026-03-10T01:00:00.000Z', '2026-03-11T05:00:00.000Z']);
  });
});
