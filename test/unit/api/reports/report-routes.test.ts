import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ReportStore } from '../../../../src/api/reports/report-store.js';
import type { ExportRequest } from '../../../../src/ledger/export/export-request.js';
import type { AuditRecord } from '../../../../src/ledger/records.js';
import { bench, OPERATOR, VIEWER } from '../bench.js';
import { START } from '../little-engine.js';

const MISSED = { what: 'calls', period: 'last-month', filter: { missed: 'true' }, format: 'csv' };
let dir = '';
let asked: ExportRequest[] = [];
let audits: AuditRecord[] = [];

function api() {
  const { app } = bench({
    reports: new ReportStore(join(dir, 'reports.json')),
    exports: {
      start: (request) => {
        asked.push(request);
        return {
          stream: Readable.from([Buffer.from('a,b\r\n')]),
          begun: Promise.resolve(),
          stopped: Promise.resolve(),
          progress: () => ({ rows: 0, at: null }),
        };
      },
      close: () => undefined,
      audit: async (record) => void audits.push(record),
    },
    now: () => START,
  });
  return (method: 'GET' | 'PUT' | 'DELETE', path: string, body?: object, token = OPERATOR) =>
    app.inject({
      method,
      url: `/v1/reports${encodeURI(path)}`,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { payload: body }),
    });
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'onekey-reports-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  asked = [];
  audits = [];
});

describe('saved reports', () => {
  it('are saved, listed, replaced and deleted, also over a restart', async () => {
    const send = api();
    expect((await send('GET', '')).json()).toEqual({ items: [] });
    const saved = await send('PUT', '/漏接-上月', MISSED);
    expect(saved.statusCode).toBe(201);
    const kept = {
      ...MISSED,
      name: '漏接-上月',
      language: 'zh',
      savedBy: 'desk',
      savedAt: new Date(START).toISOString(),
    };
    expect(saved.json()).toEqual(kept);
    expect((await send('PUT', '/all', { what: 'legs' })).json()).toMatchObject({
      period: null,
      filter: {},
      format: 'xlsx',
    });
    expect((await send('PUT', '/all', { what: 'audits' })).statusCode).toBe(200);
    const again = api();
    expect((await again('GET', '')).json().items.map(({ name, what }: typeof kept) => [name, what])).toEqual([
      ['all', 'audits'],
      ['漏接-上月', 'calls'],
    ]);
    expect((await again('GET', '/漏接-上月')).json()).toEqual(kept);
    expect((await again('DELETE', '/all')).statusCode).toBe(204);
    expect((await again('DELETE', '/all')).json().error.code).toBe('unknown-report');
    expect((await again('GET', '/all')).statusCode).toBe(404);
    expect(readdirSync(dir)).toEqual(['reports.json']);
  });

  it('run as exports of the period as it is now', async () => {
    const send = api();
    await send('PUT', '/漏接', MISSED);
    const file = await send('GET', '/漏接/run', undefined, VIEWER);
    expect([file.statusCode, file.body]).toEqual([200, 'a,b\r\n']);
    expect(file.headers['content-disposition']).toBe(
      `attachment; filename="calls.csv"; filename*=UTF-8''${encodeURIComponent('漏接.csv')}`,
    );
    const now = new Date(START + 8 * 3_600_000);
    const begin = (later: number): number =>
      Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + later, 1) - 8 * 3_600_000;
    expect(asked).toEqual([
      {
        listing: { kind: 'call', filter: { missed: true, from: begin(-1), to: begin(0) } },
        format: 'csv',
        language: 'zh',
        zone: 'Asia/Shanghai',
        masked: true,
      },
    ]);
    expect(JSON.parse(audits[0]?.detail ?? '')).toMatchObject({ report: '漏接', format: 'csv' });
  });

  it('do not tell by the beginning of a number whose it is', async () => {
    const send = api();
    await send('PUT', '/138', { what: 'calls', filter: { caller: '138*' } });
    expect((await send('GET', '/138/run', undefined, VIEWER)).json().error.code).toBe('numbers-masked');
    expect((await send('GET', '/138/run')).statusCode).toBe(200);
  });

  it.each([
    ['/a', { what: 'people' }, 'what'],
    ['/a', { what: 'calls', filter: { outcome: 'lost' } }, 'filter'],
    ['/a', { what: 'legs', filter: { missed: 'true' } }, 'filter'],
    ['/a', { what: 'legs', filter: { format: 'csv' } }, 'filter'],
    ['/a', { what: 'calls', period: 'today', filter: { from: '2026-03-01' } }, 'filter'],
    ['/a', { what: 'calls', period: 'tomorrow' }, 'period'],
    ['/a', { what: 'calls', more: 1 }, 'more'],
    ['/a b', { what: 'calls' }, 'name'],
    ['/..', { what: 'calls' }, undefined],
  ])('refuse %s with %j', async (path, body, field) => {
    const answer = await api()('PUT', path, body);
    expect(answer.statusCode).toBe(field === undefined ? 404 : 400);
    expect(answer.json().error.field).toBe(field);
  });

  it('may be run, but not changed, by a viewer', async () => {
    const send = api();
    expect((await send('PUT', '/a', MISSED, VIEWER)).statusCode).toBe(403);
    expect((await send('DELETE', '/a', undefined, VIEWER)).statusCode).toBe(403);
    expect((await send('GET', '/a/run', undefined, VIEWER)).json().error.code).toBe('unknown-report');
  });

  it('are no more than there is room for', async () => {
    const send = api();
    const report = {
      name: 'x',
      what: 'calls',
      period: null,
      filter: {},
      format: 'csv',
      language: 'zh',
      savedBy: 'a',
      savedAt: 1,
    };
    const reports = Array.from({ length: 200 }, (_, n) => ({ ...report, name: `r${n}` }));
    writeFileSync(join(dir, 'reports.json'), JSON.stringify({ reports }));
    expect((await send('PUT', '/one-more', MISSED)).json().error.code).toBe('too-many-reports');
    expect((await send('PUT', '/r7', MISSED)).statusCode).toBe(200);
  });

  it('keep what was written at the same time', async () => {
    const send = api();
    await Promise.all(Array.from({ length: 12 }, (_, n) => send('PUT', `/r${n}`, MISSED)));
    expect((await send('GET', '')).json().items).toHaveLength(12);
  });

  it('are left alone where the file is not ours', async () => {
    const send = api();
    writeFileSync(join(dir, 'reports.json'), '{"reports": [');
    expect((await send('PUT', '/a', MISSED)).statusCode).toBe(500);
    expect((await send('GET', '')).statusCode).toBe(500);
    await expect(new ReportStore(join(dir, 'reports.json')).list()).rejects.toThrow('reports.json');
  });

  it('say so when their filter is no longer known', async () => {
    const send = api();
    const old = {
      name: 'old',
      what: 'calls',
      period: null,
      filter: { gone: '1' },
      format: 'csv',
      language: 'zh',
      savedBy: 'a',
      savedAt: 1,
    };
    writeFileSync(join(dir, 'reports.json'), JSON.stringify({ reports: [old] }));
    expect((await send('GET', '/old/run')).json().error.code).toBe('stale-report');
  });

  it('are described', async () => {
    const { app } = bench({ reports: new ReportStore(join(dir, 'reports.json')) });
    const document = (await app.inject('/docs/json')).json();
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/v1/reports', '/v1/reports/{name}']),
    );
    expect(JSON.stringify(document)).not.toContain('Default Response');
    expect(Object.keys(document.components.schemas).filter((name) => name.endsWith('Input'))).toEqual([]);
  });

  it('may be of a period: a workbook, for which nothing but a member is filtered', async () => {
    const send = api();
    const wish = { what: 'statistics', period: 'last-month', filter: { member: 'police-110' } };
    expect((await send('PUT', '/公安-月报', wish)).statusCode).toBe(201);
    const file = await send('GET', '/公安-月报/run');
    expect(file.statusCode, file.body).toBe(200);
    expect(file.headers['content-disposition']).toContain(encodeURIComponent('公安-月报.xlsx'));
    expect(file.rawPayload.subarray(0, 2).toString()).toBe('PK');
    expect(audits.map(({ subject }) => subject)).toEqual(['statistics']);
    const fixed = { what: 'statistics', filter: { of: 'year', at: '2025-01-01' } };
    expect((await send('PUT', '/2025', fixed)).statusCode).toBe(201);
  });

  it.each([
    [{ filter: {} }, 'expected of and at, or a period'],
    [{ period: 'last-30-days' }, 'no statistics are made of last-30-days'],
    [{ period: 'last-month', format: 'csv' }, 'there is xlsx only'],
    [{ period: 'last-month', filter: { at: '2025-01-01' } }, 'of and at come from the period'],
    [{ period: 'last-month', filter: { caller: '138' } }, 'filter.caller'],
    [{ filter: { of: 'decade', at: '2025-01-01' } }, 'filter.of'],
  ])('of a period is refused as %j', async (wish, message) => {
    const answer = await api()('PUT', '/wrong', { what: 'statistics', ...wish });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.message).toContain(message);
  });
});
