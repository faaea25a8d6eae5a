/** Switches of real RTP through a real rtpengine, many times: what the caller hears, and what a switch costs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HearingReport } from '../../test/media/harness/hearing-log.js';
import { must, Stage, startEngine, type TestEngine } from '../../test/media/harness/stage.js';
import { writeToneFile } from '../../test/media/harness/tone-file.js';
import { readCommandLine } from '../command-line.js';
import { spread } from './spread.js';

interface Story {
  readonly name: string;
  /** Before anybody listens. */
  prepare(stage: Stage): Promise<void>;
  /** What is measured. */
  act(stage: Stage): Promise<void>;
  /** Who the caller hears, in order; `other` is music. */
  readonly callerHears: string;
}

const folder = mkdtempSync(join(tmpdir(), 'onekey-switch-'));
const music = join(folder, 'music.wav');

const stories: readonly Story[] = [
  {
    name: 'blind',
    prepare: async (stage) => void (await stage.invite('target', 'caller')),
    act: async ({ session }) => {
      await must(session.join('caller', 'target'));
      await must(session.leave('agent'));
    },
    callerHears: 'agent target',
  },
  {
    name: 'blind with music',
    prepare: async (stage) => void (await stage.invite('target', 'caller')),
    act: async ({ session }) => {
      await must(session.park('caller'));
      await must(session.play('caller', music, 100));
      await must(session.leave('agent'));
      await sleep(200);
      await must(session.join('caller', 'target'));
    },
    callerHears: 'agent other target',
  },
  {
    name: 'consult, complete',
    prepare: async (stage) => void (await stage.invite('target', 'caller')),
    act: async ({ session }) => {
      await must(session.join('agent', 'target'));
      await must(session.play('caller', music, 100));
      await sleep(200);
      await must(session.join('caller', 'target'));
      await must(session.leave('agent'));
    },
    callerHears: 'agent other target',
  },
  {
    name: 'consult, cancel',
    prepare: async (stage) => void (await stage.invite('target', 'caller')),
    act: async ({ session }) => {
      await must(session.join('agent', 'target'));
      await must(session.play('caller', music, 100));
      await sleep(200);
      await must(session.join('caller', 'agent'));
      await must(session.leave('target'));
    },
    callerHears: 'agent other agent',
  },
  {
    name: 'take-back',
    prepare: async (stage) => {
      await stage.invite('target', 'caller');
      await must(stage.session.join('caller', 'target'));
    },
    act: async ({ session }) => {
      await must(session.join('caller', 'agent'));
      await must(session.leave('target'));
    },
    callerHears: 'target agent',
  },
  {
    name: 'second transfer',
    prepare: async (stage) => {
      await stage.invite('agent2', 'caller');
      await must(stage.session.join('caller', 'agent2'));
      await must(stage.session.leave('agent'));
      await stage.invite('target', 'caller');
    },
    act: async ({ session }) => {
      await must(session.join('caller', 'target'));
      await must(session.leave('agent2'));
    },
    callerHears: 'agent2 target',
  },
  {
    name: 'hold, resume',
    prepare: async () => undefined,
    act: async ({ session }) => {
      await must(session.park('caller'));
      await must(session.play('caller', music, 100));
      await sleep(200);
      await must(session.join('caller', 'agent'));
    },
    callerHears: 'agent other agent',
  },
];

interface Run {
  readonly caller: HearingReport;
  readonly referenceGapMs: number;
  /** Slots of 20 ms with a voice that should not be in them, or with two that came mixed. */
  readonly wrong: number;
}

async function run(engine: TestEngine, story: Story): Promise<Run> {
  const stage = new Stage(engine);
  await stage.add({ name: 'caller', frequency: 400 });
  await stage.add({ name: 'agent', frequency: 700 });
  await stage.add({ name: 'target', frequency: 1100 });
  await stage.add({ name: 'agent2', frequency: 1300 });
  try {
    await stage.talk('caller', 'agent');
    await story.prepare(stage);
    await sleep(60 + Math.random() * 20);
    const from = performance.now();
    await sleep(100);
    await story.act(stage);
    await sleep(150);
    const { reports, referenceGapMs } = stage.between(from, performance.now());
    const { caller } = reports;
    if (caller === undefined) throw new Error('there is no caller');
    return {
      caller,
      referenceGapMs,
      wrong: caller.order.join(' ') === story.callerHears ? caller.mixed : 99,
    };
  } finally {
    await stage.close();
  }
}

async function bench(engine: TestEngine, story: Story, count: number, parallel: number): Promise<void> {
  const runs: Run[] = [];
  let started = 0;
  const worker = async (): Promise<void> => {
    while (started < count) {
      started += 1;
      runs.push(await run(engine, story));
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  const gaps = runs.map((one) => one.caller.largestGapMs);
  const silences = runs.map((one) => one.caller.longestSilenceMs);
  const reference = runs.map((one) => one.referenceGapMs);
  console.log(
    `${story.name}: ${count} runs, ${runs.filter((one) => one.wrong > 0).length} with a wrong or doubled voice`,
  );
  console.log(
    `  largest gap at the caller      ms  ${spread(gaps)}   over 40 ms: ${gaps.filter((gap) => gap > 40).length}`,
  );
  console.log(`  longest silence at the caller  ms  ${spread(silences)}`);
  console.log(`  gap of an untouched call       ms  ${spread(reference)}`);
}

const help = `Usage: scripts/bench/switch [--runs N] [--parallel N] [--only STORY]

Moves a caller between parties on a real rtpengine, by our client of its control protocol alone, N times each (default
200), and prints what the caller heard: the largest gap between two packets, the longest silence, wrong or doubled
voices.
  --runs N      runs of each story, 200
  --parallel N  conversations at the same time, 4
  --only STORY  one of: ${stories.map(({ name }) => name).join('; ')}`;

const line = readCommandLine(help, { values: ['runs', 'parallel', 'only'] });
const runs = line.number('runs', { otherwise: 200, least: 1, most: 100_000, whole: true });
const parallel = line.number('parallel', { otherwise: 4, least: 1, most: 64, whole: true });
const only = line.text('only');
const chosen = stories.filter(({ name }) => only === undefined || only === name);
if (chosen.length === 0) line.wrong(`--only ${only}: no such story`);
writeToneFile(music, 1500, 1);
const engine = await startEngine();
try {
  for (const story of chosen) await bench(engine, story, runs, parallel);
} finally {
  await engine.close();
  rmSync(folder, { recursive: true });
}
