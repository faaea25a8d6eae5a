import { readXlsx } from 'hucre/xlsx';
import { describe, expect, it } from 'vitest';
import { namesOf } from '../../../../src/api/period-report/ask-report.js';
import { shown } from '../../../../src/api/period-report/cell.js';
import type { PeriodReport } from '../../../../src/api/period-report/period-report-schemas.js';
import { type ReportView, viewReport } from '../../../../src/api/period-report/report-view.js';
import type { AuditRecord, LedgerRecord } from '../../../../src/ledger/records.js';
import { callRecord, legRecord, transferRecord } from '../../ledger/records.js';
import { bench, plan } from '../bench.js';

const NOW = Date.parse('2026-03-10T04:30:00Z');
const at = (text: string): number => Date.parse(text);
const member = { firstMember: 'police-110' } as const;
const lost = { answeredAt: null, outcome: 'abandoned', cause: 'abandoned', missed: true } as const;

/** Of February: three calls, two answered; of January: one; of March: one. */
const RECORDS: readonly LedgerRecord[] = [
  callRecord('january', { ...member, startedAt: at('2026-01-10T01:00Z'), waitMs: 3000 }),
  callRecord('first', { ...member, startedAt: at('2026-02-01T01:00Z'), waitMs: 3000 }),
  callRecord('second', { ...member, startedAt: at('2026-02-27T02:00Z'), waitMs: 20_000 }),
  callRecord('third', { ...member, ...lost, startedAt: at('2026-02-27T02:30Z'), waitMs: 40_000 }),
  callRecord('march', { ...member, startedAt: at('2026-03-02T02:00Z'), waitMs: 3000 }),
  legRecord('busy', {
    member: 'police-110',
    startedAt: at('2026-02-27T02:00Z'),
    answeredAt: null,
    outcome: 'rejected',
    sipStatus: 486,
  }),
  transferRecord('moved', { requestedAt: at('2026-02-27T02:01Z'), matter: 'theft-01' }),
  transferRecord('failed', {
    requestedAt: at('2026-02-27T02:02Z'),
    outcome: 'failed',
    cause: 'busy',
    switchMs: null,
  }),
];

function reports(records: readonly LedgerRecord[] = RECORDS) {
  const audits: AuditRecord[] = [];
  const { write, get } = bench({
    now: () => NOW,
    surgeBounds: { times: 2, score: 7, minimum: 15 },
    exports: {
      start: () => null,
      close: () => undefined,
      audit: async (record) => void audits.push(record),
    },
  });
  write(...records);
  const report = async (query = ''): Promise<PeriodReport> => {
    const answer = await get(`/v1/statistics/report?${query}`);
    expect(answer.statusCode, answer.body).toBe(200);
    return answer.json<PeriodReport>();
  };
  return { get, report, audits };
}

const zh = (report: PeriodReport): ReportView => viewReport(report, namesOf(plan, 'zh'), 'zh');

/** Rows of a table as they are shown. */
function rowsOf(view: ReportView, id: string): readonly (readonly string[])[] {
  const table = view.tables.find((one) => one.id === id);
  return (table?.rows ?? []).map((row) => row.map((cell) => shown(cell, view.language)));
}

describe('GET /v1/statistics/report', () => {
  it('is of the last month that is over when nothing else is asked for', async () => {
    const answer = await reports().report();
    expect(answer).toMatchObject({
      of: 'month',
      member: null,
      startsAt: '2026-01-31T16:00:00.000Z',
      endsAt: '2026-02-28T16:00:00.000Z',
      untilAt: '2026-02-28T16:00:00.000Z',
      over: true,
      beforeStartsAt: '2025-12-31T16:00:00.000Z',
      sinceAt: '2026-01-10T01:00:00.000Z',
      missing: [],
      absent: [],
      all: { offered: 3, answered: 2, missed: 1 },
      before: { offered: 1 },
      courseBy: 'day',
      matters: [{ matter: 'theft-01', asked: 1, completed: 1, before: 0 }],
      surges: { watched: true, items: [] },
    });
    expect(answer.course).toHaveLength(28);
    expect(answer.course[0]).toEqual({
      startsAt: '2026-01-31T16:00:00.000Z',
      offered: 1,
      answered: 1,
      moved: 0,
    });
  });

  it('says in words how it went, what changed, and whether the goals were met', async () => {
    const view = zh(await reports().report());
    expect(view.title).toBe('热线联盟运行报告（月报）');
    expect(view.period).toBe('2026年2月');
    expect(view.summary).toContain('共来电 3 次（环比 +200.00 %），接通 2 次，接通率 66.67 %');
    expect(view.summary).toContain('−33.33 个百分点');
    expect(view.goals[0]).toMatch(/^接通率目标未达标：.*最低为 50\.00 %/);
    expect(view.goals[1]).toContain('只有 50.00 % 在 15 秒内接听');
    expect(rowsOf(view, 'members')[0]?.slice(0, 7)).toEqual([
      '110 报警求助',
      '3',
      '2',
      '66.67 %',
      '50.00 %',
      '1',
      '1',
    ]);
    expect(rowsOf(view, 'causes')).toEqual(
      expect.arrayContaining([
        ['通话', '放弃', '来电人放弃', '1', '100.00 %'],
        ['呼叫坐席', '被拒接', '486 坐席正忙', '1', '100.00 %'],
        ['转接', '未成功', '对方忙', '1', '100.00 %'],
      ]),
    );
    expect(rowsOf(view, 'matters')).toEqual([['入室盗窃', '1', '1', '0', '—']]);
    expect(view.tables.find(({ id }) => id === 'surges')?.note).toContain('没有来电激增');
  });

  it('says which months are not there, and that a period goes on', async () => {
    const { report } = reports();
    const running = zh(await report('of=month&at=2026-03-02'));
    expect(running.warnings).toEqual([expect.stringContaining('数据截至 2026-03-10 12:30')]);
    const year = zh(await report('of=year&at=2025-06-01'));
    expect(year.summary).toBe('本期没有来电。');
    expect(year.warnings).toEqual([
      expect.stringContaining('台账中没有 2025-01、2025-02'),
      expect.stringContaining('没有对比期的记录'),
    ]);
    const january = await report('of=month&at=2026-01-15');
    expect(january.before).toBeNull();
    expect(zh(january).warnings).toEqual([
      expect.stringContaining('台账自 2026-01-10 09:00 起'),
      expect.stringContaining('没有对比期的记录'),
    ]);
    const rebuilt = zh({ ...january, missing: ['2026-01'] });
    expect(rebuilt.warnings[0]).toContain('2026-01 的统计正在重建');
  });

  it('is of one member alone when one is named', async () => {
    const answer = await reports().report('member=city-12345');
    expect(answer).toMatchObject({ member: 'city-12345', all: { offered: 0 } });
    expect(rowsOf(zh(answer), 'matrix').map(([name]) => name)).toEqual(['city-12345', '合计']);
  });

  it.each([
    ['at=2026-02-30', 'at'],
    ['at=2026-04-01', 'at'],
    ['at=soon', 'at'],
    ['of=decade', 'of'],
  ])('refuses %s and names %s', async (query, field) => {
    const answer = await reports().get(`/v1/statistics/report?${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({ code: 'bad-request', field });
  });
});

describe('GET /v1/statistics/report/workbook', () => {
  it.each(['zh', 'en'] as const)(
    'has every table of the report, with the same numbers (%s)',
    async (language) => {
      const { get, report, audits } = reports();
      const view = viewReport(await report(), namesOf(plan, language), language);
      const answer = await get(`/v1/statistics/report/workbook?language=${language}`);
      expect(answer.statusCode, answer.body).toBe(200);
      expect(answer.headers['content-disposition']).toContain(
        encodeURIComponent(`${view.title} ${view.period}.xlsx`),
      );
      const { sheets } = await readXlsx(answer.rawPayload);
      expect(sheets.slice(1).map(({ name }) => name)).toEqual(
        view.tables.map(({ title }) => title.replace('/', ' ').slice(0, 31)),
      );
      for (const [at, { columns, rows }] of view.tables.entries()) {
        const [, , heading, ...body] = sheets[at + 1]?.rows ?? [];
        expect(heading).toEqual(columns);
        const wanted = rows.map((row) =>
          row.map(({ unit, value }) =>
            unit === 'points' && value !== null ? Math.round(value * 10_000) / 100 : value,
          ),
        );
        expect(body.slice(0, rows.length).map((row) => columns.map((_, i) => row[i] ?? null))).toEqual(
          wanted,
        );
      }
      expect(sheets[0]?.rows.flat()).toEqual(expect.arrayContaining([view.summary, ...view.goals]));
      expect(audits).toMatchObject([{ action: 'exported', subject: 'statistics', actor: 'wall' }]);
    },
  );

  it('is not given away when the ledger cannot tell of it', async () => {
    const { write, get } = bench({
      now: () => NOW,
      exports: {
        start: () => null,
        close: () => undefined,
        audit: () => Promise.reject(new Error('disk full')),
      },
    });
    write(...RECORDS);
    const answer = await get('/v1/statistics/report/workbook');
    expect([answer.statusCode, answer.json().error.code]).toEqual([503, 'not-audited']);
  });
});
