/** Calls between a real browser and telephones through the whole server, many times. */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebStage, webVoices } from '../../test/e2e/harness/web-stage.js';
import { voicesIn } from '../../test/media/harness/hearing-log.js';
import { readCommandLine } from '../command-line.js';
import { machineLine } from './process-usage.js';
import { spread } from './spread.js';

/** Audio that has not come by then does not come; milliseconds. */
const audioWithinMs = 10_000;

/** What became of one call; times are milliseconds from the call, null when there was no audio. */
interface Run {
  readonly way: 'browser calls' | 'browser is called';
  readonly atBrowserMs: number | null;
  readonly atPhoneMs: number | null;
}

const kinds = ['browser calls', 'browser calls with opus alone', 'browser is called'] as const;

async function browserCalls(stage: WebStage, codec: 'opus' | null): Promise<Run> {
  const phone = await stage.citizen(codec);
  const agent = stage.phones.phone('agent').voice;
  agent.heard.length = 0;
  const from = performance.now();
  const { audioMs } = await phone.ask('call', '12345');
  const atPhoneMs = await heardAt(stage, 'agent', 'citizen', from);
  await phone.close();
  return { way: 'browser calls', atBrowserMs: audioMs, atPhoneMs };
}

async function browserIsCalled(stage: WebStage, run: number): Promise<Run> {
  const caller = stage.phones.phone('caller');
  caller.voice.heard.length = 0;
  const from = performance.now();
  await caller.call('12355', stage.phones.sip, { as: `1390000${String(run).padStart(4, '0')}` });
  const [atPhoneMs, atBrowserMs] = await Promise.all([
    heardAt(stage, 'caller', 'desk12355', from),
    stage.untilHears(stage.desk.phone, 'caller').then(
      () => performance.now() - from,
      () => null,
    ),
  ]);
  return { way: 'browser is called', atBrowserMs, atPhoneMs };
}

/** When a telephone heard this tone first. */
async function heardAt(
  stage: WebStage,
  player: 'agent' | 'caller',
  voice: keyof typeof webVoices,
  from: number,
): Promise<number | null> {
  const { heard } = stage.phones.phone(player).voice;
  const known = [{ name: voice, frequency: webVoices[voice] }];
  for (let seen = 0; performance.now() < from + audioWithinMs; await sleep(20)) {
    for (; seen < heard.length; seen += 1) {
      const packet = heard[seen];
      if (packet !== undefined && voicesIn(packet.samples, known).includes(voice)) return packet.at - from;
    }
  }
  return null;
}

const help = `Usage: scripts/bench/webrtc [--runs N] [--threads N]

Plays N calls (50) between softphones in Chromium (sip.js, WebRTC) and plain telephones (PCMA) through the server and
rtpengine: a third of them called by the browser, a third called by a browser that speaks opus alone, a third with the
browser as the desk that is called. Prints how many had audio both ways within 10 s, and how soon.

  --runs N     calls, 50
  --threads N  threads for media of rtpengine, 1

Exit code: 0 when all calls had audio both ways, 1 when not, 2 for wrong usage.`;

const line = readCommandLine(help, { values: ['runs', 'threads'] });
const runs = line.number('runs', { otherwise: 50, least: 1, most: 10_000, whole: true });
const threads = line.number('threads', { otherwise: 1, least: 1, most: 64, whole: true });
process.exitCode = await playAll();

async function playAll(): Promise<number> {
  const rtpengine = { portMin: 10_100, portMax: 12_098, threads };
  const stage = await WebStage.open({ media: { anchor: 'rtpengine', rtpengine } });
  console.log(`${machineLine()}, load ${loadavg()[0]?.toFixed(1)}, Chromium ${stage.browser.version}`);
  try {
    const all: Run[] = [];
    for (let run = 0; run < runs; run += 1) {
      const kind = kinds[run % kinds.length];
      const one =
        kind === 'browser is called'
          ? await browserIsCalled(stage, run)
          : await browserCalls(stage, kind === 'browser calls' ? null : 'opus');
      if (one.atBrowserMs === null || one.atPhoneMs === null)
        console.log(
          `call ${run + 1}, ${kind}: at the browser ${one.atBrowserMs}, at the phone ${one.atPhoneMs} ms`,
        );
      all.push(one);
      await stage.desk.hangUp();
      await stage.phones.clear();
    }
    return report(all);
  } finally {
    await stage.close();
  }
}

function report(all: readonly Run[]): number {
  const connected = all.filter(({ atBrowserMs, atPhoneMs }) => atBrowserMs !== null && atPhoneMs !== null);
  console.log(
    `${connected.length} of ${all.length} calls with audio both ways, ${threads} thread(s) for media`,
  );
  for (const way of ['browser calls', 'browser is called'] as const) {
    const these = connected.filter((run) => run.way === way);
    if (these.length === 0) continue;
    console.log(`  ${way}: until the browser hears, ms  ${spread(these.map((run) => run.atBrowserMs ?? 0))}`);
    console.log(`  ${way}: until the phone hears, ms    ${spread(these.map((run) => run.atPhoneMs ?? 0))}`);
  }
  return connected.length === all.length ? 0 : 1;
}
