import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectHeard, expectUntouched } from './harness/expect-heard.js';
import { hears, VoiceStage } from './harness/voice-stage.js';

/** Agents who make two calls and join them, and phones that take a call over: Replaces (RFC 3891) on anchored media. */
describe('phones that use Replaces on anchored media', () => {
  let stage: VoiceStage;
  beforeAll(async () => {
    stage = await VoiceStage.open();
  });
  afterEach(async () => {
    await stage.clear();
  });
  afterAll(async () => {
    await stage.close();
  });

  it('an agent joins its two calls: only the target is told', async () => {
    const number = await stage.talk();
    expect(await stage.phone('desk').call('110', stage.sip, { as: '8002' })).toBe(200);
    const apart = hears({ caller: 'agent', agent: 'caller', desk: 'target', target: 'desk' });
    expectHeard('two calls', await stage.listen(), apart, ['caller', 'agent', 'desk', 'target']);
    const changesBefore = stage.phone('target').sessionChanges.length;
    // As most phones do it: the caller is on hold meanwhile.
    await stage.phone('agent').reinvite('sendonly');
    const heard = await stage.during(async () => {
      const replaces = encodeURIComponent(stage.phone('desk').replaces);
      expect(await stage.phone('agent').refer(`sip:110@${stage.sip}?Replaces=${replaces}`)).toBe(202);
      await stage.phone('agent').untilTalking(false);
      await stage.phone('desk').untilTalking(false);
    });
    const wanted = hears({ caller: 'other target', desk: 'target', target: 'desk caller' });
    expectHeard('joined', heard, wanted, ['caller']);
    expect(stage.phone('target').sessionChanges.slice(changesBefore)).toEqual(['INVITE']);
    const after = hears({ caller: 'target', target: 'caller' });
    expectHeard('joined, after', await stage.listen(), after, ['caller', 'target']);
    const { call, transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'police' });
    expect(transfers).toMatchObject([{ trigger: 'refer', mode: 'consult', outcome: 'completed' }]);
  });

  it('an agent who has left the caller and is with the target still has the caller back when the target refuses', async () => {
    const number = await stage.talk();
    stage.phone('target').manner = { answer: 'yes', afterMs: 0, refusesChangesAfterMs: 800 };
    expect(await stage.phone('desk').call('110', stage.sip, { as: '8002' })).toBe(200);
    const replaces = encodeURIComponent(stage.phone('desk').replaces);
    expect(await stage.phone('agent').refer(`sip:110@${stage.sip}?Replaces=${replaces}`)).toBe(202);
    await stage.phone('agent').hangUp();
    await stage.phone('target').untilTalking(false);
    const after = hears({ caller: 'desk', desk: 'caller' });
    expectHeard('given back', await stage.listen(300), after, ['caller', 'desk']);
    const { call, transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'city', missed: false });
    expect(transfers).toMatchObject([{ mode: 'consult', outcome: 'failed', cause: 'media-refused' }]);
  });

  it("another phone takes the agent's place: the caller is not told", async () => {
    const number = await stage.talk();
    const heard = await stage.during(async () => {
      const { replaces } = stage.phone('agent');
      expect(await stage.phone('desk').call('12345', stage.sip, { as: '8002', replaces })).toBe(200);
      await stage.phone('agent').untilTalking(false);
    });
    expectHeard('taken over', heard, hears({ caller: 'agent desk', agent: 'caller', desk: 'caller' }), [
      'caller',
    ]);
    const after = hears({ caller: 'desk', desk: 'caller' });
    expectHeard('taken over, after', await stage.listen(), after, ['caller', 'desk']);
    const { call, transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'city' });
    expect(transfers).toMatchObject([{ trigger: 'replaces', outcome: 'completed' }]);
  });
});
