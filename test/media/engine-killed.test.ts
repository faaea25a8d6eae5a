import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { expectHearing } from './harness/expect-hearing.js';
import { must, Stage, startEngine } from './harness/stage.js';

it('an engine that is killed runs again, and its calls are made again', async () => {
  const engine = await startEngine();
  const stage = new Stage(engine);
  try {
    await stage.add({ name: 'caller', frequency: 400 });
    await stage.add({ name: 'agent', frequency: 700 });
    await stage.add({ name: 'target', frequency: 1100 });
    await stage.talk('caller', 'agent');
    await must(stage.session.prepare('target', { like: 'caller' }));
    const { pid } = engine.process;
    expect(pid).not.toBeNull();
    const killedAt = performance.now();
    process.kill(pid ?? 0, 'SIGKILL');
    for (let waited = 0; engine.restarts === 0 && waited < 5000; waited += 10) await sleep(10);
    expect(engine.restarts).toBe(1);

    const changes = await must(stage.session.rebuild());
    expect([...changes.keys()].sort()).toEqual(['agent', 'caller', 'target']);
    for (const sdp of changes.values()) expect(sdp).toMatch(/^o=onekey \d+ 2 /m);
    for (const leg of ['caller', 'agent']) stage.party(leg).talkTo(stage.session.told(leg) ?? '');
    const audioAfter = performance.now() - killedAt;
    const wanted = { caller: 'agent', agent: 'caller', target: '' };
    expectHearing('made again', await stage.listen(), wanted, ['caller', 'agent']);
    console.log(`engine killed: calls made again after ${audioAfter.toFixed(0)} ms`);
    await must(stage.session.answered('target', stage.party('target').sdp()));
    stage.party('target').talkTo(stage.session.told('target') ?? '');
    expect(await must(stage.session.join('caller', 'target'))).toEqual(new Map());
    const moved = { caller: 'target', agent: '', target: 'caller' };
    expectHearing('moved on', await stage.listen(), moved, ['caller', 'target']);
  } finally {
    await stage.close();
    await engine.close();
  }
});
