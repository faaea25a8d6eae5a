import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAgent } from './harness/accounts.js';
import { AgentPhone } from './harness/agent-phone.js';
import { expectHeard, expectUntouched } from './harness/expect-heard.js';
import type { DialPlanFile } from './harness/plan.js';
import { hears, VoiceStage } from './harness/voice-stage.js';
import { until } from './harness/wait.js';

const PASSWORD = 'of-the-tests-739182';

/** 96456 is served by the queue of its agents, and after some seconds by its desk. */
function queuePlan(plan: DialPlanFile): DialPlanFile {
  const { funeral } = plan.members;
  if (funeral === undefined) throw new Error('the test plan has lost its member');
  const queue = { queue: 'funeral', ringSeconds: 2, maxWaitSeconds: 7 };
  const targets = [queue, ...funeral.targets];
  return { ...plan, members: { ...plan.members, funeral: { ...funeral, targets } } };
}

/** A citizen who waits in a queue is not answered yet, and hears prompt and music all the same. */
describe('waiting in a queue', () => {
  let stage: VoiceStage;
  let phone: AgentPhone;
  beforeAll(async () => {
    stage = await VoiceStage.open({ plan: queuePlan });
    await addAgent(stage.world.server, {
      id: 'mei',
      member: 'funeral',
      extension: '6010',
      password: PASSWORD,
    });
    const port = Number(stage.sip.split(':').at(-1));
    phone = await AgentPhone.open({ user: 'mei', password: PASSWORD, transport: 'udp', port });
    await until('the account to be known', async () => ((await phone.register()) === 200 ? true : undefined));
    await until('the agent to pause', async () => {
      const answer = await stage.world.server.api.ask('POST', '/v1/agents/mei/state', { state: 'pause' });
      return answer.status === 200 ? true : undefined;
    });
  });
  afterAll(async () => {
    await phone.close();
    await stage.close();
  });

  it('is early media, and goes on to the next target when the time is over', async () => {
    const caller = stage.phone('caller');
    const call = caller.call('96456', stage.sip, { as: '13900008888' });
    await until('the caller to wait', async () =>
      caller.messages.some(({ text }) => text.startsWith('SIP/2.0 183')) ? true : undefined,
    );
    expectHeard('waiting', await stage.listen(), hears({ caller: 'other' }), []);
    expect(caller.messages.some(({ text }) => text.startsWith('SIP/2.0 200'))).toBe(false);
    expect(await call).toBe(200);
    await stage.phone('third').untilTalking();
    expectHeard('answered', await stage.listen(), hears({ caller: 'third', third: 'caller' }), ['caller']);
    const ended = await stage.end('13900008888');
    expectUntouched(stage);
    expect(ended.call).toMatchObject({ outcome: 'answered', lastMember: 'funeral', legs: 2 });
    expect(phone.requests.map(({ method }) => method)).not.toContain('INVITE');
  });
});
