import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { engineOf, mixerOf } from './harness/engine-of.js';
import { expectHeard, expectUntouched } from './harness/expect-heard.js';
import { expectMixed } from './harness/expect-mixed.js';
import { hears, mixing, type Player, VoiceStage } from './harness/voice-stage.js';
import { until } from './harness/wait.js';

const liveSchema = z.object({
  monitor: z.object({ state: z.string(), mode: z.string(), listener: z.string() }).nullable(),
});
const auditsSchema = z.object({
  items: z.array(z.object({ action: z.string(), actor: z.string(), detail: z.string().nullable() })),
});

const BOTH: readonly Player[] = ['caller', 'agent'];
/** Who is joined with whom as if nobody listened, and what the listener at the duty desk hears. */
const SILENT = { caller: ['agent'], agent: ['caller'], duty: BOTH } as const;
const WITH_AGENT = hears({ caller: 'agent', agent: 'caller' });

/** A supervisor, whose phone is at the duty desk, listens to calls of 12345. */
describe('somebody who listens to a call', () => {
  let stage: VoiceStage;
  beforeAll(async () => {
    stage = await VoiceStage.open({ media: mixing, codecs: { target: 'PCMU', agent: 'PCMU' } });
  });
  afterEach(async () => {
    await stage.clear();
  });
  afterAll(async () => {
    await stage.close();
  });

  const ask = (method: 'POST' | 'PATCH' | 'DELETE', id: string, body?: unknown) =>
    stage.world.server.api.ask(method, `/v1/calls/${id}/monitor`, body);
  const monitorOf = async (id: string) =>
    liveSchema.parse(await stage.world.server.api.get(`/v1/calls/live/${id}`)).monitor;

  async function listening(): Promise<{ readonly id: string; readonly number: string }> {
    const number = await stage.talk();
    const { id } = await stage.live('talking');
    expect(await ask('POST', id, { member: 'duty', extension: '3009' })).toMatchObject({ status: 202 });
    await until('the listener to hear', async () =>
      (await monitorOf(id))?.state === 'listening' ? true : undefined,
    );
    await sleep(250);
    return { id, number };
  }

  async function mode(id: string, to: string): Promise<void> {
    expect(await ask('PATCH', id, { mode: to })).toMatchObject({ status: 200 });
    await sleep(250);
  }

  /** What the ledger has of it, oldest first, once there are so many entries. */
  async function audits(id: string, count: number): Promise<readonly string[]> {
    return until(`${count} audits`, async () => {
      const { items } = auditsSchema.parse(await stage.world.server.api.get(`/v1/audits?subject=${id}`));
      const told = items.map(({ action, actor, detail }) => `${action} ${actor}: ${detail}`);
      return told.length >= count ? told.reverse() : undefined;
    });
  }

  /** Nobody in the call was told anything. */
  function untold(): void {
    expectUntouched(stage);
    expect(stage.phone('agent').sessionChanges).toEqual([]);
  }

  it('hears caller and agent, is heard by nobody, and hears whom the caller talks with next', async () => {
    const { id, number } = await listening();
    expectMixed('listening', await stage.listen(), SILENT);
    expect(await ask('POST', id, { member: 'duty', extension: '3009' })).toMatchObject({
      status: 409,
      body: { error: { code: 'already-monitored' } },
    });
    await stage.post(`/v1/calls/${id}/transfers`, { to: '110', mode: 'consult' });
    await stage.live('consulting');
    await stage.phone('target').untilTalking();
    await sleep(250);
    const consulting = { agent: ['target'], target: ['agent'], duty: ['agent', 'target'] } as const;
    expectMixed('consulting', await stage.listen(), consulting);
    await stage.post(`/v1/calls/${id}/transfer/conference`);
    await stage.live('conferring');
    await sleep(400);
    expectMixed('conferring', await stage.listen(), {
      caller: ['agent', 'target'],
      agent: ['caller', 'target'],
      target: ['caller', 'agent'],
      duty: ['caller', 'agent', 'target'],
    });
    await stage.post(`/v1/calls/${id}/transfer/complete`);
    await stage.phone('agent').untilTalking(false);
    await sleep(250);
    const moved = { caller: ['target'], target: ['caller'], duty: ['caller', 'target'] } as const;
    expectMixed('transferred', await stage.listen(), moved);
    const { legs, call } = await stage.end(number);
    untold();
    expect(call).toMatchObject({ legs: 3, lastMember: 'police' });
    expect(legs.filter(({ role }) => role === 'monitor')).toMatchObject([
      { member: 'duty', outcome: 'answered', endedBy: 'us' },
    ]);
    expect(await audits(id, 2)).toEqual([
      'monitor-started api-token: extension 3009 of duty',
      'monitor-stopped onekey: call-ended',
    ]);
  });

  it('whispers to the agent alone, joins both, only listens again, and leaves', async () => {
    const { id, number } = await listening();
    await mode(id, 'whisper');
    expectMixed('whispering', await stage.listen(), {
      caller: ['agent'],
      agent: ['caller', 'duty'],
      duty: BOTH,
    });
    await mode(id, 'join');
    expectMixed('joining', await stage.listen(), {
      caller: ['agent', 'duty'],
      agent: ['caller', 'duty'],
      duty: BOTH,
    });
    await mode(id, 'listen');
    expectMixed('listening again', await stage.listen(), SILENT);
    await mode(id, 'whisper');
    await stage.phone('duty').hangUp();
    await until('nobody to listen', async () => ((await monitorOf(id)) === null ? true : undefined));
    await sleep(200);
    expectHeard('the listener has left', await stage.listen(), WITH_AGENT, ['caller', 'agent']);
    await stage.end(number);
    untold();
    expect(await audits(id, 6)).toEqual([
      'monitor-started api-token: extension 3009 of duty',
      'monitor-changed api-token: listen > whisper',
      'monitor-changed api-token: whisper > join',
      'monitor-changed api-token: join > listen',
      'monitor-changed api-token: listen > whisper',
      'monitor-stopped extension 3009 of duty: hung-up',
    ]);
  });

  it('whispers while the call is transferred: from then on it only listens, to others', async () => {
    const { id, number } = await listening();
    await mode(id, 'whisper');
    await stage.post(`/v1/calls/${id}/transfers`, { to: '110' });
    await stage.phone('agent').untilTalking(false);
    await stage.live('talking');
    await sleep(300);
    const moved = { caller: ['target'], target: ['caller'], duty: ['caller', 'target'] } as const;
    expectMixed('transferred', await stage.listen(), moved);
    expect(await monitorOf(id)).toMatchObject({ mode: 'listen', state: 'listening' });
    expect(await ask('DELETE', id)).toMatchObject({ status: 202 });
    await stage.phone('duty').untilTalking(false);
    await stage.end(number);
    untold();
    expect((await audits(id, 4)).slice(1)).toEqual([
      'monitor-changed api-token: listen > whisper',
      'monitor-changed onekey: whisper > listen',
      'monitor-stopped api-token: request',
    ]);
  });

  it('cannot move the call with its phone, and is refused a part in what is no talk of two', async () => {
    const { id, number } = await listening();
    expect(await stage.phone('duty').refer(`sip:110@${stage.sip}`)).toBe(403);
    await stage.phone('duty').voice.press(10);
    await stage.phone('duty').voice.press(2);
    await stage.post(`/v1/calls/${id}/transfers`, { to: '110', mode: 'consult' });
    await stage.live('consulting');
    expect(await ask('PATCH', id, { mode: 'join' })).toMatchObject({
      status: 409,
      body: { error: { code: 'not-talking' } },
    });
    await stage.post(`/v1/calls/${id}/transfer/cancel`);
    await stage.live('talking');
    await sleep(250);
    expectMixed('taken back', await stage.listen(), SILENT);
    await stage.end(number);
    untold();
  });

  it.each([
    ['is busy', { answer: 'busy', afterMs: 0 }, 'busy'],
    ['does not answer', { answer: 'never', afterMs: 0 }, 'request'],
  ] as const)('who %s changes nothing', async (_, manner, cause) => {
    const number = await stage.talk();
    const { id } = await stage.live('talking');
    stage.phone('duty').manner = manner;
    expect(await ask('POST', id, { member: 'duty', extension: '3009' })).toMatchObject({ status: 202 });
    if (cause === 'request') {
      await until('the phone to ring', () => (stage.phone('duty').ringing ? true : undefined));
      expect(await ask('DELETE', id)).toMatchObject({ status: 202 });
    }
    await until('nobody to listen', async () => ((await monitorOf(id)) === null ? true : undefined));
    expectHeard('nobody listens', await stage.listen(), WITH_AGENT, ['caller', 'agent']);
    await stage.end(number);
    untold();
    expect((await audits(id, 2))[1]).toContain(`monitor-stopped`);
    expect((await audits(id, 2))[1]).toContain(cause);
  });

  it('is let go when the mixer dies while it whispers: caller and agent hear each other', async () => {
    const { id, number } = await listening();
    await mode(id, 'whisper');
    process.kill(mixerOf(stage.world.server) ?? 0, 'SIGKILL');
    await stage.phone('duty').untilTalking(false);
    await sleep(300);
    expectHeard('without mixer', await stage.listen(), WITH_AGENT, ['caller', 'agent']);
    await stage.end(number);
    untold();
    expect((await audits(id, 3)).at(-1)).toBe('monitor-stopped onekey: media-lost');
    await until('a new mixer', () => mixerOf(stage.world.server));
  });

  it('is let go when the media server dies while it whispers: caller and agent hear each other', async () => {
    const { number } = await listening();
    const { id } = await stage.live('talking');
    await mode(id, 'whisper');
    process.kill(engineOf(stage.world.server)?.pid ?? 0, 'SIGKILL');
    await stage.phone('duty').untilTalking(false);
    await until('the two to hear each other', async () => {
      const { reports } = await stage.listen();
      const heard = BOTH.map((name) => reports[name]?.order.join(' '));
      return heard[0] === 'agent' && heard[1] === 'caller' ? true : undefined;
    });
    await stage.end(number);
  });
});
