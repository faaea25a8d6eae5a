import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import type { MediaClock } from '../../src/media/clock.js';
import { silentLog } from '../../src/media/log.js';
import { EngineProcess, type EngineStart } from '../../src/media/rtpengine/engine-process.js';
import { findProgram } from '../../src/media/rtpengine/find-program.js';

const folder = mkdtempSync(join(tmpdir(), 'onekey-engine-start-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Time goes so much faster for the one who watches over the engine. */
function clockThatIs(faster: number): MediaClock {
  return {
    now: () => performance.now() * faster,
    after: (ms, fire) => {
      const timer = setTimeout(fire, ms / faster);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
const rtpengine = findProgram('rtpengine') ?? 'rtpengine';

let scripts = 0;
let restarted: number;
let started: EngineStart | null;

beforeEach(() => {
  [restarted, started] = [0, null];
});
afterEach(async () => {
  if (started?.ok) await started.engine.stop();
});

/** A program that does this; `$runs` counts the runs of it. */
function program(does: string): string {
  scripts += 1;
  const file = join(folder, `program-${scripts}`);
  const count = `echo run >> ${file}.runs; runs=$(wc -l < ${file}.runs); echo "$*" >> ${file}.arguments`;
  writeFileSync(file, `#!/bin/sh\n${count}\n${does}\n`, { mode: 0o755 });
  return file;
}

const argumentsOf = (file: string): readonly string[] =>
  readFileSync(`${file}.arguments`, 'utf8').trim().split('\n');

async function start(file: string, faster: number, persistent = false): Promise<EngineStart> {
  started = await EngineProcess.start({
    program: file,
    interfaces: ['127.0.0.1'],
    ports: { min: 29_600, max: 29_999 },
    threads: 1,
    log: silentLog,
    clock: clockThatIs(faster),
    persistent,
    onRestarted: () => {
      restarted += 1;
    },
  });
  return started;
}

function engine(): EngineProcess {
  if (!started?.ok) throw new Error(`no engine: ${JSON.stringify(started)}`);
  return started.engine;
}

async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await so()) && waited < 15_000; waited += 50) await sleep(50);
  expect(await so()).toBe(true);
}

const answers = async (): Promise<boolean> => (await engine().request('ping')).ok;

it('an engine that is slow to start is no fault, and answers some time later', async () => {
  expect(await start(program(`sleep 1; exec ${rtpengine} "$@"`), 20)).toMatchObject({
    ok: true,
    answers: false,
  });
  await until(answers);
  // There was no run before that could have lost calls.
  expect(restarted).toBe(0);
});

it('calls of an engine are made anew also when it is slow to start again', async () => {
  const file = program(`[ $runs = 1 ] || sleep 2; exec ${rtpengine} "$@"`);
  expect(await start(file, 4)).toMatchObject({ ok: true, answers: true });
  process.kill(engine().pid ?? 0, 'SIGKILL');
  await until(() => restarted === 1);
  expect(await answers()).toBe(true);
  expect(argumentsOf(file)).toHaveLength(2);
});

it('an engine that always ends at its start is a fault, with its exit code and what it said', async () => {
  expect(await start(program('echo "unknown option --listen-ng" >&2; exit 3'), 1)).toMatchObject({
    ok: false,
    fault: {
      kind: 'will-not-start',
      message: 'rtpengine does not start (exit code 3): unknown option --listen-ng',
    },
  });
});

it('an engine that calls can do without is tried on and on', async () => {
  const file = program(`[ $runs -gt 4 ] || exit 3; exec ${rtpengine} "$@"`);
  expect(await start(file, 4, true)).toMatchObject({ ok: true, answers: false });
  await until(answers);
});

it('an engine whose port somebody else has taken gets another', async () => {
  const taker = join(folder, 'take-port.mjs');
  writeFileSync(
    taker,
    `import { spawnSync } from 'node:child_process';
     import { createSocket } from 'node:dgram';
     const port = Number(/--listen-ng=127.0.0.1:(\\d+)/.exec(process.argv.join(' '))[1]);
     createSocket('udp4').bind({ port, address: '127.0.0.1', exclusive: true }, () =>
       process.exit(spawnSync(process.argv[2], process.argv.slice(3), { stdio: 'inherit' }).status));`,
  );
  const file = program(
    `[ $runs -gt 1 ] || exec ${process.execPath} ${taker} ${rtpengine} "$@"; exec ${rtpengine} "$@"`,
  );
  expect(await start(file, 1)).toMatchObject({ ok: true });
  await until(answers);
  const ports = argumentsOf(file).map((line) => /--listen-ng=\S+:(\d+)/.exec(line)?.[1]);
  expect(new Set(ports).size).toBe(2);
  expect(engine().port).toBe(Number(ports[1]));
});
