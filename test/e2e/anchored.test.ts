import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectHeard, expectUntouched } from './harness/expect-heard.js';
import { hears, VoiceStage } from './harness/voice-stage.js';

/** Transfers on anchored media, between phones that send a tone each: who hears whom, and what the caller is told. */
describe('a transfer on anchored media', () => {
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

  const key = (name: string): string => `sip:${name}@${stage.sip}`;
  const talking = hears({ caller: 'agent', agent: 'caller' });
  const moved = hears({ caller: 'target', target: 'caller' });

  it('moves the caller when the target answers, and nobody before', async () => {
    const number = await stage.talk();
    expectHeard('talking', await stage.listen(), talking, ['caller', 'agent']);
    stage.phone('target').manner = { answer: 'yes', afterMs: 300 };
    const heard = await stage.during(async () => {
      expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
      await stage.phone('target').untilTalking();
      await stage.phone('agent').untilTalking(false);
    });
    const switched = hears({ caller: 'agent target', agent: 'caller', target: 'caller' });
    expectHeard('blind', heard, switched, ['caller']);
    expectHeard('blind, after', await stage.listen(), moved, ['caller', 'target']);
    expect(stage.phone('target').sessionChanges).toEqual([]);
    const { call, transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'police', legs: 3 });
    expect(transfers).toMatchObject([{ trigger: 'refer', mode: 'blind', outcome: 'completed' }]);
    expect(stage.phone('agent').reports.at(-1)).toBe(200);
  });

  it('plays to the caller whose agent hangs up at once, until the target answers', async () => {
    const number = await stage.talk();
    stage.phone('target').manner = { answer: 'yes', afterMs: 1500 };
    const heard = await stage.during(async () => {
      expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
      await stage.phone('agent').hangUp();
      await stage.phone('target').untilTalking();
    });
    const wanted = hears({ caller: 'agent other target', agent: 'caller', target: 'caller' });
    expectHeard('agent leaves', heard, wanted, ['caller']);
    expectHeard('agent leaves, after', await stage.listen(), moved, ['caller', 'target']);
    const { call, transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'police' });
    expect(transfers).toMatchObject([{ mode: 'blind', outcome: 'completed' }]);
  });

  it('leaves caller and agent together while the target is busy', async () => {
    const number = await stage.talk();
    stage.phone('target').manner = { answer: 'busy', afterMs: 200 };
    const heard = await stage.during(async () => {
      expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
      await stage.phone('agent').untilReported(486);
    });
    expectHeard('target busy', heard, talking, ['caller', 'agent']);
    const { call, transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'city' });
    expect(transfers).toMatchObject([{ outcome: 'failed', cause: 'busy', sipStatus: 486 }]);
  });

  it('leaves caller and agent together while the target does not answer', async () => {
    const number = await stage.talk();
    stage.phone('target').manner = { answer: 'never', afterMs: 0 };
    const heard = await stage.during(async () => {
      expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
      await stage.phone('agent').untilReported(480);
    });
    expectHeard('target unanswered', heard, talking, ['caller', 'agent']);
    const { transfers } = await stage.end(number, 'agent');
    expectUntouched(stage);
    expect(transfers).toMatchObject([{ outcome: 'failed', cause: 'no-answer' }]);
  });

  it('gives the caller back to the agent who takes them back while the target rings', async () => {
    const number = await stage.talk();
    stage.phone('target').manner = { answer: 'never', afterMs: 0 };
    const heard = await stage.during(async () => {
      expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
      const { id } = await stage.live('transferring');
      await sleep(200);
      await stage.post(`/v1/calls/${id}/transfer/cancel`);
      await stage.phone('agent').untilReported(487);
    });
    expectHeard('taken back', heard, talking, ['caller', 'agent']);
    const { transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(transfers).toMatchObject([{ outcome: 'abandoned', cause: 'taken-back' }]);
  });

  it('calls the agent back when the target fails and the agent is gone', async () => {
    const number = await stage.talk();
    stage.phone('target').manner = { answer: 'busy', afterMs: 600 };
    stage.phone('agent').manner = { answer: 'yes', afterMs: 900 };
    const heard = await stage.during(async () => {
      expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
      await stage.phone('agent').hangUp();
      await stage.phone('agent').untilTalking();
    });
    const wanted = hears({ caller: 'agent other agent', agent: 'caller' });
    expectHeard('returned', heard, wanted, ['caller']);
    expectHeard('returned, after', await stage.listen(), talking, ['caller', 'agent']);
    const { call, legs, transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'city' });
    expect(transfers).toMatchObject([{ outcome: 'failed', cause: 'busy' }]);
    expect(legs.filter(({ role }) => role === 'agent')).toHaveLength(2);
  });

  it('moves the caller a second time, and back', async () => {
    const number = await stage.talk();
    expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
    await stage.phone('agent').untilTalking(false);
    const second = await stage.during(async () => {
      expect(await stage.phone('target').refer(key('*3'))).toBe(202);
      await stage.phone('target').untilTalking(false);
    });
    const wanted = hears({ caller: 'target third', target: 'caller', third: 'caller' });
    expectHeard('second transfer', second, wanted, ['caller']);
    const back = await stage.during(async () => {
      expect(await stage.phone('third').refer(key('*1'))).toBe(202);
      await stage.phone('third').untilTalking(false);
    });
    expectHeard('back', back, hears({ caller: 'third agent', third: 'caller', agent: 'caller' }), ['caller']);
    const { transfers } = await stage.end(number);
    expectUntouched(stage);
    // The newest comes first.
    expect(transfers.map(({ toMember, outcome }) => `${toMember} ${outcome}`)).toEqual([
      'city completed',
      'funeral completed',
      'police completed',
    ]);
  });
});
