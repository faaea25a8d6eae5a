import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { engineOf } from './harness/engine-of.js';
import { expectHeard, expectUntouched } from './harness/expect-heard.js';
import { hears, type Player, VoiceStage } from './harness/voice-stage.js';

/** Callers whom nobody can take hear so before the call ends. */
describe('the end of a call that nobody can take', () => {
  let stage: VoiceStage;
  beforeAll(async () => {
    const announcement = { prompt: 'call-back', maxSeconds: 3 };
    stage = await VoiceStage.open({ policies: { announcement } });
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

  it('is told to a caller whose transfer failed and whose agents are all busy', async () => {
    const { number } = await abandoned();
    expectHeard('announcement', await stage.listen(), toldOnly, []);
    await stage.phone('caller').untilTalking(false);
    const bye = stage.phone('caller').messages.find(({ text }) => text.startsWith('BYE'));
    expect(bye?.text).toContain('Reason: Q.850;cause=20;text="Nobody can take the call now"');
    const { call } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ ...owed, endedBy: 'us', cause: 'all-targets-failed' });
  });

  it('is heard by a caller who hangs up meanwhile, and is owed a call all the same', async () => {
    const { number } = await abandoned();
    const { call } = await stage.end(number);
    expect(call).toMatchObject({ ...owed, endedBy: 'caller', cause: 'hung-up' });
  });

  it('does not come when an operator gives the caller to somebody', async () => {
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

  it('comes at once when an operator hangs up', async () => {
    const { number, id } = await abandoned();
    const answer = await stage.world.server.api.ask('POST', `/v1/calls/${id}/hangup`);
    expect(answer.status).toBeLessThan(300);
    const { call } = await stage.end(number);
    expect(call).toMatchObject({ endedBy: 'operator', legs: 5 });
  });

  it('is told before the answer to a citizen whom no desk takes, then the call is refused', async () => {
    busy('agent', 'duty');
    const heard = await stage.during(async () => {
      expect(await stage.phone('caller').call('12345', stage.sip, { as: '13900009999' })).toBe(486);
    });
    expectHeard('early', heard, toldOnly, []);
    stage.phone('caller').voice.stop();
    const { call } = await stage.world.traceOf('13900009999');
    expect(call).toMatchObject({ outcome: 'missed', missed: true, cause: 'all-targets-failed', legs: 3 });
  });

  it('comes in time when the media server is killed meanwhile', async () => {
    const { number } = await abandoned();
    process.kill(engineOf(stage.world.server)?.pid ?? 0, 'SIGKILL');
    await stage.phone('caller').untilTalking(false);
    const { call } = await stage.end(number);
    expect(call).toMatchObject({ ...owed, endedBy: 'us', cause: 'all-targets-failed' });
  });
});
