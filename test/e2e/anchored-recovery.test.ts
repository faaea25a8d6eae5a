import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/media/log.js';
import { EngineProcess } from '../../src/media/rtpengine/engine-process.js';
import { callsIn, engineOf } from './harness/engine-of.js';
import { expectHeard } from './harness/expect-heard.js';
import { expectMixed } from './harness/expect-mixed.js';
import { Server } from './harness/server.js';
import { audioBackAfter } from './harness/voice-pairs.js';
import { hears, mixing, VoiceStage } from './harness/voice-stage.js';
import { until } from './harness/wait.js';

/** The program is killed under calls whose audio it anchors, and started again. */
describe('anchored calls', () => {
  let stage: VoiceStage | undefined;
  afterEach(async () => {
    await stage?.close();
    stage = undefined;
  });

  /** Kill the program and start it again; resolves to the moments at which it was killed and at which it was there again. */
  async function startAgain(
    on: VoiceStage,
    meanwhile?: () => Promise<void>,
  ): Promise<{ killedAt: number; backAt: number }> {
    const { world } = on;
    const { options, ports } = world.server;
    // What was agreed on last is on its way to the disk.
    await sleep(500);
    const killedAt = performance.now();
    await world.server.crash();
    await meanwhile?.();
    world.server = await Server.start({ ...options, ports });
    return { killedAt, backAt: performance.now() };
  }

  it('are heard again within 3 s of the start, all 25 of them, and move on as before', async () => {
    stage = await VoiceStage.open({ pairs: 24 });
    const number = await stage.talk();
    for (const { caller, number: dialled } of stage.pairs)
      expect(await caller.call(dialled, stage.sip, { as: `pair-${dialled}` })).toBe(200);
    const voices = [
      stage.phone('caller').voice,
      stage.phone('agent').voice,
      ...stage.pairs.flatMap(({ caller, desk }) => [caller.voice, desk.voice]),
    ];
    const before = engineOf(stage.world.server)?.pid ?? 0;
    const { killedAt, backAt } = await startAgain(stage);
    const backAfter = await until('everybody to hear again', () => {
      const all = voices.map((voice) => audioBackAfter(voice, killedAt));
      return performance.now() > backAt + 500 && all.every(Number.isFinite) ? Math.max(...all) : undefined;
    });
    console.log(
      `program killed under ${voices.length / 2} calls: ready after ${(backAt - killedAt).toFixed(0)} ms, audio back after ${backAfter.toFixed(0)} ms`,
    );
    expect(killedAt + backAfter - backAt).toBeLessThan(3000);
    expect(() => process.kill(before, 0), 'the media server of before is gone').toThrow();

    const talking = hears({ caller: 'agent', agent: 'caller' });
    expectHeard('after the restart', await stage.listen(), talking, ['caller', 'agent']);
    expect(await stage.world.server.api.liveCalls()).toHaveLength(voices.length / 2);

    const told = stage.phone('caller').sessionChanges.length;
    expect(await stage.phone('agent').refer(`sip:*2@${stage.sip}`)).toBe(202);
    await stage.phone('agent').untilTalking(false);
    const moved = hears({ caller: 'target', target: 'caller' });
    expectHeard('moved after the restart', await stage.listen(), moved, ['caller', 'target']);
    expect(stage.phone('caller').sessionChanges).toHaveLength(told);

    for (const { caller } of stage.pairs) await caller.hangUp();
    const { call, legs } = await stage.end(number);
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller' });
    expect(legs).toHaveLength(3);
  });

  it('who hears music in a consultation hears music again, and comes back to the agent', async () => {
    const on = await VoiceStage.open();
    stage = on;
    const number = await stage.talk();
    const { id } = await stage.live('talking');
    await stage.post(`/v1/calls/${id}/transfers`, { to: '110', mode: 'consult' });
    await stage.live('consulting');
    const { killedAt } = await startAgain(stage);
    const voices = (['caller', 'agent', 'target'] as const).map((name) => on.phone(name).voice);
    await until('all three to hear again', () =>
      performance.now() > killedAt + 500 &&
      voices.every((voice) => Number.isFinite(audioBackAfter(voice, killedAt)))
        ? true
        : undefined,
    );
    await stage.live('consulting');
    const consulting = hears({ caller: 'other', agent: 'target', target: 'agent' });
    expectHeard('music after the restart', await stage.listen(300), consulting, ['agent', 'target']);
    await stage.post(`/v1/calls/${id}/transfer/cancel`);
    await stage.live('talking');
    const back = hears({ caller: 'agent', agent: 'caller' });
    expectHeard('taken back', await stage.listen(), back, ['caller', 'agent']);
    await stage.end(number);
  });

  it('who is in a conference has the agent again, and all three speak once more', async () => {
    const on = await VoiceStage.open({ media: mixing });
    stage = on;
    const number = await on.talk();
    const { id } = await on.live('talking');
    await on.post(`/v1/calls/${id}/transfers`, { to: '110', mode: 'conference' });
    await on.live('conferring');
    await on.phone('target').untilTalking();
    await startAgain(on);
    await on.live('consulting');
    const between = hears({ caller: 'agent', agent: 'caller', target: 'other' });
    expectHeard('after the restart', await on.listen(1500), between, ['caller', 'agent']);
    await on.post(`/v1/calls/${id}/transfer/conference`);
    await on.live('conferring');
    await sleep(200);
    expectMixed('all three', await on.listen(), {
      caller: ['agent', 'target'],
      agent: ['caller', 'target'],
      target: ['caller', 'agent'],
    });
    await on.phone('agent').hangUp();
    await on.live('talking');
    const { transfers } = await on.end(number);
    expect(transfers).toMatchObject([{ mode: 'conference', outcome: 'completed' }]);
  });

  it('are heard on while whoever is called to listen is called no more, and may be called again', async () => {
    const on = await VoiceStage.open({ media: mixing });
    stage = on;
    const number = await on.talk();
    const { id } = await on.live('talking');
    const listen = () =>
      on.world.server.api.ask('POST', `/v1/calls/${id}/monitor`, { member: 'duty', extension: '3009' });
    on.phone('duty').manner = { answer: 'never', afterMs: 0 };
    expect(await listen()).toMatchObject({ status: 202 });
    await until('the phone of the listener to ring', () => on.phone('duty').ringing || undefined);
    await startAgain(on);
    await until('the phone of the listener to be quiet', () => !on.phone('duty').ringing || undefined);
    const { reports } = await on.listen(1500);
    expect(reports.caller?.order).toEqual(['agent']);
    on.phone('duty').manner = { answer: 'yes', afterMs: 0 };
    await until('somebody to be asked to listen again', async () =>
      (await listen()).status === 202 ? true : undefined,
    );
    await on.phone('duty').untilTalking();
    const { legs } = await on.end(number);
    const listeners = legs.filter(({ role }) => role === 'monitor');
    expect(listeners.map(({ outcome, endedBy }) => `${outcome}, ${endedBy}`).sort()).toEqual([
      'answered, us',
      'interrupted, crash',
    ]);
    const audits = await on.world.server.api.get(`/v1/audits?subject=${id}&action=monitor-stopped`);
    expect(audits).toMatchObject({ items: [{ detail: 'call-ended' }, { detail: 'restart' }] });
  });

  it('outlive a listener whom the agent heard, and then their media server too, where there is another', async () => {
    const engines = [await engineAt(9000), await engineAt(9400)];
    try {
      const hosts = engines.map(({ host, port }) => ({ host, port, weight: 1 }));
      const on = await VoiceStage.open({ media: { ...mixing, rtpengine: { spawn: false, hosts } } });
      stage = on;
      const number = await on.talk();
      const { id } = await on.live('talking');
      await on.post(`/v1/calls/${id}/monitor`, { member: 'duty', extension: '3009' });
      await until('the listener to be heard', async () => {
        const { status } = await on.world.server.api.ask('PATCH', `/v1/calls/${id}/monitor`, {
          mode: 'whisper',
        });
        return status === 200 ? true : undefined;
      });
      // The media server lives on, with caller and agent on seats of a mixer that does not.
      await startAgain(on);
      await on.phone('duty').untilTalking(false);
      const two = hears({ caller: 'agent', agent: 'caller' });
      expectHeard('after the listener', await on.listen(1500), two, ['caller', 'agent']);
      expect(on.phone('caller').sessionChanges).toEqual([]);

      const held = await Promise.all(engines.map(({ port }) => callsIn(port)));
      const lost = engines.find((_, at) => (held[at] ?? []).length > 0);
      await startAgain(on, async () => lost?.stop());
      const { voice } = on.phone('caller');
      const startedAt = performance.now();
      await until('the caller to hear again', () =>
        Number.isFinite(audioBackAfter(voice, startedAt)) ? true : undefined,
      );
      await sleep(500);
      expectHeard('on the other media server', await on.listen(), two, ['caller', 'agent']);
      const { legs } = await on.end(number);
      expect(legs.filter(({ role }) => role === 'monitor')).toHaveLength(1);
      const audits = await on.world.server.api.get(`/v1/audits?subject=${id}`);
      expect(audits).toMatchObject({ items: [{ action: 'monitor-stopped', detail: 'restart' }, {}, {}] });
    } finally {
      for (const engine of engines) await engine.stop();
    }
  });
});

/** An rtpengine that lives on when the program under test is killed. */
async function engineAt(min: number): Promise<EngineProcess> {
  const ports = { min, max: min + 399 };
  const settings = { program: 'rtpengine', interfaces: ['127.0.0.1'], threads: 1, log: silentLog };
  const started = await EngineProcess.start({ ...settings, ports });
  if (!started.ok) throw new Error(started.fault.message);
  return started.engine;
}
