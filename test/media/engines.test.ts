import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { packageInfo } from '../../src/config/package-root.js';
import { silentLog } from '../../src/media/log.js';
import { PromptStore } from '../../src/media/prompts/prompt-store.js';
import { EngineProcess } from '../../src/media/rtpengine/engine-process.js';
import type { MediaSession } from '../../src/media/rtpengine/media-session.js';
import type { Changes } from '../../src/media/rtpengine/session-outcome.js';
import {
  type EngineHooks,
  type Engines,
  type EngineWishes,
  startEngines,
} from '../../src/media/rtpengine/start-engines.js';
import { reportHearing } from './harness/hearing-log.js';
import { must } from './harness/stage.js';
import { ToneParty } from './harness/tone-party.js';

const folder = mkdtempSync(join(tmpdir(), 'onekey-engines-'));
afterAll(() => rmSync(folder, { recursive: true }));

const wishes: EngineWishes = {
  spawn: true,
  program: 'rtpengine',
  interfaces: ['127.0.0.1'],
  portMin: 28_000,
  portMax: 28_399,
  threads: 1,
  hosts: [],
  transcode: ['PCMA'],
  whenDown: 'direct',
  keysAt: '',
};
const hooks: EngineHooks = { log: silentLog, newSessionId: () => 1, onKey: () => undefined };

async function start(changed: Partial<EngineWishes>, more: Partial<EngineHooks> = {}): Promise<Engines> {
  const started = await startEngines({ ...wishes, ...changed }, { ...hooks, ...more });
  if (!started.ok) throw new Error(started.fault.message);
  return started.engines;
}

/** Wait until something is so; what is still not so after 8 s fails in the caller's expectation. */
async function until(so: () => boolean): Promise<void> {
  for (let waited = 0; !so() && waited < 8000; waited += 20) await sleep(20);
}

function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

it('an engine of our own plays prompts to a caller who nobody has answered yet', async () => {
  const prompts = PromptStore.load(join(packageInfo().root, 'dialplans', 'prompts'), join(folder, 'copies'));
  const engines = await start({});
  const caller = await ToneParty.open({ name: 'caller', frequency: 400 });
  try {
    const session = engines.pool.open('prompted');
    if (session === null) throw new Error('no engine');
    await must(session.offered('caller', caller.sdp()));
    const played = await must(session.play('caller', prompts.path('music', 'zh') ?? '', 100));
    expect(played.durationMs).toBe(800_000);
    caller.talkTo(played.changes.get('caller') ?? '');
    await sleep(200);
    const from = performance.now();
    await sleep(1000);
    const heard = reportHearing(caller.heard, [], from, performance.now());
    console.log(
      `music: largest gap ${heard.largestGapMs.toFixed(1)} ms, silence ${heard.longestSilenceMs.toFixed(1)} ms`,
    );
    expect(heard.order).toEqual(['other']);
    expect(heard.packets).toBeGreaterThan(40);
    expect(heard.packets).toBeLessThan(60);
    await must(session.stop('caller'));
    await sleep(100);
    const silentFrom = caller.heard.length;
    await sleep(200);
    expect(caller.heard.length).toBe(silentFrom);
  } finally {
    caller.close();
    await engines.stop();
  }
});

it('an engine that cannot start says why', async () => {
  const started = await startEngines({ ...wishes, interfaces: ['203.0.113.77'] }, hooks);
  expect(started).toMatchObject({
    ok: false,
    fault: { kind: 'no-interface', message: 'media cannot be taken on 203.0.113.77' },
  });
  // A program that is there, and no engine.
  const wrong = await startEngines({ ...wishes, program: '/bin/false' }, hooks);
  expect(wrong).toMatchObject({
    ok: false,
    fault: { kind: 'will-not-start', message: 'rtpengine does not start (exit code 1)' },
  });
});

it('an engine ends with the program that started it, however that ends', async () => {
  const code = `
    import { EngineProcess } from '${join(packageInfo().root, 'src/media/rtpengine/engine-process.ts')}';
    import { silentLog } from '${join(packageInfo().root, 'src/media/log.ts')}';
    const started = await EngineProcess.start({ program: 'rtpengine', interfaces: ['127.0.0.1'],
      ports: { min: 29200, max: 29599 }, threads: 1, log: silentLog });
    console.log(started.engine.pid);
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    cwd: packageInfo().root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(said.toString());
  expect(runs(pid)).toBe(true);
  parent.kill('SIGKILL');
  await until(() => !runs(pid));
  expect(runs(pid)).toBe(false);
});

it('of two engines the one that is down gets no calls, and its call goes on on the other', async () => {
  const processes: EngineProcess[] = [];
  for (const min of [28_400, 28_800]) {
    const started = await EngineProcess.start({ ...wishes, ports: { min, max: min + 399 }, log: silentLog });
    if (!started.ok) throw new Error(started.fault.message);
    processes.push(started.engine);
  }
  const remade: Changes[] = [];
  const engines = await start(
    { spawn: false, hosts: processes.map(({ host, port }) => ({ host, port, weight: 1 })) },
    { onRemade: (_session: MediaSession, changes) => remade.push(changes) },
  );
  const caller = await ToneParty.open({ name: 'caller', frequency: 400 });
  const agent = await ToneParty.open({ name: 'agent', frequency: 700 });
  try {
    const session = engines.pool.open('moved');
    if (session === null) throw new Error('no engine');
    await must(session.offered('caller', caller.sdp()));
    agent.talkTo(await must(session.prepare('agent', { like: 'caller' })));
    await must(session.answered('agent', agent.sdp()));
    caller.talkTo((await must(session.join('caller', 'agent'))).get('caller') ?? '');
    const first = engines.pool.engineOf('moved');
    await processes.find((one) => `${one.host}:${one.port}` === first)?.stop();
    await until(() => engines.pool.status().some((engine) => !engine.up));
    for (let number = 0; number < 5; number += 1) engines.pool.open(`new-${number}`);
    expect(engines.pool.status().find((engine) => engine.name === first)?.calls).toBe(1);

    expect(await engines.pool.move('moved')).not.toBeNull();
    expect([...(remade[0]?.keys() ?? [])].sort()).toEqual(['agent', 'caller']);
    caller.talkTo(remade[0]?.get('caller') ?? '');
    agent.talkTo(remade[0]?.get('agent') ?? '');
    await sleep(100);
    const from = performance.now();
    await sleep(300);
    const voices = [caller.settings, agent.settings];
    expect(reportHearing(caller.heard, voices, from, performance.now()).order).toEqual(['agent']);
    expect(reportHearing(agent.heard, voices, from, performance.now()).order).toEqual(['caller']);
  } finally {
    caller.close();
    agent.close();
    await engines.stop();
    for (const one of processes) await one.stop();
  }
});
