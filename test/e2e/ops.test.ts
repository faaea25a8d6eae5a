import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { buildYears } from '../../scripts/bench/ledger-years/build.js';
import { TWO_YEARS } from '../../scripts/bench/ledger-years/years.js';
import { addPerson } from './harness/accounts.js';
import { ALLIANCE_FILE, playedAlliance } from './harness/alliance-plan.js';
import { OpsPage, SIZES } from './harness/ops-page.js';
import { Server } from './harness/server.js';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

const CALLER = '13800139999';
/** Fields of the API that are looked at. */
const comparison = z.object({
  all: z.object({ now: z.object({ offered: z.number() }) }),
  members: z.array(z.object({ member: z.string(), now: z.object({ offered: z.number() }) })),
});
const matrix = z.object({
  cells: z.array(
    z.object({ fromMember: z.string().nullable(), toMember: z.string().nullable(), asked: z.number() }),
  ),
});
const audits = z.object({ items: z.array(z.object({ actor: z.string() })) });
const shown = (count: number): string => count.toLocaleString('en');
const PASSWORD = 'of-the-tests-739182';

/** The page of operations in a real browser: two years of a very small city in the ledger, and real calls. */
describe('the page of operations', () => {
  let world: World;
  let ops: OpsPage;
  /** The last one that was built. */
  let lastMonth: string;
  const monthAgo = (months: number): string => {
    const now = new Date();
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 15)).toISOString().slice(0, 7);
  };

  beforeAll(async () => {
    lastMonth = monthAgo(2);
    const firstMonth = monthAgo(TWO_YEARS.months + 1);
    const wish = { ...TWO_YEARS, seed: 7, dialPlan: ALLIANCE_FILE, firstMonth, scale: 0.0005 };
    world = await World.open({
      plan: playedAlliance,
      prepare: (dataFolder) => buildYears(wish, dataFolder, () => undefined),
    });
    addPerson(world.server, 'wang-fang', 'admin', PASSWORD);
    addPerson(world.server, 'li-na', 'viewer', PASSWORD);
    addPerson(world.server, 'zhao-min', 'supervisor', PASSWORD);
    ops = await OpsPage.open(`http://127.0.0.1:${world.server.ports.http}/ops/`);
  }, 180_000);
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
    await ops.enter('wang-fang', PASSWORD);
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
        expect(await ops.page.locator('tr[data-member]').count()).toBe(17);
        await ops.picture('wall-call');
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
    const compared = comparison.parse(
      await world.server.api.get(`/v1/statistics/compare?month=${lastMonth}`),
    );
    const { offered } = compared.all.now;
    expect(offered).toBeGreaterThan(100);
    expect(compared.members.length).toBeGreaterThan(10);
    await ops.goTo(`#/statistics?month=${lastMonth}`);
    await until('the month to be shown', async () =>
      (await ops.tile('offered')).trim() === shown(offered) ? true : undefined,
    );
    await ops.settled();
    for (const { member, now } of compared.members)
      expect(await ops.page.locator(`[data-compared="${member}"] td`).first().textContent()).toBe(
        shown(now.offered),
      );
    const days = await ops.page.locator('[data-offered]').allTextContents();
    expect(days.reduce((sum, day) => sum + Number(day.replaceAll(',', '')), 0)).toBe(offered);
    const { cells } = matrix.parse(await world.server.api.get(`/v1/statistics/matrix?month=${lastMonth}`));
    const asked = cells.reduce((sum, cell) => sum + cell.asked, 0);
    const out = await ops.page.locator('[data-out]').allTextContents();
    expect(out).toHaveLength(17);
    expect(out.reduce((sum, row) => sum + Number(row.replaceAll(',', '')), 0)).toBe(asked);
    expect(await ops.page.locator('.chart svg').count()).toBe(2);
    await seen('statistics');
    await ops.page.locator('h3', { hasText: '转接热力图' }).scrollIntoViewIfNeeded();
    await ops.picture('statistics-heat');
    await ops.page.locator('h3', { hasText: '最慢' }).scrollIntoViewIfNeeded();
    await ops.picture('statistics-lists');
  });

  it('shows other spans and one member, and says when there is nothing', async () => {
    for (const by of ['hour', 'week', 'month']) {
      await ops.page.selectOption('#s-by', by);
      await ops.settled();
      await ops.picture(`statistics-${by}`);
    }
    expect(await ops.page.locator('[data-offered]').count()).toBeGreaterThan(TWO_YEARS.months);
    await ops.page.selectOption('#s-member', 'police-110');
    await ops.settled();
    expect(await ops.page.locator('[data-compared]').count()).toBe(1);
    expect(await ops.page.evaluate('location.hash')).toContain('member=police-110');
    await ops.goTo('#/statistics?month=2019-01');
    await ops.says('这段时间没有数据');
    expect((await ops.tile('offered')).trim()).toBe('0');
    await seen('statistics-empty');
  });

  it('leads from a cell of the table of transfers to these transfers, by keys alone', async () => {
    await ops.goTo(`#/statistics?month=${lastMonth}`);
    await ops.settled();
    const { cells } = matrix.parse(await world.server.api.get(`/v1/statistics/matrix?month=${lastMonth}`));
    const wanted = cells.find(
      ({ fromMember, toMember }) => fromMember === 'police-110' && toMember === 'city-12345',
    );
    await ops.page.locator('tbody td[class^=heat] a[tabindex="0"]').focus();
    const members = await ops.page.locator('tbody tr:has([data-out]) th').allTextContents();
    const place = (number: string): number => members.findIndex((name) => name.startsWith(`${number} `));
    for (let row = 0; row < place('110'); row += 1) await ops.page.keyboard.press('ArrowDown');
    for (let column = 0; column < place('12345'); column += 1) await ops.page.keyboard.press('ArrowRight');
    await ops.page.keyboard.press('Enter');
    await ops.says(`已显示 ${Math.min(50, wanted?.asked ?? 0)} 条`);
    expect(await ops.page.inputValue('#f-fromMember')).toBe('police-110');
    expect(await ops.page.inputValue('#f-toMember')).toBe('city-12345');
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
    // No column of a table is cut off.
    expect(await ops.cut('section:has(tr[data-member])')).toBe(false);
    await seen('wall-english');
    for (const [place, text] of [
      ['search', 'Shown'],
      ['statistics', 'Month beside month'],
      ['missed', 'Callers to be called back'],
      ['audit', 'Did what'],
    ] as const) {
      await ops.goTo(`#/${place}`);
      await ops.says(text);
      await ops.settled();
      await seen(`${place}-english`);
    }
    await ops.goTo('#/wall');
    await ops.click('中文');
  });

  it('asks who was in to log in again when the session is over, and stays as it is', async () => {
    await ops.goTo('#/search?kind=transfers');
    await ops.says('已显示');
    await ops.page.context().clearCookies();
    await ops.click('查询');
    await ops.says('登录已过期');
    await ops.picture('log-in-again');
    expect(await ops.barriers()).toEqual([]);
    // Nothing behind it can be used, so it does not go away by itself.
    await ops.page.keyboard.press('Escape');
    await ops.page.keyboard.type(PASSWORD);
    await ops.page.keyboard.press('Enter');
    await ops.page.waitForSelector('dialog', { state: 'detached' });
    // What was refused is asked again.
    await ops.says('已显示');
    expect(await ops.page.evaluate('location.hash')).toContain('kind=transfers');
  });

  it('masks numbers, and shows one for a reason to who may', async () => {
    const masked = '138****9999';
    await ops.logOut();
    await ops.enter('li-na', PASSWORD);
    await ops.goTo(`#/search?kind=calls&caller=${CALLER}`);
    await ops.says(masked);
    expect(await ops.text()).not.toContain(CALLER);
    expect(await ops.page.locator('main .caller button').count()).toBe(0);
    await ops.logOut();
    await ops.enter('zhao-min', PASSWORD);
    await ops.goTo('#/wall');
    await ops.goTo(`#/search?kind=calls&caller=${CALLER}`);
    await ops.says(masked);
    const button = ops.page.locator('main .caller button').first();
    await button.focus();
    await ops.page.keyboard.press('Enter');
    await ops.says('都会记入审计');
    await ops.picture('number');
    expect(await ops.barriers()).toEqual([]);
    await ops.page.keyboard.press('Escape');
    await ops.page.waitForSelector('dialog', { state: 'detached' });
    await ops.page.keyboard.press('Enter');
    await ops.page.keyboard.type('核对来电人的诉求');
    await ops.page.keyboard.press('Enter');
    await until('the number to be shown', async () =>
      (await ops.page.locator('main .caller').first().textContent())?.includes(CALLER) ? true : undefined,
    );
    const { items } = audits.parse(await world.server.api.get('/v1/audits?action=number-shown'));
    expect(items).toEqual([expect.objectContaining({ actor: 'zhao-min' })]);
  });

  it('says when the server is away, and goes on when it is back', async () => {
    await ops.goTo('#/wall');
    await ops.says('实时 ·');
    const { options, ports } = world.server;
    expect(await world.server.stop()).toBe(0);
    await ops.says('连接中断，正在重连');
    await ops.picture('wall-away');
    world.server = await Server.start({ ...options, ports });
    await ops.says('实时 ·');
    expect(ops.errors.filter((line) => !line.includes('ERR_') && !line.includes('400'))).toEqual([]);
    await ops.logOut();
  });
});
