import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildYears } from '../../scripts/bench/ledger-years/build.js';
import { TWO_YEARS } from '../../scripts/bench/ledger-years/years.js';
import { addPerson } from './harness/accounts.js';
import { ALLIANCE_FILE, playedAlliance } from './harness/alliance-plan.js';
import { OpsPage } from './harness/ops-page.js';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

/** For a month to be built on a machine that is busy. */
const SLOW_MS = 180_000;
const PASSWORD = 'of-the-tests-739182';
const CALLER = '13800137777';
const OWN = 'city-12345';

/** The page of operations for those who see the calls of one hotline only: whole, with nothing of others in it. */
describe('the page of operations for one hotline', () => {
  let world: World;
  let ops: OpsPage;
  let month: string;
  /** What the server refused or did not have. */
  const refused: string[] = [];

  beforeAll(async () => {
    const now = new Date();
    month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 15)).toISOString().slice(0, 7);
    const wish = {
      ...TWO_YEARS,
      seed: 5,
      dialPlan: ALLIANCE_FILE,
      firstMonth: month,
      months: 1,
      scale: 0.001,
    };
    world = await World.open({
      plan: playedAlliance,
      prepare: (dataFolder) => buildYears(wish, dataFolder, () => undefined),
    });
    addPerson(world.server, 'zhao-min', 'supervisor', PASSWORD, OWN);
    addPerson(world.server, 'sun-li', 'auditor', PASSWORD, OWN);
    ops = await OpsPage.open(`http://127.0.0.1:${world.server.ports.http}/ops/`);
    await ops.enter('zhao-min', PASSWORD);
    ops.page.on('response', (response) => {
      if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
    });
  }, SLOW_MS);
  afterAll(async () => {
    await ops.close();
    await world.close();
  });

  const options = (field: string): Promise<readonly string[]> =>
    ops.page
      .locator(`${field} option`)
      .evaluateAll((all) => all.map((one) => one.getAttribute('value') ?? ''));

  it('has a wall with its own row, and its calls while they are up', async () => {
    await ops.says('没有告警');
    expect(await ops.page.locator('tr[data-member]').count()).toBe(1);
    expect(await ops.page.locator('tr[data-member] th').textContent()).toContain('12345');
    await world.play({
      caller: CALLER,
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-refers', with: { referTo: '110' } },
        { at: 'pbx-110', scenario: 'target-is-hung-up', with: { referredBy: 'sip:desk7@' } },
      ],
      meanwhile: async () => {
        await until('the call to be up', async () => ((await ops.tile('calls')) === '1' ? true : undefined));
      },
    });
    await until('the wall to be empty', async () => ((await ops.tile('calls')) === '0' ? true : undefined));
    await ops.picture('scoped-wall');
    expect(await ops.barriers()).toEqual([]);
    expect(await ops.overflow()).toEqual([]);
  });

  it('finds its own calls, also those that others took over', async () => {
    await ops.goTo('#/search?kind=calls');
    await ops.says('已显示 50 条');
    expect(await options('#f-member')).toEqual(['', OWN]);
    // Calls of its own were moved to others.
    expect((await options('#f-toMember')).length).toBe(18);
    await ops.picture('scoped-search');
    await ops.goTo('#/search?kind=transfers&toMember=police-110');
    await ops.says('已显示');
    await ops.page.click('tbody a >> nth=0');
    await ops.says('信令时序');
    await ops.picture('scoped-story');
  });

  it('has statistics of its own, and a heat map of its row and its column', async () => {
    await ops.goTo(`#/statistics?month=${month}`);
    await ops.says('可见热线合计');
    await ops.settled();
    expect(await options('#s-member')).toEqual(['', OWN]);
    expect(
      await ops.page
        .locator('[data-compared]')
        .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-compared'))),
    ).toEqual(['', OWN]);
    expect(await ops.page.locator('tbody tr:has([data-out]) a.cell').count()).toBe(17 + 16);
    expect(await ops.page.locator('td.unseen').count()).toBe(16 * 16);
    // By keys from its row into its column, and back.
    const focused = (): Promise<string> =>
      ops.page.evaluate<string>('document.activeElement.getAttribute("href") ?? ""');
    await ops.page.locator('tbody a[tabindex="0"]').focus();
    const links = new Set<string>([await focused()]);
    for (let step = 0; step < 20; step += 1) {
      await ops.page.keyboard.press('ArrowDown');
      links.add(await focused());
    }
    expect(links.size).toBeGreaterThan(10);
    for (const link of links) expect(link).toContain(OWN);
    expect(await ops.barriers()).toEqual([]);
    await ops.picture('scoped-statistics');
    await ops.page.locator('h3', { hasText: '转接热力图' }).scrollIntoViewIfNeeded();
    await ops.picture('scoped-heat');
  });

  it('reports of its own by its name', async () => {
    await ops.goTo('#/report');
    await ops.says('12345 政务服务便民热线 运行报告');
    expect(await ops.text()).not.toContain('热线联盟运行报告');
    await ops.picture('scoped-report');
    await ops.click('已存报告');
    await ops.says('还没有保存过报告');
  });

  it('lists its own missed calls, and audits', async () => {
    await ops.goTo('#/missed');
    await ops.page.waitForSelector('section.card :is(table, p.quiet)');
    await ops.picture('scoped-missed');
    await ops.logOut();
    await ops.enter('sun-li', PASSWORD);
    await ops.goTo('#/audit');
    await ops.page.waitForSelector('section.card :is(table, p.quiet)');
    await ops.picture('scoped-audit');
  });

  it('was refused nothing on the way', async () => {
    expect(refused.filter((line) => !line.startsWith('401'))).toEqual([]);
    expect(ops.errors).toEqual([]);
  });
});
