import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { buildYears } from '../../scripts/bench/ledger-years/build.js';
import { TWO_YEARS } from '../../scripts/bench/ledger-years/years.js';
import { addPerson } from './harness/accounts.js';
import { OpsPage, SIZES } from './harness/ops-page.js';
import { Server } from './harness/server.js';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

const CALLER = '13800139999';
const PASSWORD = 'of-the-tests-739182';

/** The page of operations in a real browser: two months of a small city in the ledger, and a real call. */
describe('the page of operations', () => {
  let world: World;
  let ops: OpsPage;
  /** The last one that was built. */
  let lastMonth: string;

  beforeAll(async () => {
    world = await World.open();
    // Nobody writes while the months are built.
    expect(await world.server.stop()).toBe(0);
    const now = new Date();
    const firstMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 3, 15)).toISOString();
    lastMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 2, 15)).toISOString().slice(0, 7);
    const dialPlan = join(import.meta.dirname, '..', '..', 'dialplans', 'alliance.yaml');
    const wish = {
      ...TWO_YEARS,
      seed: 7,
      dialPlan,
      firstMonth: firstMonth.slice(0, 7),
      months: 2,
      scale: 0.002,
    };
    buildYears(wish, world.server.dataFolder, () => undefined);
    world.server = await Server.start({ ...world.server.options, ports: world.server.ports });
    addPerson(world.server, 'wang-fang', 'admin', PASSWORD);
    ops = await OpsPage.open(`http://127.0.0.1:${world.server.ports.http}/ops/`);
  });
  afterAll(async () => {
    await ops.close();
    await world.close();
  });

  /** At each size, everything that is on the page can be used by everybody, and the page fits. */
  async function seen(what: string): Promise<void> {
    for (const size of SIZES) {
      await ops.page.setViewportSize(size);
      await ops.picture(`${what}-${size.width}`);
      expect(await ops.barriers()).toEqual([]);
      expect(await ops.overflow()).toEqual([]);
    }
  }

  it('is there with little to load, and keeps strangers out', async () => {
    await ops.says('用户名');
    const kilobytes = (await ops.sentBytes()) / 1000;
    const paint = await ops.firstPaint();
    console.log(`operations page: first paint after ${paint.toFixed(0)} ms, ${kilobytes.toFixed(0)} kB`);
    expect(kilobytes).toBeGreaterThan(20);
    expect(kilobytes).toBeLessThan(500);
    await ops.logIn('wang-fang', 'wrong');
    await ops.says('用户名或密码不对');
    await seen('log-in');
    await until('the account to be known', async () => {
      await ops.logIn('wang-fang', PASSWORD);
      await ops.page.waitForTimeout(500);
      return (await ops.text()).includes('退出') ? true : undefined;
    });
    await ops.says('没有告警');
  });

  it('shows a call on the wall while it is up, and in the search when it is over', async () => {
    expect(await ops.tile('calls')).toBe('0');
    await seen('wall-quiet');
    const { call } = await world.play({
      caller: CALLER,
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-refers', with: { referTo: '110' } },
        { at: 'pbx-110', scenario: 'target-is-hung-up', with: { referredBy: 'sip:desk7@' } },
      ],
      meanwhile: async () => {
        await ops.says(CALLER);
        expect(await ops.tile('calls')).toBe('1');
      },
    });
    await until('the wall to be empty', async () => ((await ops.tile('calls')) === '0' ? true : undefined));

    await ops.goTo(`#/search?kind=calls&caller=${CALLER}`);
    await ops.says('已显示 1 条');
    expect(await ops.text()).toContain('12345 政务服务便民热线');
    await ops.page.click('tbody a');
    await ops.says('信令时序');
    expect(await ops.page.evaluate('location.hash')).toBe(`#/call/${call.id}`);
    const story = z
      .object({
        events: z.array(z.object({ message: z.string().nullable(), text: z.object({ zh: z.string() }) })),
      })
      .parse(await world.server.api.get(`/v1/calls/${call.id}/story`));
    const told = await ops.text();
    for (const { text } of story.events) expect(told).toContain(text.zh);
    // Each message that the ledger knows is an arrow between two lanes.
    const arrows = await ops.page.locator('g.sip text').allTextContents();
    expect(arrows).toEqual(story.events.flatMap(({ message }) => message ?? []));
    expect(arrows).toEqual(expect.arrayContaining(['INVITE', '200', 'BYE']));
    await seen('story');
    await ops.click('← 返回');
    await ops.says('已显示 1 条');
  });

  it('finds what the API finds, goes on page by page, and gives it away as a file', async () => {
    await ops.click('清空条件');
    await ops.page.selectOption('#f-outcome', 'answered');
    await ops.page.fill('#f-minWait', '15');
    await ops.page.press('#f-minWait', 'Enter');
    await ops.says('已显示 50 条');
    await seen('search');
    const all = await world.server.api.calls('outcome=answered&minWait=15');
    expect(all.length).toBeGreaterThan(50);
    await ops.click('继续查询');
    await ops.says(`已显示 ${Math.min(100, all.length)} 条`);
    const took = /用时 (\d+) ms/.exec(await ops.text())?.[1];
    console.log(`second page of ${all.length} calls shown after ${took} ms`);
    const shown = await ops.page
      .locator('tbody a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    expect(shown).toEqual(all.slice(0, 100).map(({ id }) => `#/call/${encodeURIComponent(id)}`));

    const [download] = await Promise.all([ops.page.waitForEvent('download'), ops.page.click('text=CSV')]);
    expect(download.suggestedFilename()).toBe('calls.csv');
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(all.length + 1);
  });

  it('finds transfers, legs, and words of notes', async () => {
    await ops.click('转接');
    await ops.says('已显示 50 条');
    await seen('search-transfers');
    await ops.click('话路');
    await ops.says('已显示 50 条');
    await ops.click('备注全文');
    await ops.page.fill('#f-q', '停水');
    await ops.click('查询');
    await ops.says('备注');
    await ops.page.waitForSelector('mark');
    expect(await ops.page.locator('mark').first().textContent()).toBe('停水');
    await seen('search-notes');
    await ops.page.fill('#f-q', '没有人写过这句话');
    await ops.click('查询');
    await ops.says('没有符合条件的记录');
  });

  it('says so when a filter is wrong', async () => {
    await ops.click('通话');
    await ops.page.fill('#f-minWait', 'long');
    await ops.click('查询');
    await ops.says('查询条件不对');
  });

  it('shows the statistics that the API has', async () => {
    const month = z
      .object({ all: z.object({ now: z.object({ offered: z.number() }) }) })
      .parse(await world.server.api.get(`/v1/statistics/compare?month=${lastMonth}`));
    expect(month.all.now.offered).toBeGreaterThan(100);
    await ops.goTo('#/statistics');
    await ops.says('与上月对比');
    await ops.page.fill('input[type=month]', lastMonth);
    const shown = ops.page.locator('td[data-now]').first();
    await until('the month to be shown', async () =>
      (await shown.textContent()) === month.all.now.offered.toLocaleString('en') ? true : undefined,
    );
    expect(await ops.page.locator('.chart svg').count()).toBe(2);
    await seen('statistics');
  });

  it('lists who is to be called back, and the audit who has noted it', async () => {
    const caller = '13800138888';
    await world.perform({
      caller,
      parties: [
        { at: 'caller', scenario: 'caller-cancels' },
        { at: 'pbx-12345', scenario: 'called-is-cancelled', with: { role: 'agent' } },
      ],
    });
    await world.traceOf(caller);
    await ops.goTo('#/missed');
    await ops.says(caller);
    await seen('missed');
    await ops.click('已回拨');
    await ops.says('已登记');
    expect(await ops.text()).not.toContain(caller);
    await ops.goTo('#/audit');
    await ops.page.selectOption('select', 'called-back');
    await ops.page.fill('main input', 'wang-fang');
    await ops.click('查询');
    const rows = ops.page.locator('tbody tr');
    await until('one audit', async () => ((await rows.count()) === 1 ? true : undefined));
    expect(await rows.first().textContent()).toContain('登记已回拨');
    await seen('audit');
  });

  it('speaks English, and remembers it', async () => {
    await ops.goTo('#/wall');
    await ops.click('English');
    await ops.says('Calls up');
    await ops.page.reload();
    await ops.says('No alarms');
    expect(await ops.page.evaluate('document.documentElement.lang')).toBe('en');
    await seen('wall-english');
    await ops.click('中文');
  });

  it('says when the server is away, and goes on when it is back', async () => {
    const { options, ports } = world.server;
    expect(await world.server.stop()).toBe(0);
    await ops.says('连接中断，正在重连');
    await ops.picture('wall-away');
    world.server = await Server.start({ ...options, ports });
    await ops.says('实时 ·');
    expect(ops.errors.filter((line) => !line.includes('ERR_') && !line.includes('400'))).toEqual([]);
    await ops.click('退出');
    await ops.says('用户名');
  });
});
