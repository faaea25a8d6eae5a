/** Conversations of three in the mixer, with parties that send a tone each straight to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { audioAddress, describeAudio } from '../../src/cli/demo/rtp/session-description.js';
import { silentLog } from '../../src/media/log.js';
import type { Mixer, MixerRoom } from '../../src/media/mixer/mixer.js';
import { startMixer } from '../../src/media/mixer/start-mixer.js';
import { type HeardPacket, voicesIn } from '../../test/media/harness/hearing-log.js';
import { ToneParty } from '../../test/media/harness/tone-party.js';
import { readCommandLine } from '../command-line.js';
import { cpuMs, machineLine } from './process-usage.js';
import { spread } from './spread.js';

const VOICES = [
  { name: 'caller', frequency: 400 },
  { name: 'agent', frequency: 700 },
  { name: 'target', frequency: 1100 },
] as const;
/** What a mixer has buffered, and the first packets of parties that begin one after the other, are not measured. */
const SETTLE_MS = 1000;

const help = `Usage: scripts/bench/mixer [--conferences N] [--seconds N]

Starts Janus as the server does, lets N conferences of three talk at the same time, and prints how long a conference
takes to be made, how much later a voice is heard than it was sent, the distance between packets, packets that a voice
is missing from, and the CPU time of a conference.

  --conferences N   at the same time, 10
  --seconds N       that they talk, 10

Exit code: 0 when everybody heard the two others, 1 when not, 2 for wrong usage.`;

interface Seat {
  readonly party: ToneParty;
  readonly others: readonly string[];
}

interface Conference {
  readonly room: MixerRoom;
  readonly seats: readonly Seat[];
  readonly madeInMs: number;
}

async function confer(mixer: Mixer): Promise<Conference> {
  const parties = await Promise.all(VOICES.map((voice) => ToneParty.open(voice)));
  const began = performance.now();
  const room = await mixer.open();
  const places = await Promise.all(
    parties.map(async (party) => {
      const { host = '', port = 0 } = audioAddress(party.sdp()) ?? {};
      return room.add(party.name, { address: host, port }, { muted: false });
    }),
  );
  const madeInMs = performance.now() - began;
  for (const [index, party] of parties.entries()) {
    const { address = '', port = 0 } = places[index] ?? {};
    party.talkTo(describeAudio({ host: address, port }, 1));
  }
  const seats = parties.map((party) => ({
    party,
    others: VOICES.map(({ name }) => name).filter((name) => name !== party.name),
  }));
  return { room, seats, madeInMs };
}

function heardBetween({ party }: Seat, from: number, to: number): readonly HeardPacket[] {
  return party.heard.filter(({ at }) => at >= from && at < to);
}

/** The target is silent for a while; how much later than its first packet the caller hears it. */
async function delayOf({ seats }: Conference): Promise<number> {
  const [listener, , speaker] = seats;
  if (listener === undefined || speaker === undefined) return Number.NaN;
  speaker.party.stop();
  await sleep(500 + Math.random() * 40);
  const from = performance.now();
  speaker.party.start();
  await sleep(500);
  const first = listener.party.heard.find(
    ({ at, samples }) => at > from && voicesIn(samples, VOICES).includes(speaker.party.name),
  );
  return first === undefined ? Number.POSITIVE_INFINITY : first.at - from;
}

const line = readCommandLine(help, { values: ['conferences', 'seconds'] });
const count = line.number('conferences', { otherwise: 10, least: 1, most: 300, whole: true });
const seconds = line.number('seconds', { otherwise: 10, least: 1, most: 3600, whole: true });
process.exitCode = await bench();

async function bench(): Promise<number> {
  console.log(`${machineLine()}, load ${loadavg()[0]?.toFixed(1)}`);
  const folder = mkdtempSync(join(tmpdir(), 'onekey-mixer-'));
  const wishes = {
    kind: 'janus',
    spawn: true,
    program: 'janus',
    address: '127.0.0.1',
    url: '',
    secret: '',
  } as const;
  const started = await startMixer(
    { ...wishes, portMin: 12_000, portMax: 12_999 },
    folder,
    silentLog,
    () => undefined,
  );
  if (!started.ok) throw new Error(`${started.message}; ${started.remedy}`);
  const { running } = started;
  try {
    return await measure(running.mixer, running.pid() ?? 0);
  } finally {
    await running.stop();
    rmSync(folder, { recursive: true });
  }
}

async function measure(mixer: Mixer, pid: number): Promise<number> {
  const conferences: Conference[] = [];
  for (let index = 0; index < count; index += 1) conferences.push(await confer(mixer));
  await sleep(SETTLE_MS);
  const from = performance.now();
  const usedBefore = cpuMs(pid);
  await sleep(seconds * 1000);
  const usedMs = cpuMs(pid) - usedBefore;
  const to = performance.now();
  const delays = await Promise.all(conferences.map(delayOf));

  const gaps: number[] = [];
  let packets = 0;
  let missing = 0;
  for (const seat of conferences.flatMap(({ seats }) => seats)) {
    const heard = heardBetween(seat, from, to);
    packets += heard.length;
    for (const [index, { at }] of heard.slice(1).entries()) gaps.push(at - (heard[index]?.at ?? at));
    missing += heard.filter(({ samples }) => {
      const voices = voicesIn(samples, VOICES);
      return !seat.others.every((name) => voices.includes(name)) || voices.length > seat.others.length;
    }).length;
  }
  const share = usedMs / (to - from) / count;
  console.log(`${count} conferences of three for ${seconds} s`);
  console.log(`  made in, ms                 ${spread(conferences.map(({ madeInMs }) => madeInMs))}`);
  console.log(`  a voice is late by, ms      ${spread(delays)}`);
  console.log(`  between two packets, ms     ${spread(gaps)}`);
  console.log(`  packets without both others ${missing} of ${packets}`);
  console.log(`  CPU of Janus                ${(share * 100).toFixed(2)} % of a core for each`);
  for (const { room, seats } of conferences) {
    await room.close();
    for (const { party } of seats) party.close();
  }
  return packets > 0 && missing < packets / 10 && delays.every(Number.isFinite) ? 0 : 1;
}
