import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AgentPhone } from './harness/agent-phone.js';
import { DeskStage, PASSWORD } from './harness/desk-stage.js';
import { expectHeard } from './harness/expect-heard.js';
import { expectMixed } from './harness/expect-mixed.js';
import { hears, mixing } from './harness/voice-stage.js';
import { until } from './harness/wait.js';

/** An agent whose phone and desk are a page in a real browser; everybody else has a telephone. */
describe('the desk in the browser', () => {
  let at: DeskStage;
  beforeAll(async () => {
    at = await DeskStage.open({ media: mixing });
  });
  afterEach(async () => {
    await at.clear();
  });
  afterAll(async () => {
    await at.close();
  });

  const withDesk = hears({ caller: 'desk' });

  /** Everything that the agent has seen so far can be used by everybody, and fits on the screen. */
  async function seen(what: string): Promise<void> {
    await at.desk.picture(what);
    expect(await at.desk.barriers()).toEqual([]);
    expect(await at.desk.overflow()).toEqual([]);
  }

  it('is there with little to load', async () => {
    await at.desk.says('登录');
    const kilobytes = (await at.desk.sentBytes()) / 1000;
    console.log(`first load of the desk: ${kilobytes.toFixed(0)} kB, compressed`);
    expect(kilobytes).toBeGreaterThan(20);
    expect(kilobytes).toBeLessThan(500);
  });

  it('keeps strangers out, and lets the agent in', async () => {
    await at.desk.logIn('li-na', 'wrong');
    await at.desk.says('工号或密码不对');
    await seen('wrong-password');
    await at.logIn();
    await seen('ready');
  });

  it('moves the caller with one key, and is released', async () => {
    const number = await at.answered();
    await seen('talking');
    await at.desk.keyTwice('police');
    await at.desk.says('110 报警求助: 已转接');
    expect(await at.desk.text()).not.toContain('不能转接');
    await at.stage.phone('target').untilTalking();
    await at.desk.says('话后处理');
    await seen('transferred');
    const talk = hears({ caller: 'target', target: 'caller' });
    expectHeard('after the key', await at.stage.listen(300), talk, ['caller']);
    const { legs, transfers } = await at.stage.end(number);
    expect(transfers).toMatchObject([{ trigger: 'desk', mode: 'blind', outcome: 'completed' }]);
    expect(legs.find(({ agent }) => agent === 'li-na')).toMatchObject({ outcome: 'answered' });
  });

  it('asks the other desk first, and connects the two', async () => {
    const number = await at.answered();
    await at.desk.press('F10');
    await at.desk.key('police');
    await at.desk.says('正在与对方通话');
    await seen('consulting');
    const consulting = hears({ target: 'desk', caller: 'other' });
    expectHeard('consulting', await at.stage.listen(300), consulting, []);
    await at.desk.click('切换通话方');
    await at.desk.says('正在与来电人通话');
    await at.desk.click('完成转接');
    await at.desk.says('已转接');
    const talk = hears({ caller: 'target', target: 'caller' });
    expectHeard('completed', await at.stage.listen(300), talk, ['caller']);
    const { transfers } = await at.stage.end(number);
    expect(transfers).toMatchObject([{ trigger: 'desk', mode: 'consult', outcome: 'completed' }]);
  });

  it('speaks with caller and other desk, also loaded anew, leaves, and the two go on', async () => {
    const number = await at.answered();
    await at.desk.press('F10');
    await at.desk.press('F10');
    await at.desk.key('police');
    await at.desk.says('三方通话中');
    await seen('conference');
    await at.stage.phone('target').untilTalking();
    await at.desk.hears();
    await at.desk.page.reload();
    await at.desk.says('三方通话中');
    await at.desk.hears();
    expectMixed('all three', await at.stage.listen(500), {
      caller: ['desk', 'target'],
      target: ['caller', 'desk'],
    });
    await at.desk.click('退出，让双方继续');
    await at.desk.says('话后处理');
    const talk = hears({ caller: 'target', target: 'caller' });
    expectHeard('the agent has left', await at.stage.listen(300), talk, ['caller']);
    const { transfers } = await at.stage.end(number);
    expect(transfers).toMatchObject([{ mode: 'conference', outcome: 'completed' }]);
  });

  it('tells another hotline of an incident, and talks on', async () => {
    const number = await at.answered();
    for (let press = 0; press < 3; press += 1) await at.desk.press('F10');
    await at.desk.page.fill('#note', '来电人在河边，情绪激动');
    await at.desk.key('police');
    await at.desk.says('110 报警求助: 已通报');
    await seen('alerted');
    expectHeard('alerted', await at.stage.listen(), withDesk, []);
    const { body } = await at.stage.world.server.api.ask('GET', '/v1/alerts?member=police');
    expect(body).toMatchObject({ items: [{ note: '来电人在河边，情绪激动', callerNumber: number }] });
    // The mode of the next key is the usual one.
    await at.desk.key('police');
    await at.desk.says('110 报警求助: 已转接');
    const { transfers } = await at.stage.end(number);
    expect(transfers.map(({ mode }) => mode).sort()).toEqual(['alert', 'blind']);
  });

  it('is told of an incident by another hotline', async () => {
    const caller = at.stage.phone('caller');
    expect(await caller.call('110', at.stage.sip, { as: '13900007777' })).toBe(200);
    const { id } = await at.stage.live('talking');
    const wish = { to: '12345', mode: 'alert', note: '凌晨一点大面积停电' };
    await at.stage.post(`/v1/calls/${id}/transfers`, wish);
    await at.desk.says('收到的信息通报');
    await at.desk.says('110 报警求助');
    await at.desk.says('13900007777');
    await at.desk.says('凌晨一点大面积停电');
    await seen('told');
    await at.stage.end('13900007777');
    await at.desk.says('通话已结束');
  });

  it('takes the caller back while the other side rings, and says in words what goes wrong', async () => {
    const number = await at.answered();
    at.stage.phone('third').manner = { answer: 'yes', afterMs: 60_000 };
    await at.desk.key('funeral');
    await at.desk.says('对方振铃');
    await at.desk.says('可随时挂断，转接会继续');
    await seen('ringing');
    await at.desk.press('Escape');
    await at.desk.says('96456 殡葬服务: 已取回来电人');
    await at.desk.hears();
    expectHeard('taken back', await at.stage.listen(300), withDesk, []);
    await at.desk.press('F9');
    await at.desk.page.keyboard.type('99999');
    await at.desk.press('Enter');
    await at.desk.says('没有这个热线或号码');
    await seen('refused');
    at.stage.phone('third').manner = { answer: 'busy', afterMs: 0 };
    await at.desk.key('funeral');
    await at.desk.says('96456 殡葬服务: 转接未成功，来电人仍在线 · 对方');
    await at.stage.end(number);
  });

  it('leaves while the other side rings, and the transfer goes on', async () => {
    const number = await at.answered();
    at.stage.phone('target').manner = { answer: 'yes', afterMs: 1_500 };
    await at.desk.key('police');
    await at.desk.says('对方振铃');
    await at.desk.press('F4');
    await at.desk.says('话后处理');
    await at.stage.phone('target').untilTalking();
    const talk = hears({ caller: 'target', target: 'caller' });
    expectHeard('the agent has left', await at.stage.listen(300), talk, []);
    const { transfers } = await at.stage.end(number);
    expect(transfers).toMatchObject([{ mode: 'blind', outcome: 'completed' }]);
  });

  it('holds, mutes, presses keys and hangs up, and keeps what the agent writes', async () => {
    const number = await at.answered();
    await at.desk.press('F7');
    await at.desk.says('取回');
    expectHeard('on hold', await at.stage.listen(300), hears({ caller: 'other' }), []);
    await at.desk.press('F7');
    await at.desk.says('保持');
    expectHeard('taken from hold', await at.stage.listen(300), withDesk, []);
    await at.desk.press('F8');
    await at.desk.says('取消静音');
    expect(energyAt((await at.stage.listen(300)).reports.caller?.slots)).toBe(0);
    await at.desk.press('F8');
    expectHeard('heard again', await at.stage.listen(300), withDesk, []);
    await at.desk.click('拨号盘');
    await at.desk.click('5');
    await until('the caller to get the key', () =>
      at.stage.phone('caller').voice.keysHeard().length > 0 ? true : undefined,
    );
    await seen('keypad');
    await at.desk.press('F4');
    await at.stage.phone('caller').untilTalking(false);
    await at.desk.says('话后小结');
    await seen('after-call');
    await at.desk.page.fill('#after-call-note', '已答复，无需回访');
    await at.desk.click('保存并置闲');
    await at.desk.says('就绪');
    const { call } = await at.stage.world.traceOf(number);
    expect(call).toMatchObject({ endedBy: 'agent' });
    const { body } = await at.stage.world.server.api.ask('GET', `/v1/audits?callId=${call.id}`);
    expect(JSON.stringify(body)).toContain('已答复，无需回访');
  });

  /** The caller hangs up; what the ledger has of the call back, which has the number of the missed call too. */
  async function calledBack(number: string) {
    await at.stage.end(number);
    return until('the call back to be in the ledger', async () => {
      const calls = await at.stage.world.server.api.calls(`caller=${number}`);
      return calls.find(({ callBackOf }) => callBackOf !== null);
    });
  }

  it('calls back with one click whom nobody answered', async () => {
    const number = await at.rings();
    at.stage.phone('caller').giveUp();
    expect(await at.called).toBe(487);
    await at.desk.says('没有来电');
    await until('the caller to be on the list', async () =>
      (await at.desk.page.locator('.missed', { hasText: number }).count()) > 0 ? true : undefined,
    );
    at.stage.phone('caller').manner = { answer: 'yes', afterMs: 1500 };
    await at.desk.click('回拨');
    await at.desk.says('正在呼叫来电人');
    await seen('calling-back');
    await at.stage.phone('caller').untilTalking();
    await at.desk.says('通话中');
    await at.desk.hears();
    expectHeard('called back', await at.stage.listen(300), withDesk, []);
    await at.desk.key('police');
    await at.desk.says('已转接');
    await at.stage.phone('target').untilTalking();
    const call = await calledBack(number);
    expect(call).toMatchObject({ outcome: 'answered', missed: false, lastMember: 'police' });
    await at.desk.says('没有待回拨的来电');
  });

  it('is used by its keys, menus and lists alone, and speaks English', async () => {
    await at.desk.click('示忙');
    await at.desk.says('小休');
    await seen('pause-menu');
    await at.desk.press('ArrowDown');
    await at.desk.press('Enter');
    await at.desk.says('示忙 ·');
    await at.desk.press('F6');
    await at.desk.says('就绪');
    await at.desk.press('F9');
    await at.desk.page.keyboard.type('abc');
    await at.desk.says('没有匹配的事项');
    await seen('matters');
    await at.desk.page.fill('#matter', '');
    await at.desk.click('English');
    await at.desk.says('One-key transfer');
    await at.desk.says('Ready');
    await seen('english');
    await at.desk.click('中文');
    await at.desk.says('一键转接');
  });

  it('goes along with an own telephone: declines for it, and leaves while a transfer goes on', async () => {
    const { sip: port } = at.stage.world.server.ports;
    const account = { transport: 'tcp', port, user: 'li-na', password: PASSWORD, when: 'ring' } as const;
    const phone = await AgentPhone.open(account);
    await at.desk.page.click('text=自有话机');
    expect(await phone.register()).toBe(200);
    await at.desk.press('F6');
    await at.desk.says('就绪');
    const number = at.dial();
    await phone.hears('INVITE');
    await at.desk.says('请在自有话机上接听');
    await seen('own-phone');
    await at.desk.press('F4');
    await phone.hears('CANCEL');
    await at.desk.says('示忙 · 拒接');
    await at.desk.press('F6');
    await phone.hears('INVITE', 2);
    phone.pickUp();
    expect(await at.called).toBe(200);
    await at.desk.says('通话中');
    at.stage.phone('target').manner = { answer: 'yes', afterMs: 1_500 };
    await at.desk.key('police');
    await at.desk.says('对方振铃');
    await at.desk.press('F4');
    await phone.hears('BYE');
    await at.stage.phone('target').untilTalking();
    const talk = hears({ caller: 'target', target: 'caller' });
    expectHeard('the agent has left', await at.stage.listen(300), talk, []);
    const { legs, transfers } = await at.stage.end(number);
    expect(transfers).toMatchObject([{ mode: 'blind', outcome: 'completed' }]);
    const own = legs.filter(({ agent }) => agent === 'li-na').map(({ outcome }) => outcome);
    expect(own.sort()).toEqual(['answered', 'rejected']);
    await phone.close();
    // Who is in a call cannot choose another phone.
    await at.desk.says('没有来电');
    await at.desk.page.click('text=本机软电话');
    await at.desk.says('已注册');
  });
});

/** Slots in which anything was heard. */
function energyAt(slots: readonly string[] | undefined): number {
  return (slots ?? []).filter((slot) => slot !== '').length;
}
