import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DeskStage } from './harness/desk-stage.js';
import { expectHeard } from './harness/expect-heard.js';
import { hears } from './harness/voice-stage.js';
import { until } from './harness/wait.js';

/** The page is loaded anew, by mistake or by a browser that had to, in the middle of what the agent is doing. */
describe('the desk in the browser, loaded anew', () => {
  let at: DeskStage;
  beforeAll(async () => {
    at = await DeskStage.open();
    await at.logIn();
  });
  afterEach(async () => {
    await at.clear();
  });
  afterAll(async () => {
    await at.close();
  });

  const withDesk = hears({ caller: 'desk' });
  const moved = hears({ caller: 'target', target: 'caller' });

  /** The page is loaded anew, says this again, and its phone hears somebody. */
  async function anew(says: string): Promise<void> {
    await at.desk.page.reload();
    await at.desk.says(says);
    await at.desk.hears();
  }

  it('while two talk, and while the other side rings: the caller is not alone, and is moved', async () => {
    const number = await at.answered();
    at.stage.phone('target').manner = { answer: 'asked', afterMs: 0 };
    await anew('通话中');
    await at.desk.says(number);
    expectHeard('while two talk', await at.stage.listen(300), withDesk, []);
    expect(await at.desk.text()).not.toContain('已转接');
    await at.desk.key('police');
    await at.desk.says('对方振铃');
    await anew('对方振铃');
    expectHeard('while it rings', await at.stage.listen(300), withDesk, []);
    await at.desk.picture('anew-ringing');
    at.stage.phone('target').pickUp();
    await at.desk.says('110 报警求助: 已转接');
    await at.desk.says('话后处理');
    expectHeard('moved', await at.stage.listen(300), moved, ['caller']);
    await at.desk.page.fill('#after-call-note', '已转 110，来电人');
    await at.desk.page.reload();
    await at.desk.says('话后小结');
    expect(await at.desk.page.inputValue('#after-call-note')).toBe('已转 110，来电人');
    await at.desk.picture('anew-wrap-up');
    await at.desk.click('保存并置闲');
    await at.desk.says('就绪');
    const { legs, transfers } = await at.stage.end(number);
    expect(transfers.map(({ trigger, mode, outcome }) => `${trigger} ${mode} ${outcome}`).sort()).toEqual([
      'desk blind completed',
      'replaces consult completed',
    ]);
    expect(legs.map(({ role, agent, outcome }) => `${role} ${agent} ${outcome}`).sort()).toEqual([
      'agent li-na answered',
      'caller null answered',
      'target li-na answered',
      'target li-na answered',
      'target target answered',
    ]);
  });

  it('in every part of a consultation: whoever spoke speaks on', async () => {
    const number = await at.answered();
    at.stage.phone('target').manner = { answer: 'asked', afterMs: 0 };
    await at.desk.press('F10');
    await at.desk.key('police');
    await at.desk.says('对方振铃');
    await anew('对方振铃');
    expectHeard('while it rings', await at.stage.listen(300), withDesk, []);
    at.stage.phone('target').pickUp();
    await at.desk.says('正在与对方通话');
    await anew('正在与对方通话');
    const consulting = hears({ target: 'desk', caller: 'other' });
    expectHeard('with the target', await at.stage.listen(300), consulting, []);
    await at.desk.click('切换通话方');
    await at.desk.says('正在与来电人通话');
    await anew('正在与来电人通话');
    const toggled = hears({ caller: 'desk', target: 'other' });
    expectHeard('with the caller', await at.stage.listen(300), toggled, []);
    await at.desk.click('完成转接');
    await at.desk.says('已转接');
    expectHeard('completed', await at.stage.listen(300), moved, ['caller']);
    const { transfers } = await at.stage.end(number);
    expect(transfers).toMatchObject([{ trigger: 'desk', mode: 'consult', outcome: 'completed' }]);
  });

  it('while a caller who is called back rings, and after: has that call again', async () => {
    const number = await at.rings();
    at.stage.phone('caller').giveUp();
    expect(await at.called).toBe(487);
    at.stage.phone('caller').manner = { answer: 'asked', afterMs: 0 };
    await at.desk.says('没有来电');
    await at.desk.click('回拨');
    await at.desk.says('正在呼叫来电人');
    await until('the caller to ring', () => at.stage.phone('caller').ringing || undefined);
    await at.desk.hears();
    await anew('正在呼叫来电人');
    at.stage.phone('caller').pickUp();
    await at.stage.phone('caller').untilTalking();
    await at.desk.says('通话中');
    expectHeard('loaded anew', await at.stage.listen(500), withDesk, []);
    await anew('通话中');
    expectHeard('and once more', await at.stage.listen(500), withDesk, []);
    const { legs, transfers } = await calledBack(number);
    expect(transfers).toMatchObject([{ trigger: 'replaces', outcome: 'completed' }]);
    expect(legs).toHaveLength(4);
  });

  /** The caller hangs up; what the ledger has of the call back, which has the number of the missed call too. */
  async function calledBack(number: string) {
    await at.stage.end(number);
    const { api } = at.stage.world.server;
    const { id, ...call } = await until('the call back to be in the ledger', async () => {
      const calls = await api.calls(`caller=${number}`);
      return calls.find(({ callBackOf }) => callBackOf !== null);
    });
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller' });
    return { legs: await api.legs(`callId=${id}`), transfers: await api.transfers(`callId=${id}`) };
  }
});
