import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectHeard, expectUntouched } from './harness/expect-heard.js';
import { hears, VoiceStage } from './harness/voice-stage.js';

/** Agent and target speak with each other first: the caller hears music, never what these two say. */
describe('a consultation on anchored media', () => {
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

  const moved = hears({ caller: 'target', target: 'caller' });

  /** Agent and target talk, the caller hears music. */
  async function consult(): Promise<{ readonly number: string; act(action: string): Promise<void> }> {
    const number = await stage.talk();
    stage.phone('target').manner = { answer: 'yes', afterMs: 300 };
    const { id } = await stage.live('talking');
    const heard = await stage.during(async () => {
      await stage.post(`/v1/calls/${id}/transfers`, { to: '110', mode: 'consult' });
      await stage.live('consulting');
      await stage.phone('target').untilTalking();
    });
    const wanted = hears({ caller: 'agent other', agent: 'caller target', target: 'agent' });
    expectHeard('consultation begins', heard, wanted, ['caller', 'agent']);
    return { number, act: (action) => stage.post(`/v1/calls/${id}/transfer/${action}`) };
  }

  it('is completed: the caller has the target, the agent is let go', async () => {
    const { number, act } = await consult();
    const heard = await stage.during(async () => {
      await act('complete');
      await stage.phone('agent').untilTalking(false);
    });
    const wanted = hears({ caller: 'other target', agent: 'target', target: 'agent caller' });
    expectHeard('completed', heard, wanted, ['caller', 'target']);
    expectHeard('completed, after', await stage.listen(), moved, ['caller', 'target']);
    const { call, transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(stage.phone('target').sessionChanges).toEqual([]);
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police' });
    expect(transfers).toMatchObject([{ mode: 'consult', outcome: 'completed' }]);
  });

  it('is completed by an agent who hangs up', async () => {
    const { number } = await consult();
    const heard = await stage.during(async () => {
      await stage.phone('agent').hangUp();
      await stage.live('talking');
    });
    const wanted = hears({ caller: 'other target', agent: 'target', target: 'agent caller' });
    expectHeard('agent hangs up', heard, wanted, ['caller', 'target']);
    const { transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(transfers).toMatchObject([{ mode: 'consult', outcome: 'completed' }]);
  });

  it('is called off: the agent has the caller back', async () => {
    const { number, act } = await consult();
    const heard = await stage.during(async () => {
      await act('cancel');
      await stage.phone('target').untilTalking(false);
    });
    const wanted = hears({ caller: 'other agent', agent: 'target caller', target: 'agent' });
    expectHeard('called off', heard, wanted, ['caller', 'agent']);
    const { call, transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ lastMember: 'city' });
    expect(transfers).toMatchObject([{ outcome: 'abandoned', cause: 'taken-back' }]);
  });

  it('ends with a target that hangs up: the agent has the caller back', async () => {
    const { number } = await consult();
    const heard = await stage.during(async () => {
      await stage.phone('target').hangUp();
      await stage.live('talking');
    });
    const wanted = hears({ caller: 'other agent', agent: 'target caller', target: 'agent' });
    expectHeard('target hangs up', heard, wanted, ['caller', 'agent']);
    const { transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(transfers).toMatchObject([{ outcome: 'failed', cause: 'target-hung-up' }]);
  });

  it('lets the agent go from side to side, and whoever waits hears music', async () => {
    const { number, act } = await consult();
    const there = await stage.during(async () => {
      await act('toggle');
      await sleep(300);
    });
    const wanted = hears({ caller: 'other agent', agent: 'target caller', target: 'agent other' });
    expectHeard('to the caller', there, wanted, ['caller', 'agent', 'target']);
    const back = await stage.during(async () => {
      await act('toggle');
      await sleep(300);
    });
    const turned = hears({ caller: 'agent other', agent: 'caller target', target: 'other agent' });
    expectHeard('to the target', back, turned, ['caller', 'agent', 'target']);
    const completed = await stage.during(async () => {
      await act('complete');
      await stage.phone('agent').untilTalking(false);
    });
    const last = hears({ caller: 'other target', agent: 'target', target: 'agent caller' });
    expectHeard('completed after changes', completed, last, ['caller', 'target']);
    await stage.end(number);
    expectUntouched(stage);
    expect(stage.phone('agent').sessionChanges).toEqual([]);
  });
});
