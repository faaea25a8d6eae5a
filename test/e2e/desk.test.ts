import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addAgent } from './harness/accounts.js';
import { DeskPage } from './harness/desk-page.js';
import { expectHeard } from './harness/expect-heard.js';
import type { DialPlanFile } from './harness/plan.js';
import { hears, VoiceStage } from './harness/voice-stage.js';
import { until } from './harness/wait.js';
import { webSide } from './harness/web-side.js';

const PASSWORD = 'of-the-tests-739182';

/** 12345 is served by the queue of its agents, and by nobody else. */
function deskPlan(plan: DialPlanFile): DialPlanFile {
  const { city } = plan.members;
  if (city === undefined) throw new Error('the test plan has lost its member');
  const targets = [{ queue: 'city', ringSeconds: 20, maxWaitSeconds: 60 }];
  return { ...plan, members: { ...plan.members, city: { ...city, targets } } };
}

/** An agent whose phone and desk are a page in a real browser; everybody else has a telephone. */
describe('the desk in the browser', () => {
  let stage: VoiceStage;
  let desk: DeskPage;
  let call: Promise<number> | undefined;
  beforeAll(async () => {
    stage = await VoiceStage.open({ plan: deskPlan, web: await webSide() });
    const { server } = stage.world;
    await addAgent(server, { id: 'li-na', member: 'city', extension: '8017', password: PASSWORD });
    desk = await DeskPage.open(`http://localhost:${server.ports.http}/desk/`);
  });
  afterEach(async () => {
    await call?.catch(() => undefined);
    call = undefined;
    await stage.clear();
  });
  afterAll(async () => {
    await desk.close();
    await stage.close();
  });

  let callers = 0;
  /** A citizen calls 12345, and the desk shows it. */
  async function rings(): Promise<string> {
    await desk.press('F6');
    await desk.says('就绪');
    callers += 1;
    const number = `1390000700${callers}`;
    call = stage.phone('caller').call('12345', stage.sip, { as: number });
    await desk.says(number);
    await desk.says('接听');
    return number;
  }

  async function answered(): Promise<string> {
    const number = await rings();
    await desk.press('F2');
    expect(await call).toBe(200);
    await desk.says('通话中');
    await desk.hears();
    expectHeard('the desk talks', await stage.listen(), hears({ caller: 'other' }), []);
    return number;
  }

  it('keeps strangers out, and lets the agent in', async () => {
    await desk.logIn('li-na', 'wrong');
    await desk.says('工号或密码不对');
    expect(await desk.barriers()).toEqual([]);
    await until('the account to be known', async () => {
      await desk.logIn('li-na', PASSWORD);
      await desk.page.waitForTimeout(500);
      return (await desk.text()).includes('一键转接') ? true : undefined;
    });
    await desk.says('已注册');
    expect(await desk.barriers()).toEqual([]);
  });

  it('moves the caller with one key, and is released', async () => {
    const number = await answered();
    expect(await desk.barriers()).toEqual([]);
    await desk.key('police');
    await desk.says('110 报警求助: 已转接');
    await stage.phone('target').untilTalking();
    await desk.says('话后处理');
    const talk = hears({ caller: 'target', target: 'caller' });
    expectHeard('after the key', await stage.listen(300), talk, ['caller']);
    const { legs, transfers } = await stage.end(number);
    expect(transfers).toMatchObject([{ trigger: 'desk', mode: 'blind', outcome: 'completed' }]);
    expect(legs.find(({ agent }) => agent === 'li-na')).toMatchObject({ outcome: 'answered' });
  });

  it('asks the other desk first, and connects the two', async () => {
    const number = await answered();
    await desk.press('F10');
    await desk.key('police');
    await desk.says('正在与对方通话');
    expectHeard('consulting', await stage.listen(300), hears({ target: 'other', caller: 'other' }), []);
    await desk.page.click('text=完成转接');
    await desk.says('已转接');
    expectHeard('completed', await stage.listen(300), hears({ caller: 'target', target: 'caller' }), []);
    const { transfers } = await stage.end(number);
    expect(transfers).toMatchObject([{ trigger: 'desk', mode: 'consult', outcome: 'completed' }]);
    for (let press = 0; press < 3; press += 1) await desk.press('F10');
  });

  it('takes the caller back while the other side rings, and says in words what goes wrong', async () => {
    const number = await answered();
    stage.phone('third').manner = { answer: 'yes', afterMs: 60_000 };
    await desk.key('funeral');
    await desk.says('对方振铃');
    await desk.press('Escape');
    await desk.says('转接未成功，来电人仍在线 · 已取回来电人');
    await desk.hears();
    expectHeard('taken back', await stage.listen(300), hears({ caller: 'other' }), []);
    await desk.press('F9');
    await desk.page.keyboard.type('99999');
    await desk.press('Enter');
    await desk.says('没有这个热线或号码');
    await stage.end(number);
  });

  it('goes on with the call after the page was loaded anew', async () => {
    const number = await answered();
    await desk.page.reload();
    await desk.says('通话中');
    await desk.says(number);
    await desk.hears();
    expectHeard('loaded anew', await stage.listen(300), hears({ caller: 'other' }), []);
    await desk.key('police');
    await desk.says('已转接');
    await stage.end(number);
  });
});
