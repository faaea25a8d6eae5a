import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readXlsx } from 'hucre/xlsx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildYears } from '../../scripts/bench/ledger-years/build.js';
import { TWO_YEARS } from '../../scripts/bench/ledger-years/years.js';
import { addPerson } from './harness/accounts.js';
import { OpsPage, SIZES } from './harness/ops-page.js';
import { Server } from './harness/server.js';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

/** For two months to be built on a machine that is busy. */
const SLOW_MS = 180_000;
const PASSWORD = 'of-the-tests-739182';
const SECTIONS = ['key', 'goals', 'course', 'members', 'matrix', 'switches', 'causes', 'matters', 'surges'];

/** What a cell of the page says, as the number that a workbook holds. */
function numberOf(text: string): number | string | null {
  if (text === '—') return null;
  if (text === '·') return 0;
  const [, sign, digits, unit] = /^([+−±]?)([\d,]+(?:\.\d+)?)( %| 个百分点)?$/.exec(text) ?? [];
  if (digits === undefined) return text;
  const value = Number(digits.replaceAll(',', '')) * (sign === '−' ? -1 : 1);
  return unit === ' %' ? value / 100 : value;
}

/** A report of the months of a small city, as a page, on paper and as a workbook. */
describe('the report of a period', () => {
  let world: World;
  let ops: OpsPage;
  /** The last month that was built. */
  let month: string;

  beforeAll(async () => {
    world = await World.open();
    // Nobody writes while the months are built.
    expect(await world.server.stop()).toBe(0);
    const now = new Date();
    const monthsAgo = (months: number): string =>
      new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 15)).toISOString().slice(0, 7);
    month = monthsAgo(1);
    const dialPlan = join(import.meta.dirname, '..', '..', 'dialplans', 'alliance.yaml');
    const wish = { ...TWO_YEARS, seed: 11, dialPlan, firstMonth: monthsAgo(2), months: 2, scale: 0.001 };
    buildYears(wish, world.server.dataFolder, () => undefined);
    addPerson(world.server, 'wang-fang', 'supervisor', PASSWORD);
    world.server = await Server.start({ ...world.server.options, ports: world.server.ports });
    ops = await OpsPage.open(`http://127.0.0.1:${world.server.ports.http}/ops/#/report`);
    await ops.says('用户名');
    await ops.logIn('wang-fang', PASSWORD);
  }, SLOW_MS);
  afterAll(async () => {
    await ops.close();
    await world.close();
  });

  /** The report that this title and period name is there. */
  async function shows(title: string, period: string): Promise<void> {
    await until(`the report ${title} of ${period}`, async () => {
      const head = (await ops.page.locator('.sheet header').textContent()) ?? '';
      return head.includes(title) && head.includes(period) ? true : undefined;
    });
  }

  /** Cells of each row of a section. */
  const cellsOf = (section: string) =>
    ops.page
      .locator(`[data-section=${section}] tbody tr`)
      .evaluateAll((rows) =>
        rows.map((row) => [...row.children].map((cell) => cell.textContent?.trim() ?? '')),
      );

  const inWords = (of: string): string => `${of.slice(0, 4)}年${Number(of.slice(5))}月`;

  it('is of the last month at one click, with everything that the API tells', async () => {
    await shows('热线联盟运行报告（月报）', inWords(month));
    const answer = await world.server.api.get(`/v1/statistics/report?of=month&at=${month}-01`);
    const { all } = answer as { readonly all: { readonly offered: number; readonly answered: number } };
    expect(all.offered).toBeGreaterThan(100);
    expect((await cellsOf('key')).slice(0, 2).map(([, now]) => now)).toEqual(
      [all.offered, all.answered].map((count) => count.toLocaleString('en')),
    );
    const sections = await ops.page
      .locator('[data-section]')
      .evaluateAll((found) => found.map((one) => one.getAttribute('data-section')));
    expect(sections).toEqual(SECTIONS);
    expect(await cellsOf('members')).toHaveLength(18);
    expect(await ops.text()).toMatch(/接通率目标(未)?达标/);
    for (const size of SIZES) {
      await ops.page.setViewportSize(size);
      await ops.picture(`report-${size.width}`);
      expect(await ops.barriers()).toEqual([]);
      expect(await ops.overflow()).toEqual([]);
    }
  });

  it('has the same figures in the workbook', async () => {
    const [download] = await Promise.all([
      ops.page.waitForEvent('download'),
      ops.page.click('text=导出 Excel'),
    ]);
    expect(download.suggestedFilename()).toBe(`热线联盟运行报告（月报） ${inWords(month)}.xlsx`);
    const { sheets } = await readXlsx(readFileSync(await download.path()));
    expect(sheets).toHaveLength(SECTIONS.length + 1);
    for (const [at, section] of SECTIONS.entries()) {
      const shown = await cellsOf(section);
      const [, , , ...rows] = sheets[at + 1]?.rows ?? [];
      for (const [down, row] of shown.entries())
        for (const [across, text] of row.entries()) {
          const [page, kept] = [numberOf(text), rows[down]?.[across] ?? null];
          const place = `${section}, row ${down}, column ${across}: ${text}`;
          if (typeof page === 'number') expect(kept, place).toBeCloseTo(page, 6);
          else expect(kept, place).toBe(page);
        }
    }
  });

  it('is saved, listed and opened again', async () => {
    await ops.page.locator('form select').nth(1).selectOption('police');
    await shows('110 报警求助', inWords(month));
    await ops.click('已存报告');
    await ops.page.fill('.report-controls input[maxlength="60"]', '公安-月报');
    await ops.click('保存');
    await ops.says('已保存');
    await ops.goTo('#/wall');
    await ops.says('没有告警');
    await ops.goTo('#/report?of=year');
    await shows('热线联盟运行报告（年报）', `${new Date().getUTCFullYear() - 1}年`);
    await ops.click('已存报告');
    await ops.page.click('[data-saved=公安-月报] a');
    await shows('110 报警求助', inWords(month));
    const { items } = (await world.server.api.get('/v1/reports')) as { readonly items: readonly unknown[] };
    expect(items).toMatchObject([
      { name: '公安-月报', what: 'statistics', period: 'last-month', filter: { member: 'police' } },
    ]);
    await ops.click('删除 公安-月报');
    await ops.says('已删除');
    await ops.says('还没有保存过报告');
  });

  it('says what the ledger does not have, and what is no period', async () => {
    await ops.click('← 上一期');
    await ops.says('台账没有对比期的记录');
    await ops.goTo('#/report?of=month&at=2099-01-01');
    await ops.says('尚未开始');
    await ops.goTo(`#/report?of=day&at=${month}-05`);
    await shows('热线联盟运行报告（日报）', `${inWords(month)}5日`);
    expect(await cellsOf('course')).toHaveLength(24);
    await ops.goTo(`#/report?of=quarter&at=${month}-05`);
    await shows('热线联盟运行报告（季报）', '季度');
  });

  it('is told in English, too', async () => {
    await ops.click('English');
    await ops.says('Key figures');
    for (const size of SIZES) {
      await ops.page.setViewportSize(size);
      await ops.picture(`report-english-${size.width}`);
      expect(await ops.barriers()).toEqual([]);
      expect(await ops.overflow()).toEqual([]);
    }
    expect(ops.errors.filter((line) => !line.includes('400'))).toEqual([]);
  });

  it.each(['portrait', 'landscape'])(
    'is printed on A4 %s with numbered pages and nothing to press',
    async (paper) => {
      await ops.page.locator('form select').last().selectOption(paper);
      const session = await ops.page.context().newCDPSession(ops.page);
      const { data } = await session.send('Page.printToPDF', { preferCSSPageSize: true });
      const file = join(world.folder, `${paper}.pdf`);
      writeFileSync(file, Buffer.from(data, 'base64'));
      const { status, stdout } = spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
      expect(status, 'pdftotext of poppler-utils').toBe(0);
      const pages = stdout.split('\f').slice(0, -1);
      expect(pages.length).toBeGreaterThan(2);
      for (const [at, page] of pages.entries())
        expect(page.replace(/\s/g, '')).toContain(`${at + 1}/${pages.length}`);
      const text = stdout.replace(/\s/g, '');
      // Latin letters: whoever tests may have no font for Chinese.
      expect(text).toContain('Reportofthehotlinealliance');
      for (const title of await ops.page.locator('.sheet h3').allTextContents())
        expect(text).toContain(title.replace(/\s/g, ''));
      for (const control of ['Print/save', 'Savedreports', 'Logout']) expect(text).not.toContain(control);
      // A4 in points.
      const size = paper === 'portrait' ? /Page size: +59\d\S* x 84/ : /Page size: +84\d\S* x 59/;
      expect(spawnSync('pdfinfo', [file], { encoding: 'utf8' }).stdout).toMatch(size);
    },
  );
});
