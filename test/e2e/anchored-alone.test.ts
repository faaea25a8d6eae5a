import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { engineOf } from './harness/engine-of.js';
import { expectHeard, expectUntouched } from './harness/expect-heard.js';
import type { DialPlanFile } from './harness/plan.js';
import { hears, type Player, VoiceStage } from './harness/voice-stage.js';

/** Desks may ring for longer than they take to answer here, also on a machine that does other things. */
function patient(plan: DialPlanFile): DialPlanFile {
  const members = Object.entries(plan.members).map(([id, member]) => [
    id,
    { ...member, targets: member.targets.map((target) => ({ ...target, ringSeconds: 12 })) },
  ]);
  return { ...plan, members: Object.fromEntries(members) };
}

/** What callers hear whom no agent is with: the target that rings, or that nobody can take them. */
describe('a caller whom no agent is with', () => {
  let stage: VoiceStage;
  beforeAll(async () => {
    const announcement = { prompt: 'call-back', maxSeconds: 3 };
    stage = await VoiceStage.open({ policies: { announcement, ringback: 'target' }, plan: patient });
  });
  afterEach(async () => {
    await stage.clear();
  });
  afterAll(async () => {
    await stage.close();
  });

  /** From now on these refuse all calls. */
  function busy(...players: readonly Player[]): void {
    for (const name of players) stage.phone(name).manner = { answer: 'busy', afterMs: 50 };
  }

  /** The agent transfers to 110 and hangs up; nobody takes the caller, who hears the announcement now. */
  async function abandoned(): Promise<{ readonly number: string; readonly id: string }> {
    const number = await stage.talk();
    busy('agent', 'duty');
    stage.phone('target').manner = { answer: 'busy', afterMs: 300 };
    expect(await stage.phone('agent').refer(`sip:*2@${stage.sip}`)).toBe(202);
    await stage.phone('agent').hangUp();
    const { id } = await stage.live('announcing');
    return { number, id };
  }

  const owed = { outcome: 'answered', missed: true, legs: 5 };
  const toldOnly = hears({ caller: 'other' });

  it('hears the target that rings, and goes on hearing it when it answers', async () => {
    const number = await stage.talk();
    stage.phone('target').manner = { answer: 'yes', afterMs: 2500, early: true };
    expect(await stage.phone('agent').refer(`sip:*2@${stage.sip}`)).toBe(202);
    await stage.phone('agent').hangUp();
    const together = hears({ caller: 'target', target: 'caller' });
    expectHeard('ringing', await stage.listen(200), together, ['caller']);
    expect(stage.phone('target').talking).toBe(false);
    await stage.phone('target').untilTalking();
    expectHeard('answered', await stage.listen(), together, ['caller', 'target']);
    const { call, transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police' });
    expect(transfers).toMatchObject([{ outcome: 'completed' }]);
  });

  it('hears us again when the target that rang is busy, then the agent', async () => {
    const number = await stage.talk();
    stage.phone('target').manner = { answer: 'busy', afterMs: 600, early: true };
    stage.phone('agent').manner = { answer: 'yes', afterMs: 2500 };
    expect(await stage.phone('agent').refer(`sip:*2@${stage.sip}`)).toBe(202);
    await stage.phone('agent').hangUp();
    await stage.live('returning');
    expectHeard('returning', await stage.listen(), hears({ caller: 'other' }), []);
    await stage.phone('agent').untilTalking();
    expectHeard('back', await stage.listen(), hears({ caller: 'agent', agent: 'caller' }), ['caller']);
    const { transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(transfers).toMatchObject([{ outcome: 'failed', cause: 'busy' }]);
  });

  it('is told when the transfer failed and all agents are busy', async () => {
    const { number } = await abandoned();
    expectHeard('announcement', await stage.listen(), toldOnly, []);
    await stage.phone('caller').untilTalking(false);
    const bye = stage.phone('caller').messages.find(({ text }) => text.startsWith('BYE'));
    expect(bye?.text).toContain('Reason: Q.850;cause=20;text="Nobody can take the call now"');
    const { call } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ ...owed, endedBy: 'us', cause: 'all-targets-failed' });
  });

  it('may hang up while told so, and is owed a call all the same', async () => {
    const { number } = await abandoned();
    const { call } = await stage.end(number);
    expect(call).toMatchObject({ ...owed, endedBy: 'caller', cause: 'hung-up' });
  });

  it('may be given to somebody by an operator while told so', async () => {
    const { number, id } = await abandoned();
    await stage.post(`/v1/calls/${id}/transfers`, { to: '96456' });
    await stage.phone('third').untilTalking();
    expectHeard('given on', await stage.listen(), hears({ caller: 'third', third: 'caller' }), ['caller']);
    // The time of the announcement is over, and changes nothing.
    await sleep(3200);
    expectHeard('later', await stage.listen(), hears({ caller: 'third', third: 'caller' }), ['caller']);
    const { call, transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ outcome: 'answered', missed: false, lastMember: 'funeral' });
    expect(transfers).toMatchObject([
      { outcome: 'completed', toMember: 'funeral', fromMember: null, trigger: 'api' },
      { outcome: 'failed', cause: 'busy' },
    ]);
  });

  it('may be hung up by an operator while told so', async () => {
    const { number, id } = await abandoned();
    const answer = await stage.world.server.api.ask('POST', `/v1/calls/${id}/hangup`);
    expect(answer.status).toBeLessThan(300);
    const { call } = await stage.end(number);
    expect(call).toMatchObject({ endedBy: 'operator', legs: 5 });
  });

  it('is told before the answer when no desk takes the call, then refused', async () => {
    busy('agent', 'duty');
    const heard = await stage.during(async () => {
      expect(await stage.phone('caller').call('12345', stage.sip, { as: '13900009999' })).toBe(486);
    });
    expectHeard('early', heard, toldOnly, []);
    stage.phone('caller').voice.stop();
    const { call } = await stage.world.traceOf('13900009999');
    expect(call).toMatchObject({ outcome: 'missed', missed: true, cause: 'all-targets-failed', legs: 3 });
  });

  it('is let go in time when the media server is killed meanwhile', async () => {
    const { number } = await abandoned();
    process.kill(engineOf(stage.world.server)?.pid ?? 0, 'SIGKILL');
    await stage.phone('caller').untilTalking(false);
    const { call } = await stage.end(number);
    expect(call).toMatchObject({ ...owed, endedBy: 'us', cause: 'all-targets-failed' });
  });
});
