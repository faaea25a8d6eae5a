import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DeskStage } from './harness/desk-stage.js';
import { expectHeard } from './harness/expect-heard.js';
import { hears } from './harness/voice-stage.js';
import { until } from './harness/wait.js';

/** The ways between the page and the server break, and the server itself is started again, while an agent talks. */
describe('the desk in the browser, cut off', () => {
  let at: DeskStage;
  beforeAll(async () => {
    at = await DeskStage.open({ breakable: true, settings: { calls: { drainSeconds: 0 } } });
    await at.logIn();
  });
  afterEach(async () => {
    await at.links.signalling.mend();
    await at.links.page.mend();
    await at.clear();
  });
  afterAll(async () => {
    await at.close();
  });

  const talks = hears({ caller: 'desk' });

  /** The caller hears the desk, and the desk the caller. */
  async function talking(when: string): Promise<void> {
    await at.desk.hears();
    expectHeard(when, await at.stage.listen(300), talks, []);
  }

  /** The 110 key moves the caller, and the phone in the page is let go. */
  async function movedByKey(number: string): Promise<void> {
    await at.desk.key('police');
    await at.desk.says('110 报警求助: 已转接');
    await at.desk.says('话后处理');
    const moved = hears({ caller: 'target', target: 'caller' });
    expectHeard('after the key', await at.stage.listen(300), moved, ['caller']);
    const { legs, transfers } = await at.stage.end(number);
    expect(transfers).toMatchObject([{ trigger: 'desk', outcome: 'completed' }]);
    expect(legs.filter(({ agent }) => agent === 'li-na')).toMatchObject([{ outcome: 'answered' }]);
  }

  /** Phones of the agent that are registered. */
  async function registered(): Promise<number> {
    const { body } = await at.stage.world.server.api.ask('GET', '/v1/agents');
    const { items } = body as { items: { id: string; phones: unknown[] }[] };
    return items.find(({ id }) => id === 'li-na')?.phones.length ?? 0;
  }

  it('keeps the call while its WebSocket is gone for 5 s, and is in control again', async () => {
    const number = await at.answered();
    await at.links.signalling.cut();
    await at.desk.says('话机信令中断');
    await at.desk.picture('cut-off');
    expect(await at.desk.barriers()).toEqual([]);
    await at.desk.page.waitForTimeout(5_000);
    await talking('without a WebSocket');
    await at.links.signalling.mend();
    await at.desk.says('已注册');
    expect(await at.desk.text()).not.toContain('话机信令中断');
    expect(await registered()).toBe(1);
    await at.desk.press('F7');
    await at.desk.says('取回');
    await at.desk.press('F7');
    await at.desk.says('保持');
    await talking('taken from hold');
    await movedByKey(number);
  });

  it('kill -9 of the server: page and call are back, and the key works', async () => {
    const number = await at.answered();
    await at.startServerAgain('killed');
    await at.desk.says('已注册');
    await at.desk.says('通话中');
    await talking('after the crash');
    await movedByKey(number);
  });

  it('stop of the server in good order: the same', async () => {
    const number = await at.answered();
    await at.startServerAgain('stopped');
    await at.desk.says('已注册');
    await at.desk.says('通话中');
    await talking('after the stop');
    await movedByKey(number);
  });

  it('the answer is lost on its way: it is given again on the next connection', async () => {
    const number = await at.rings();
    at.links.signalling.block('all');
    await at.desk.press('F2');
    await at.desk.page.waitForTimeout(1_000);
    await at.links.signalling.cut();
    await at.links.signalling.mend();
    expect(await at.called).toBe(200);
    await at.desk.says('通话中');
    await talking('answered late');
    await movedByKey(number);
  });

  it('the answer arrives, and what follows is lost: the two talk', async () => {
    const number = await at.rings();
    at.links.signalling.block('answers');
    await at.desk.press('F2');
    expect(await at.called).toBe(200);
    await at.links.signalling.cut();
    await at.links.signalling.mend();
    await at.desk.says('已注册');
    await at.desk.page.waitForTimeout(5_000);
    await talking('answered');
    await movedByKey(number);
  });

  it('the answer to a key is lost: the key is carried out once', async () => {
    const number = await at.answered();
    at.links.page.block('answers');
    await at.desk.key('police');
    await until('the transfer to be under way', async () =>
      at.stage.phone('target').talking || at.stage.phone('target').ringing ? true : undefined,
    );
    await at.links.page.cut();
    await at.desk.says('连接中断');
    await at.links.page.mend();
    await at.desk.says('110 报警求助: 已转接');
    expect(await at.desk.text()).not.toContain('不能转接');
    await at.stage.phone('target').untilTalking();
    const { transfers } = await at.stage.end(number);
    expect(transfers).toMatchObject([{ outcome: 'completed' }]);
  });

  it('a key that reaches nobody is sent again as soon as the server is back', async () => {
    const number = await at.answered();
    await at.links.page.cut();
    await at.desk.key('police');
    await at.desk.says('恢复后立即转接');
    await at.desk.picture('sent-again');
    await at.links.page.mend();
    await at.desk.says('110 报警求助: 已转接');
    const { transfers } = await at.stage.end(number);
    expect(transfers).toMatchObject([{ outcome: 'completed' }]);
  });
});
