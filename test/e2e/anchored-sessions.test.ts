import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectHeard, expectUntouched } from './harness/expect-heard.js';
import { hears, VoiceStage } from './harness/voice-stage.js';

/** Sessions that differ: holds, calls without an offer, early media, codecs. */
describe('sessions on anchored media', () => {
  let stage: VoiceStage;
  beforeAll(async () => {
    stage = await VoiceStage.open({ codecs: { third: 'PCMU' } });
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

  for (const [holder, held] of [
    ['agent', 'caller'],
    ['caller', 'agent'],
  ] as const) {
    it(`the ${holder} holds and comes back: the ${held} is told nothing`, async () => {
      const number = await stage.talk();
      expect(await stage.phone(holder).reinvite('sendonly')).toContain('a=recvonly');
      await sleep(200);
      expect(await stage.phone(holder).reinvite('inactive')).toContain('a=inactive');
      await sleep(200);
      expect(await stage.phone(holder).reinvite('sendrecv')).toContain('a=sendrecv');
      expectHeard('resumed', await stage.listen(), talking, ['caller', 'agent']);
      expect(stage.phone(held).sessionChanges).toEqual([]);
      await stage.end(number);
      expectUntouched(stage);
    });
  }

  it('an agent who holds and then transfers: the caller has the target', async () => {
    const number = await stage.talk();
    await stage.phone('agent').reinvite('sendonly');
    expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
    await stage.phone('agent').untilTalking(false);
    expectHeard('held and moved', await stage.listen(), moved, ['caller', 'target']);
    await stage.end(number);
    expectUntouched(stage);
  });

  it('a caller who makes no offer talks, and is moved', async () => {
    const number = await stage.talk({ late: true });
    expectHeard('late offer', await stage.listen(), talking, ['caller', 'agent']);
    expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
    await stage.phone('agent').untilTalking(false);
    expectHeard('late offer, moved', await stage.listen(), moved, ['caller', 'target']);
    const { call } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police' });
  });

  it('a caller hears what the desk sends before it answers', async () => {
    stage.phone('agent').manner = { answer: 'yes', afterMs: 900, early: true };
    const from = performance.now();
    const number = await stage.talk();
    const { reports } = stage.between(from, performance.now());
    expect(reports.caller?.order).toEqual(['agent']);
    expect(reports.caller?.packets, 'packets of 20 ms before and after the answer').toBeGreaterThan(35);
    expectHeard('answered after early media', await stage.listen(), talking, ['caller', 'agent']);
    await stage.end(number);
    expectUntouched(stage);
  });

  it('a target that speaks PCMU alone is understood by a caller who speaks PCMA alone', async () => {
    const number = await stage.talk();
    const heard = await stage.during(async () => {
      expect(await stage.phone('agent').refer(key('*3'))).toBe(202);
      await stage.phone('agent').untilTalking(false);
    });
    expectHeard('PCMU', heard, hears({ caller: 'agent third', agent: 'caller', third: 'caller' }), [
      'caller',
    ]);
    await stage.end(number);
    expectUntouched(stage);
  });
});
