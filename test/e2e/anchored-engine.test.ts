import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/media/log.js';
import { EngineProcess } from '../../src/media/rtpengine/engine-process.js';
import { callsIn, engineOf } from './harness/engine-of.js';
import { expectHeard } from './harness/expect-heard.js';
import { ExternalEngine } from './harness/external-engine.js';
import { freePort } from './harness/ports.js';
import { audioBackAfter } from './harness/voice-pairs.js';
import { hears, VoiceStage } from './harness/voice-stage.js';
import { until } from './harness/wait.js';

/** Media servers that die under calls, and what they hold when all calls are over. */
describe('media servers', () => {
  let stage: VoiceStage | undefined;
  afterEach(async () => {
    await stage?.close();
    stage = undefined;
  });

  const talking = hears({ caller: 'agent', agent: 'caller' });

  it('one that is killed under calls loses none: all hear each other again within 3 s', async () => {
    stage = await VoiceStage.open({ pairs: 49 });
    const number = await stage.talk();
    for (const { caller, number: dialled } of stage.pairs)
      expect(await caller.call(dialled, stage.sip, { as: `pair-${dialled}` })).toBe(200);
    const voices = [
      stage.phone('caller').voice,
      stage.phone('agent').voice,
      ...stage.pairs.flatMap(({ caller, desk }) => [caller.voice, desk.voice]),
    ];
    const { server } = stage.world;
    const before = engineOf(server);
    process.kill(before?.pid ?? 0, 'SIGKILL');
    const killedAt = performance.now();
    const backAfter = await until('everybody to hear again', () => {
      const all = voices.map((voice) => audioBackAfter(voice, killedAt));
      return performance.now() > killedAt + 500 && all.every(Number.isFinite) ? Math.max(...all) : undefined;
    });
    console.log(
      `engine killed under ${voices.length / 2} calls: audio back after ${backAfter.toFixed(0)} ms`,
    );
    expect(backAfter).toBeLessThan(3000);
    expect(engineOf(server)?.pid).not.toBe(before?.pid);
    expectHeard('after the kill', await stage.listen(), talking, ['caller', 'agent']);
    expect(await server.api.liveCalls()).toHaveLength(voices.length / 2);

    // It goes on as before: the next switch is no matter of the caller's phone.
    const told = stage.phone('caller').sessionChanges.length;
    expect(told, 're-INVITEs for the new ports').toBeGreaterThan(0);
    expect(await stage.phone('agent').refer(`sip:*2@${stage.sip}`)).toBe(202);
    await stage.phone('agent').untilTalking(false);
    expectHeard('moved after the kill', await stage.listen(), hears({ caller: 'target', target: 'caller' }), [
      'caller',
      'target',
    ]);
    expect(stage.phone('caller').sessionChanges).toHaveLength(told);
    for (const { caller } of stage.pairs) await caller.hangUp();
    await stage.end(number);
  });

  it('one that is killed while a caller hears music plays to them again', async () => {
    stage = await VoiceStage.open();
    const number = await stage.talk();
    const { id } = await stage.live('talking');
    await stage.post(`/v1/calls/${id}/transfers`, { to: '110', mode: 'consult' });
    await stage.live('consulting');
    const before = engineOf(stage.world.server);
    process.kill(before?.pid ?? 0, 'SIGKILL');
    const killedAt = performance.now();
    const { voice } = stage.phone('caller');
    await until('the caller to hear again', () =>
      performance.now() > killedAt + 500 && Number.isFinite(audioBackAfter(voice, killedAt))
        ? true
        : undefined,
    );
    const wanted = hears({ caller: 'other', agent: 'target', target: 'agent' });
    expectHeard('music after the kill', await stage.listen(), wanted, ['caller', 'agent', 'target']);
    await stage.end(number);
  });

  it('one that is killed while a target rings: the target is told the new place once it has answered', async () => {
    stage = await VoiceStage.open();
    const number = await stage.talk();
    const target = stage.phone('target');
    target.manner = { answer: 'yes', afterMs: 1500 };
    expect(await stage.phone('agent').refer(`sip:*2@${stage.sip}`)).toBe(202);
    await until('the target to ring', () => (target.ringing ? true : undefined));
    process.kill(engineOf(stage.world.server)?.pid ?? 0, 'SIGKILL');
    await target.untilTalking();
    await stage.phone('agent').untilTalking(false);
    await until('the target to be told', () => (target.sessionChanges.length > 0 ? true : undefined));
    const moved = hears({ caller: 'target', target: 'caller' });
    expectHeard('moved after the kill', await stage.listen(300), moved, ['caller', 'target']);
    expect(target.sessionChanges).toHaveLength(1);
    await stage.end(number);
  });

  it('one of two that is down: its call goes on on the other, where new calls go as well', async () => {
    const engines: EngineProcess[] = [];
    for (const min of [9000, 9400]) {
      const started = await EngineProcess.start({
        program: 'rtpengine',
        interfaces: ['127.0.0.1'],
        ports: { min, max: min + 399 },
        threads: 1,
        log: silentLog,
      });
      if (!started.ok) throw new Error(started.fault.message);
      engines.push(started.engine);
    }
    try {
      const hosts = engines.map(({ host, port }) => ({ host, port, weight: 1 }));
      stage = await VoiceStage.open({
        pairs: 3,
        media: { anchor: 'rtpengine', rtpengine: { spawn: false, hosts } },
      });
      const number = await stage.talk();
      const held = await Promise.all(engines.map(({ port }) => callsIn(port)));
      const [lost, other] = (held[0] ?? []).length > 0 ? engines : engines.toReversed();
      await lost?.stop();
      const stoppedAt = performance.now();
      const { voice } = stage.phone('caller');
      await until('the caller to hear again', () =>
        performance.now() > stoppedAt + 500 && Number.isFinite(audioBackAfter(voice, stoppedAt))
          ? true
          : undefined,
      );
      console.log(
        `engine of a pool down: audio back after ${audioBackAfter(voice, stoppedAt).toFixed(0)} ms`,
      );
      expectHeard('moved to the other engine', await stage.listen(), talking, ['caller', 'agent']);
      expect(await stage.world.server.api.get('/healthz')).toMatchObject({
        status: 'degraded',
        media: 'rtpengine',
        problems: [`the media server 127.0.0.1:${lost?.port} does not answer`],
      });
      for (const { caller, number: dialled } of stage.pairs)
        expect(await caller.call(dialled, stage.sip, { as: `pair-${dialled}` })).toBe(200);
      expect(await callsIn(other?.port ?? 0)).toHaveLength(4);
      for (const { caller } of stage.pairs) await caller.hangUp();
      await stage.end(number);
      expect(await callsIn(other?.port ?? 0)).toEqual([]);
    } finally {
      for (const engine of engines) await engine.stop();
    }
  });

  it('none of which answers: new calls go from phone to phone, and through one again when it is back', async () => {
    const engine = new ExternalEngine(await freePort(), await freePort());
    const { port, keysPort } = engine;
    const keysAt = `127.0.0.1:${keysPort}`;
    const rtpengine = { spawn: false, hosts: [{ host: '127.0.0.1', port, weight: 1 }], keysAt };
    const moved = hears({ caller: 'target', target: 'caller' });
    try {
      stage = await VoiceStage.open({ media: { anchor: 'rtpengine', rtpengine } });
      const { api } = stage.world.server;
      const missed = async (): Promise<boolean> =>
        JSON.stringify(await api.get('/healthz')).includes(`media server 127.0.0.1:${port} does not answer`);
      expect(await missed()).toBe(true);
      const direct = await stage.talk();
      expectHeard('without an engine', await stage.listen(), talking, ['caller', 'agent']);
      engine.start();
      await until('the engine to be found', async () => ((await missed()) ? undefined : true));

      expect(await stage.phone('agent').refer(`sip:*2@${stage.sip}`)).toBe(202);
      await stage.phone('agent').untilTalking(false);
      await stage.phone('target').untilTalking();
      expectHeard('a call that began without', await stage.listen(500), moved, ['caller', 'target']);
      expect(stage.phone('caller').sessionChanges).toHaveLength(1);
      await stage.end(direct);

      const anchored = await stage.talk();
      expect(await callsIn(port)).toHaveLength(1);
      for (const key of [10, 2]) await stage.phone('agent').voice.press(key);
      await stage.phone('agent').untilTalking(false);
      expectHeard('moved by keys that it reported', await stage.listen(300), moved, ['caller', 'target']);
      expect(stage.phone('caller').sessionChanges).toEqual([]);
      await stage.end(anchored);
    } finally {
      await engine.stop();
    }
  });

  it('one holds nothing when all calls are over, however they went', async () => {
    stage = await VoiceStage.open();
    const { caller, agent, desk, target } = {
      caller: stage.phone('caller'),
      agent: stage.phone('agent'),
      desk: stage.phone('desk'),
      target: stage.phone('target'),
    };
    const key = `sip:*2@${stage.sip}`;
    for (let round = 0; round < 3; round += 1) {
      await stage.end(await stage.talk(), round === 0 ? 'caller' : 'agent');

      const blind = await stage.talk();
      await agent.refer(key);
      await agent.untilTalking(false);
      await stage.end(blind);

      target.manner = { answer: 'busy', afterMs: 50 };
      const busy = await stage.talk();
      await agent.refer(key);
      await agent.untilReported(486);
      await stage.end(busy);

      target.manner = { answer: 'never', afterMs: 0 };
      const given = await stage.talk();
      await agent.refer(key);
      await until('the target to ring', () => (target.ringing ? true : undefined));
      await agent.hangUp();
      await stage.end(given);

      target.manner = { answer: 'yes', afterMs: 50 };
      const joined = await stage.talk();
      expect(await desk.call('110', stage.sip, { as: '8002' })).toBe(200);
      await agent.refer(`sip:110@${stage.sip}?Replaces=${encodeURIComponent(desk.replaces)}`);
      await desk.untilTalking(false);
      await stage.end(joined);

      const taken = await stage.talk();
      expect(await desk.call('12345', stage.sip, { as: '8002', replaces: agent.replaces })).toBe(200);
      await agent.untilTalking(false);
      await stage.end(taken);
    }
    expect(caller.sessionChanges).toEqual([]);
    await until('the engine to be without calls', async () =>
      (await engineOf(stage?.world.server ?? never())?.calls())?.length === 0 ? true : undefined,
    );
    expect(await stage.world.server.api.metrics()).toContain('onekey_media_calls{engine="own"} 0');
  });
});

function never(): never {
  throw new Error('there is a stage');
}
