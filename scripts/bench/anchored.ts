/** Transfers on anchored media, phone to phone through the whole server, many times. */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { VoiceStage } from '../../test/e2e/harness/voice-stage.js';
import { streamChanges } from '../../test/media/harness/stream-changes.js';
import { readCommandLine } from '../command-line.js';
import { type Story, stories } from './anchored-stories.js';
import { machineLine } from './process-usage.js';
import { spread } from './spread.js';

interface Run {
  /** From the last packet of one voice to the first of the next. */
  readonly switchMs: number;
  /** Packets that somebody sent and the caller did not get. */
  readonly lost: number;
  /** Between any two packets: also where a party of this bench sent one late. */
  readonly gapMs: number;
  readonly silenceMs: number;
  readonly referenceGapMs: number;
  /** Slots of 20 ms with two voices, or with one that broke in; all of them when the order was another. */
  readonly wrong: number;
  /** re-INVITEs and UPDATEs that the caller got. */
  readonly told: number;
}

async function play(stage: VoiceStage, story: Story): Promise<Run> {
  const number = await stage.talk();
  await story.prepare?.(stage);
  await sleep(60 + Math.random() * 20);
  const from = performance.now();
  await sleep(100);
  await story.act(stage);
  await sleep(200);
  const to = performance.now();
  const { reports, referenceGapMs } = stage.between(from, to);
  const { caller } = reports;
  const changes = streamChanges(stage.phone('caller').voice.heard, from, to);
  if (caller === undefined) throw new Error('there is no caller');
  await stage.end(number);
  const { callerHears } = story;
  const heard = caller.order.join(' ');
  const mixes = callerHears instanceof RegExp;
  const right = mixes ? callerHears.test(heard) : heard === callerHears;
  if (!right) console.log(`${story.name}: the caller heard ${caller.order.join(' ')}`);
  return {
    switchMs: changes.gapMs,
    lost: changes.lost,
    gapMs: caller.largestGapMs,
    silenceMs: caller.longestSilenceMs,
    referenceGapMs,
    wrong: right ? (mixes ? 0 : caller.mixed) : caller.slots.length,
    told: stage.phone('caller').sessionChanges.length,
  };
}

async function bench(stages: readonly VoiceStage[], story: Story, count: number): Promise<number> {
  const runs: Run[] = [];
  let started = 0;
  const worker = async (stage: VoiceStage): Promise<void> => {
    while (started < count) {
      started += 1;
      runs.push(await play(stage, story));
      await stage.clear();
    }
  };
  await Promise.all(stages.map(worker));
  const sum = (read: (one: Run) => number): number => runs.reduce((total, one) => total + read(one), 0);
  const wrong = sum((one) => one.wrong);
  const told = sum((one) => one.told);
  console.log(
    `${story.name}: ${runs.length} runs, slots wrong or doubled ${wrong}, caller told ${told} times, packets lost ${sum((one) => one.lost)}`,
  );
  console.log(`  gap at the switch, ms            ${spread(runs.map((one) => one.switchMs))}`);
  console.log(`  largest gap at the caller, ms    ${spread(runs.map((one) => one.gapMs))}`);
  console.log(`  longest silence at the caller    ${spread(runs.map((one) => one.silenceMs))}`);
  console.log(`  gap of parties without a server  ${spread(runs.map((one) => one.referenceGapMs))}`);
  return wrong + told;
}

const help = `Usage: scripts/bench/anchored [--runs N] [--parallel N] [--only STORY]

Plays each transfer N times (200) between phones that send a tone each, through the server and rtpengine, and
prints what the caller heard: the gap at the switch, from the last packet of one voice to the first of the next; the
largest gap between any two packets, also where a phone of this bench was late to send one; the longest silence (pauses
within a spoken prompt count); slots of 20 ms with a wrong or doubled voice; packets that were sent and did not arrive;
and how often the caller's phone was told anything.

  --runs N      runs of each story, 200
  --parallel N  servers that play at the same time, 1
  --only STORY  one of: ${stories.map(({ name }) => name).join('; ')}

Exit code: 0 when no slot was wrong and the caller was never told anything, 1 when not, 2 for wrong usage.`;

const line = readCommandLine(help, { values: ['runs', 'parallel', 'only'] });
const runs = line.number('runs', { otherwise: 200, least: 1, most: 100_000, whole: true });
const parallel = line.number('parallel', { otherwise: 1, least: 1, most: 8, whole: true });
const only = line.text('only');
const chosen = stories.filter(({ name }) => only === undefined || name === only);
if (chosen.length === 0) line.wrong(`--only ${only}: no such story`);
process.exitCode = await playAll();

async function playAll(): Promise<number> {
  console.log(`${machineLine()}, load ${loadavg()[0]?.toFixed(1)}`);
  const stages: VoiceStage[] = [];
  try {
    // One after the other: each looks for ports that are free.
    for (let lane = 0; lane < parallel; lane += 1) {
      const portMin = 10_000 + lane * 1000;
      const rtpengine = { portMin, portMax: portMin + 998 };
      const mixerPort = 18_000 + lane * 100;
      const mixer = { kind: 'janus', portMin: mixerPort, portMax: mixerPort + 99 };
      stages.push(await VoiceStage.open({ media: { anchor: 'rtpengine', rtpengine, mixer } }));
    }
    let faults = 0;
    for (const story of chosen) faults += await bench(stages, story, runs);
    return faults === 0 ? 0 : 1;
  } finally {
    for (const stage of stages) await stage.close();
  }
}
