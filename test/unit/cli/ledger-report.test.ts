import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { readXlsx } from 'hucre/xlsx';
import { beforeEach, describe, expect, it } from 'vitest';
import { REPORT_PERIODS } from '../../../src/api/reports/report-periods.js';
import { ReportStore } from '../../../src/api/reports/report-store.js';
import { help, run } from '../../../src/cli/ledger.js';
import { callRecord, temporaryFolder, writerOf } from '../ledger/fixtures.js';

const YEAR = 366 * 86_400_000;
let dir = '';

/** Runs the command with the ledger's folder; gives what it printed. */
async function report(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const progress: string[] = [];
  const code = await run(['report', ...argv, '--data', dir], {
    env: {},
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    progress: (text) => progress.push(text),
  });
  return { code, out, err: err.join('\n'), progress };
}

beforeEach(() => {
  dir = temporaryFolder();
  const store = writerOf(dir);
  const now = Date.now();
  const at = (id: string, startedAt: number, missed: boolean) =>
    callRecord(id, {
      startedAt,
      answeredAt: null,
      endedAt: startedAt + 1000,
      missed,
      callerNumber: '13800001111',
    });
  const records = [at('old', now - 2 * YEAR, true), at('late', now - 1, true), at('well', now - 1, false)];
  store.commit({ number: 1, records, journal: [] });
  store.close();
});

describe('onekey ledger report', () => {
  it('saves a report, which the server finds as its own, lists it and deletes it', async () => {
    const saved = await report(
      'save',
      '漏接',
      'calls',
      '--missed',
      '--member',
      'city-12345',
      '--period',
      'last-month',
    );
    expect([saved.code, saved.err]).toEqual([0, 'report 漏接 saved']);
    const kept = {
      what: 'calls',
      period: 'last-month',
      filter: { missed: 'true', member: 'city-12345' },
      format: 'xlsx',
      language: 'zh',
      name: '漏接',
      savedBy: userInfo().username,
      savedAt: expect.any(Number),
    };
    expect(JSON.parse(readFileSync(join(dir, 'reports.json'), 'utf8'))).toEqual({ reports: [kept] });
    const [line] = (await report('list', '--json')).out;
    expect(JSON.parse(line ?? '')).toEqual({ ...kept, savedAt: expect.stringMatching(/Z$/) });
    expect((await report('list')).out[1]).toContain('member=city-12345 missed=true');
    expect((await report('save', '漏接', 'legs')).err).toBe('report 漏接 replaced');
    expect(await report('delete', '漏接')).toMatchObject({ code: 0, err: 'report 漏接 deleted' });
    expect((await report('list')).out).toEqual(['no reports']);
  });

  it('runs one as it was saved, for the time that it is now', async () => {
    await report(
      'save',
      'missed',
      'calls',
      '--missed',
      '--period',
      'this-year',
      '--format',
      'csv',
      '--language',
      'en',
    );
    const out = join(dir, 'file');
    const { code, err } = await report('run', 'missed', '--mask', '--out', out);
    expect([code, err]).toEqual([0, `${out}: 1 records`]);
    const text = readFileSync(out, 'utf8');
    expect(text).toContain('late');
    expect(text).toContain('138****1111');
    expect(text).not.toContain('old');
  });

  it('writes another kind of file when its name says so', async () => {
    await report('save', 'all', 'calls');
    const [xlsx, csv] = [join(dir, 'all'), join(dir, 'all.csv')];
    await report('run', 'all', '--out', xlsx);
    await report('run', 'all', '--out', csv);
    expect(readFileSync(xlsx).subarray(0, 2).toString()).toBe('PK');
    expect(readFileSync(csv, 'utf8').trim().split('\r\n')).toHaveLength(4);
  });

  it.each([
    [['run', 'none', '--out', 'x.csv'], 'there is no report "none" (onekey ledger report list)'],
    [['delete', 'none'], 'there is no report "none"'],
  ])('%j says that there is none', async (words, message) => {
    expect(await report(...words)).toMatchObject({ code: 1, err: expect.stringContaining(message) });
    expect(existsSync('x.csv')).toBe(false);
  });

  it('says what is wrong with the file that they are kept in', async () => {
    writeFileSync(join(dir, 'reports.json'), '{"reports": [');
    expect(await report('list')).toMatchObject({
      code: 1,
      err: expect.stringContaining('is not a file of reports'),
    });
    const stale = { what: 'calls', filter: { colour: 'red' }, name: 'a', savedBy: 'x', savedAt: 1 };
    writeFileSync(join(dir, 'reports.json'), JSON.stringify({ reports: [stale] }));
    expect(await report('run', 'a', '--out', join(dir, 'x'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('the filter of report a is not understood any more'),
    });
  });

  it.each([
    [[], 'say report list, report save NAME'],
    [['list', 'all'], '"all" is one word too many'],
    [['list', '--missed'], '--missed does not go with report list'],
    [['save'], 'name the report'],
    [['save', 'a/b', 'calls'], 'name the report: expected 1 to 60 letters'],
    [['save', 'a'], 'say of what: report save a calls|legs|transfers|recordings|audits'],
    [['save', 'a', 'calls', 'legs'], '"legs" is one word too many'],
    [['save', 'a', 'calls', '--out', 'x.csv'], '--out does not go with report save'],
    [['save', 'a', 'calls', '--period', 'tomorrow'], '--period tomorrow: it is one of today, yesterday'],
    [['save', 'a', 'calls', '--format', 'pdf'], '--format pdf: it is csv, xlsx, parquet'],
    [['save', 'a', 'calls', '--language', 'fr'], '--language fr: it is zh or en'],
    [['save', 'a', 'calls', '--limit', '5'], '--limit: is no filter of calls'],
    [['save', 'a', 'legs', '--missed'], '--missed: is no filter of legs'],
    [['save', 'a', 'calls', '--first-member', ''], '--first-member'],
    [['save', 'a', 'calls', '--period', 'today', '--from', '2026-03-02'], 'from and to come from the period'],
    [['run'], 'say which one: report run NAME'],
    [['run', 'a', 'b'], '"b" is one word too many'],
    [['run', 'a', '--missed'], '--missed does not go with report run'],
    [['run', 'a', '--format', 'pdf'], '--format pdf: it is csv, xlsx or parquet'],
    [['delete'], 'say which one: report delete NAME'],
    [['delete', 'a', '--mask'], '--mask does not go with report delete'],
  ])('%j is wrong usage, and nothing is kept', async (words, message) => {
    expect(await report(...words)).toMatchObject({ code: 2, out: [], err: expect.stringContaining(message) });
    expect(existsSync(join(dir, 'reports.json'))).toBe(false);
  });

  it('help names every period', () => {
    for (const period of REPORT_PERIODS) expect(help).toContain(period);
  });

  it('makes the workbook of a report of a period, as the server does', async () => {
    const store = new ReportStore(join(dir, 'reports.json'));
    const rest = { what: 'statistics', format: 'xlsx', language: 'zh', savedBy: 'li', savedAt: 1 } as const;
    const filter = { member: 'city-12345' };
    await store.save({ ...rest, name: 'this-year', period: 'this-year', filter });
    await store.save({ ...rest, name: 'to-come', period: null, filter: { of: 'year', at: '2999-01-01' } });
    const out = join(dir, 'year.xlsx');
    const made = await report('run', 'this-year', '--out', out);
    expect([made.code, made.err]).toEqual([0, expect.stringMatching(/year\.xlsx: .*12345.*年报.*\d{4}年/)]);
    const { sheets } = await readXlsx(readFileSync(out));
    expect(sheets.length).toBeGreaterThan(5);
    expect(existsSync(`${out}.part`)).toBe(false);
    const english = await report('run', 'this-year', '--out', out, '--language', 'en');
    expect(english.err).toContain('Report');
    for (const [name, options, message] of [
      ['to-come', [], /has not begun/],
      ['this-year', ['--format', 'csv'], /is xlsx/],
      ['this-year', ['--mask'], /no numbers/],
      ['this-year', ['--out', join(dir, 'nowhere', 'year.xlsx')], /could not be written/],
    ] as const)
      expect(await report('run', name, ...options)).toMatchObject({
        code: 1,
        err: expect.stringMatching(message),
      });
  });
});
