import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { engineOf, mixerOf } from './harness/engine-of.js';
import { expectHeard, expectUntouched } from './harness/expect-heard.js';
import { expectMixed } from './harness/expect-mixed.js';
import { audioBackAfter } from './harness/voice-pairs.js';
import { hears, mixing, VoiceStage } from './harness/voice-stage.js';
import { until } from './harness/wait.js';

const THREE = {
  caller: ['agent', 'target'],
  agent: ['caller', 'target'],
  target: ['caller', 'agent'],
} as const;
const WITH_AGENT = hears({ caller: 'agent', agent: 'caller' });
const WITH_TARGET = hears({ caller: 'target', target: 'caller' });

/** Caller, agent and target speak with each other, through a mixer; no phone is told anything of it. */
describe('a conference on anchored media', () => {
  let stage: VoiceStage;
  beforeAll(async () => {
    stage = await VoiceStage.open({ media: mixing, codecs: { target: 'PCMU' } });
  });
  afterEach(async () => {
    await stage.clear();
  });
  afterAll(async () => {
    await stage.close();
  });

  interface Talk {
    readonly number: string;
    act(action: string): Promise<void>;
  }

  async function begin(mode: 'consult' | 'conference'): Promise<Talk> {
    const number = await stage.talk();
    stage.phone('target').manner = { answer: 'yes', afterMs: 300 };
    const { id } = await stage.live('talking');
    await stage.post(`/v1/calls/${id}/transfers`, { to: '110', mode });
    await stage.live(mode === 'consult' ? 'consulting' : 'conferring');
    await stage.phone('target').untilTalking();
    await sleep(200);
    return { number, act: (action) => stage.post(`/v1/calls/${id}/transfer/${action}`) };
  }

  function untouched(): void {
    expectUntouched(stage);
    for (const name of ['agent', 'target'] as const) expect(stage.phone(name).sessionChanges).toEqual([]);
  }

  it('begins when the target answers; the agent leaves, and the two talk on', async () => {
    const { number } = await begin('conference');
    expectMixed('all three', await stage.listen(), THREE);
    const { voice } = stage.phone('caller');
    await stage.phone('agent').hangUp();
    await stage.live('talking');
    expectHeard('the agent has left', await stage.listen(), WITH_TARGET, ['caller', 'target']);
    const largest = Math.max(...voice.heard.slice(1).map(({ at }, i) => at - (voice.heard[i]?.at ?? at)));
    console.log(`a conference from begin to end: largest gap at the caller ${largest.toFixed(1)} ms`);
    const { call, transfers } = await stage.end(number);
    untouched();
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police' });
    expect(transfers).toMatchObject([{ mode: 'conference', outcome: 'completed', toMember: 'police' }]);
  });

  it('is completed by the API: the agent is let go', async () => {
    const { number, act } = await begin('conference');
    await act('complete');
    await stage.phone('agent').untilTalking(false);
    expectHeard('completed', await stage.listen(), WITH_TARGET, ['caller', 'target']);
    const { transfers } = await stage.end(number, 'target');
    untouched();
    expect(transfers).toMatchObject([{ mode: 'conference', outcome: 'completed' }]);
  });

  it('loses its target: caller and agent talk on', async () => {
    const { number } = await begin('conference');
    await stage.phone('target').hangUp();
    await stage.live('talking');
    expectHeard('the target has left', await stage.listen(), WITH_AGENT, ['caller', 'agent']);
    const { call, transfers } = await stage.end(number);
    untouched();
    expect(call).toMatchObject({ lastMember: 'city' });
    expect(transfers).toMatchObject([{ mode: 'conference', outcome: 'abandoned', cause: 'target-left' }]);
  });

  it('ends with the caller', async () => {
    const { number } = await begin('conference');
    const { transfers, legs } = await stage.end(number, 'caller');
    untouched();
    expect(legs).toHaveLength(3);
    expect(transfers).toMatchObject([{ outcome: 'abandoned', cause: 'transferee-hung-up' }]);
  });

  it('is made of a consultation, becomes one again, and ends with the caller back at the agent', async () => {
    const { number, act } = await begin('consult');
    await act('conference');
    await stage.live('conferring');
    await sleep(300);
    expectMixed('all three', await stage.listen(), THREE);
    await act('toggle');
    await stage.live('consulting');
    const alone = hears({ caller: 'other', agent: 'target', target: 'agent' });
    expectHeard('agent and target alone', await stage.listen(), alone, ['agent', 'target']);
    await act('conference');
    await stage.live('conferring');
    await sleep(300);
    expectMixed('all three again', await stage.listen(), THREE);
    await act('cancel');
    await stage.phone('target').untilTalking(false);
    expectHeard('called off', await stage.listen(), WITH_AGENT, ['caller', 'agent']);
    const { transfers } = await stage.end(number);
    untouched();
    expect(transfers).toMatchObject([{ mode: 'conference', outcome: 'abandoned', cause: 'taken-back' }]);
  });

  it('does not hear the music of a phone that holds', async () => {
    const { number } = await begin('conference');
    await stage.phone('target').reinvite('sendonly');
    await sleep(300);
    expectMixed('the target holds', await stage.listen(), { caller: ['agent'], agent: ['caller'] });
    await stage.phone('target').reinvite('sendrecv');
    await sleep(300);
    expectMixed('all three again', await stage.listen(), THREE);
    await stage.end(number);
  });

  it('outlives the media server: all three hear each other again', async () => {
    const { number } = await begin('conference');
    const killed = engineOf(stage.world.server)?.pid ?? 0;
    process.kill(killed, 'SIGKILL');
    const killedAt = performance.now();
    const voices = (['caller', 'agent', 'target'] as const).map((name) => stage.phone(name).voice);
    await until('all three to hear again', () => {
      const back = voices.map((voice) => audioBackAfter(voice, killedAt));
      return performance.now() > killedAt + 1000 && back.every(Number.isFinite) ? true : undefined;
    });
    await sleep(300);
    expectMixed('after the kill', await stage.listen(), THREE);
    await stage.end(number);
  });

  it('outlives its mixer between two: caller and agent hear each other within 3 s', async () => {
    const { number, act } = await begin('conference');
    const killed = mixerOf(stage.world.server);
    process.kill(killed ?? 0, 'SIGKILL');
    const killedAt = performance.now();
    await stage.live('consulting');
    const { voice } = stage.phone('caller');
    const backAfter = await until('the caller to hear again', () => {
      const back = audioBackAfter(voice, killedAt);
      return performance.now() > killedAt + 300 && Number.isFinite(back) ? back : undefined;
    });
    console.log(`mixer killed: audio back after ${backAfter.toFixed(0)} ms`);
    expect(backAfter).toBeLessThan(3000);
    const between = hears({ caller: 'agent', agent: 'caller', target: 'other' });
    expectHeard('after the kill', await stage.listen(200), between, ['caller', 'agent']);

    // A new one is started, and the three come together again.
    await until('a new mixer', () => {
      const pid = mixerOf(stage.world.server);
      return pid !== undefined && pid !== killed ? true : undefined;
    });
    await until('the conference to be possible again', async () => {
      const { id } = await stage.live('consulting');
      const answer = await stage.world.server.api.ask('POST', `/v1/calls/${id}/transfer/conference`, {});
      return answer.status === 202 ? true : undefined;
    });
    await stage.live('conferring');
    await sleep(400);
    expectMixed('all three again', await stage.listen(), THREE);
    await act('complete');
    await stage.phone('agent').untilTalking(false);
    expectHeard('completed', await stage.listen(), WITH_TARGET, ['caller', 'target']);
    const { transfers } = await stage.end(number);
    untouched();
    expect(transfers).toMatchObject([{ mode: 'conference', outcome: 'completed' }]);
  });
});

it('a conference without a mixer is refused, and so is whoever would listen', async () => {
  const stage = await VoiceStage.open();
  try {
    const number = await stage.talk();
    const { id } = await stage.live('talking');
    const wish = { to: '110', mode: 'conference' };
    const answer = await stage.world.server.api.ask('POST', `/v1/calls/${id}/transfers`, wish);
    const refused = { status: 501, body: { error: { code: 'mode-unavailable' } } };
    expect(answer).toMatchObject(refused);
    const listener = { member: 'duty', extension: '3009' };
    expect(await stage.world.server.api.ask('POST', `/v1/calls/${id}/monitor`, listener)).toMatchObject(
      refused,
    );
    await stage.end(number);
  } finally {
    await stage.close();
  }
});
