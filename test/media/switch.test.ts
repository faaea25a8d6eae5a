import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { expectHearing } from './harness/expect-hearing.js';
import { type Heard, must, Stage, startEngine, type TestEngine } from './harness/stage.js';
import { writeToneFile } from './harness/tone-file.js';

/** Who hears whom in every 20 ms of a transfer, with parties that send a tone each through a real rtpengine. */

const folder = mkdtempSync(join(tmpdir(), 'onekey-media-'));
const music = join(folder, 'music.wav');
let engine: TestEngine;
let stage: Stage;

beforeAll(async () => {
  writeToneFile(music, 1500, 1);
  engine = await startEngine();
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  stage = new Stage(engine);
  await stage.add({ name: 'caller', frequency: 400 });
  await stage.add({ name: 'agent', frequency: 700 });
  await stage.add({ name: 'target', frequency: 1100 });
  await stage.talk('caller', 'agent');
});
afterEach(() => stage.close());

const nobody = { caller: '', agent: '', target: '' };

/** Run the steps while everybody listens, from 100 ms before them to 200 ms after. */
async function during(steps: () => Promise<void>): Promise<Heard> {
  const from = performance.now();
  await sleep(100);
  await steps();
  await sleep(200);
  return stage.between(from, performance.now());
}

it('two parties hear each other, and each the whole time', async () => {
  expectHearing('two-party', await stage.listen(), { ...nobody, caller: 'agent', agent: 'caller' }, [
    'caller',
    'agent',
  ]);
  const figures = await must(stage.session.figures());
  expect(figures.get('caller')?.packets).toBeGreaterThan(15);
  expect(figures.get('agent')?.packets).toBeGreaterThan(15);
  expect(figures.has('target')).toBe(false);
});

it('blind: the caller goes from agent to target without a new description', async () => {
  const told = stage.session.told('caller');
  await stage.invite('target', 'caller');
  const prepared = await stage.listen();
  expectHearing('target prepared', prepared, { ...nobody, caller: 'agent', agent: 'caller' }, [
    'caller',
    'agent',
  ]);

  const heard = await during(async () => {
    expect(await must(stage.session.join('caller', 'target'))).toEqual(new Map());
  });
  expectHearing('blind', heard, { caller: 'agent target', agent: 'caller', target: 'caller' }, ['caller']);
  await must(stage.session.leave('agent'));
  const after = await stage.listen();
  expectHearing('agent gone', after, { ...nobody, caller: 'target', target: 'caller' }, ['caller', 'target']);
  expect(stage.session.told('caller')).toBe(told);
  expect(stage.party('caller').sources.size, 'addresses that the caller got packets from').toBe(1);
});

it('blind with music: the agent leaves at once, the caller hears music, then the target', async () => {
  const heard = await during(async () => {
    expect(await must(stage.session.park('caller'))).toEqual(new Map());
    await must(stage.session.play('caller', music, 20));
    await must(stage.session.leave('agent'));
    await stage.invite('target', 'caller');
    await sleep(200);
    expect(await must(stage.session.join('caller', 'target'))).toEqual(new Map());
  });
  expectHearing(
    'blind with music',
    heard,
    { caller: 'agent other target', agent: 'caller', target: 'caller' },
    ['caller'],
  );
  expectHearing('afterwards', await stage.listen(), { ...nobody, caller: 'target', target: 'caller' }, [
    'caller',
  ]);
});

it('consultation that is completed: agent and target talk while the caller hears music', async () => {
  await stage.invite('target', 'caller');
  const heard = await during(async () => {
    await must(stage.session.join('agent', 'target'));
    await must(stage.session.play('caller', music, 20));
  });
  expectHearing('consult', heard, { caller: 'agent other', agent: 'caller target', target: 'agent' }, [
    'caller',
    'agent',
  ]);
  const completed = await during(async () => {
    await must(stage.session.join('caller', 'target'));
    await must(stage.session.leave('agent'));
  });
  const wanted = { caller: 'other target', agent: 'target', target: 'agent caller' };
  expectHearing('completed', completed, wanted, ['caller', 'target']);
});

it('consultation that is called off: the caller has the agent back', async () => {
  await stage.invite('target', 'caller');
  await must(stage.session.join('agent', 'target'));
  await must(stage.session.play('caller', music, 20));
  await sleep(200);
  const heard = await during(async () => {
    expect(await must(stage.session.join('caller', 'agent'))).toEqual(new Map());
    await must(stage.session.leave('target'));
  });
  expectHearing('called off', heard, { caller: 'other agent', agent: 'target caller', target: 'agent' }, [
    'caller',
    'agent',
  ]);
});

it('take-back: the agent, still there, takes the caller back from the target', async () => {
  await stage.invite('target', 'caller');
  await must(stage.session.join('caller', 'target'));
  await sleep(100);
  const heard = await during(async () => {
    expect(await must(stage.session.join('caller', 'agent'))).toEqual(new Map());
    await must(stage.session.leave('target'));
  });
  expectHearing('take-back', heard, { caller: 'target agent', agent: 'caller', target: 'caller' }, [
    'caller',
  ]);
});

it('second transfer: the target moves the caller on', async () => {
  await stage.add({ name: 'third', frequency: 1300 });
  await stage.invite('target', 'caller');
  await must(stage.session.join('caller', 'target'));
  await must(stage.session.leave('agent'));
  await stage.invite('third', 'caller');
  const heard = await during(async () => {
    expect(await must(stage.session.join('caller', 'third'))).toEqual(new Map());
    await must(stage.session.leave('target'));
  });
  const wanted = { caller: 'target third', agent: '', target: 'caller', third: 'caller' };
  expectHearing('second transfer', heard, wanted, ['caller']);
  expect(stage.party('caller').sources.size).toBe(1);
});

it('a target that goes before it is joined disturbs nobody', async () => {
  const heard = await during(async () => {
    await must(stage.session.prepare('busy', { like: 'caller' }));
    await must(stage.session.leave('busy'));
    await stage.invite('target', 'caller');
    await must(stage.session.leave('target'));
  });
  expectHearing('target gone', heard, { ...nobody, caller: 'agent', agent: 'caller' }, ['caller', 'agent']);
});

it('an agent who hangs up in a prepared transfer leaves the caller in the call, and the target can still be joined', async () => {
  await stage.invite('target', 'caller');
  await must(stage.session.leave('agent'));
  expectHearing('agent hung up', await stage.listen(200), nobody, []);
  expect(await must(stage.session.join('caller', 'target'))).toEqual(new Map());
  expectHearing('joined', await stage.listen(), { ...nobody, caller: 'target', target: 'caller' }, [
    'caller',
    'target',
  ]);
});
