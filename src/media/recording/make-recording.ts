import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { atRate } from '../prompts/wav.js';
import { type Decoding, decodingOf } from './codecs.js';
import { type Bounds, EncodedStream } from './encoded-stream.js';
import type { LegPlace, RecordingJob, RecordingResult, Voice } from './job.js';
import { type CapturedDatagram, readPcap } from './pcap-reader.js';
import { type RtpPacket, readRtp } from './rtp-packet.js';
import { writeStereo } from './stereo-file.js';
import { StreamClock } from './stream-clock.js';
import { Track } from './track.js';

/** Longer ones are cut off: the size of a WAV file has 32 bits. Milliseconds. */
const longestMs = 24 * 3600 * 1000;
const narrowRate = 8000;
const wideRate = 16_000;
/** Streams (SSRCs) that a recording may have; what comes in further ones is left out. */
const mostStreams = 256;
/** Packets may have come so much before or after the time that they are part of; milliseconds. */
const marginMs = 5000;
/** More than half a second of G.711; longer ones are no speech. Bytes. */
const longestPayload = 4096;
/** Length of the last packet, for an end that nobody noted; milliseconds. */
const packetMs = 20;

/** A packet of a leg, understood. */
interface Heard {
  readonly leg: string;
  readonly at: number;
  readonly rtp: RtpPacket;
  readonly codec: string;
  readonly decoding: Decoding;
}

/**
 * Make the file of a recording: left the caller, right whom they talk with, each packet where its timestamp says,
 * silence where none came. Takes a while and blocks, so it belongs into a thread of its own. Never throws.
 */
export function makeRecording(job: RecordingJob): RecordingResult {
  const work = `${job.output}.work`;
  try {
    const seen = survey(job);
    const endedAt = job.endedAt ?? Math.max(job.startedAt, seen.lastAt + packetMs);
    if (seen.codecs.size === 0) return { outcome: 'empty', endedAt };
    mkdirSync(dirname(job.output), { recursive: true, mode: 0o750 });
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { mode: 0o700 });
    return new Making(job, work, seen.codecs, endedAt).run();
  } catch (error) {
    const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
    const message = error instanceof Error ? error.message : String(error);
    return { outcome: 'failed', cause: full ? 'no-space' : 'not-made', message };
  } finally {
    remove(work);
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // A disk that refuses has been told of already; the next attempt at this recording begins with removing it.
  }
}

/** Which codecs there are, and when the last packet came. */
function survey(job: RecordingJob): { codecs: Set<string>; lastAt: number } {
  const codecs = new Set<string>();
  let lastAt = 0;
  for (const { at, codec, decoding, leg } of packets(job)) {
    lastAt = Math.max(lastAt, at);
    const onChannel = job.voices.some((voice) => voice.leg === leg && voice.fromAt <= at && at < voice.toAt);
    if (onChannel && decoding.by !== 'nobody') codecs.add(codec);
  }
  return { codecs, lastAt };
}

function* packets(job: RecordingJob): Generator<Heard> {
  const places = new Map(job.places.map((place) => [nameOf(place), place]));
  const from = job.startedAt - marginMs;
  const to = job.endedAt === null ? (job.noLaterThan ?? Number.POSITIVE_INFINITY) : job.endedAt + marginMs;
  for (const file of job.captures)
    for (const datagram of readPcap(file)) {
      if (datagram.at < from || datagram.at > to) continue;
      const heard = understood(datagram, places);
      if (heard !== null) yield heard;
    }
}

function nameOf({ family, port }: Pick<LegPlace, 'family' | 'port'>): string {
  return `${family}/${port}`;
}

function understood(datagram: CapturedDatagram, places: ReadonlyMap<string, LegPlace>): Heard | null {
  const place = places.get(nameOf(datagram));
  const rtp = place === undefined ? null : readRtp(datagram.payload);
  if (place === undefined || rtp === null) return null;
  const codec = place.codecs[rtp.payloadType] ?? `type ${rtp.payloadType}`;
  return { leg: place.leg, at: datagram.at, rtp, codec, decoding: decodingOf(codec) };
}

class Making {
  readonly #rate: number;
  readonly #samples: number;
  readonly #tracks = new Map<string, Track>();
  readonly #clocks = new Map<string, StreamClock>();
  readonly #streams = new Map<string, EncodedStream>();
  readonly #undecoded = new Set<string>();
  #put = false;

  constructor(
    private readonly job: RecordingJob,
    private readonly work: string,
    codecs: ReadonlySet<string>,
    private readonly endedAt: number,
  ) {
    const wide = [...codecs].some((codec) => decodingOf(codec).by === 'program');
    this.#rate = wide && job.decoder !== null ? wideRate : narrowRate;
    const lengthMs = Math.min(longestMs, Math.max(0, endedAt - job.startedAt));
    this.#samples = Math.round((lengthMs * this.#rate) / 1000);
  }

  run(): RecordingResult {
    try {
      for (const packet of packets(this.job)) this.#take(packet);
      for (const [name, stream] of this.#streams) this.#finish(name, stream);
      for (const track of this.#tracks.values()) track.flush();
      return this.#write();
    } finally {
      for (const track of this.#tracks.values()) track.close();
    }
  }

  #take(packet: Heard): void {
    const { leg, decoding, codec, rtp } = packet;
    if (decoding.by === 'nobody' || rtp.payload.length > longestPayload) return;
    if (decoding.by === 'unknown' || (decoding.by === 'program' && this.job.decoder === null)) {
      this.#undecoded.add(codec);
      return;
    }
    const name = `${leg} ${rtp.ssrc} ${codec}`;
    const clock = this.#clockOf(name, decoding.clock);
    if (clock === null) return;
    const placeMs = clock.place(packet.at, rtp.timestamp, rtp.marker) - this.job.startedAt;
    const bounds = this.#boundsAt(leg, placeMs);
    if (bounds === null) return;
    const place = Math.round((placeMs * this.#rate) / 1000);
    this.#put = true;
    if (decoding.by === 'program') {
      this.#streamOf(name, leg, decoding.codec).add(rtp.payload, place, bounds);
      return;
    }
    const samples = atRate(
      { rate: decoding.clock, samples: decoding.decode(rtp.payload) },
      this.#rate,
    ).samples;
    const first = Math.max(0, bounds.from - place);
    const last = Math.min(samples.length, bounds.to - place);
    if (last > first) this.#trackOf(leg).write(place + first, samples.subarray(first, last));
  }

  /** The time that this leg is on its channel, when it is at this place; else null: nobody heard it. */
  #boundsAt(leg: string, placeMs: number): Bounds | null {
    const middle = this.job.startedAt + placeMs + packetMs / 2;
    const sampleOf = (at: number): number => Math.round(((at - this.job.startedAt) * this.#rate) / 1000);
    const voice = this.job.voices.find((one) => one.leg === leg && one.fromAt <= middle && middle < one.toAt);
    if (voice === undefined) return null;
    return { from: sampleOf(voice.fromAt), to: Math.min(sampleOf(voice.toAt), this.#samples) };
  }

  #clockOf(name: string, rate: number): StreamClock | null {
    const known = this.#clocks.get(name);
    if (known !== undefined) return known;
    if (this.#clocks.size >= mostStreams) return null;
    const made = new StreamClock(rate);
    this.#clocks.set(name, made);
    return made;
  }

  #trackOf(leg: string): Track {
    const known = this.#tracks.get(leg);
    if (known !== undefined) return known;
    const made = new Track(join(this.work, `track-${this.#tracks.size}`), this.#samples);
    this.#tracks.set(leg, made);
    return made;
  }

  #streamOf(name: string, leg: string, codec: 'g722' | 'opus'): EncodedStream {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const file = join(this.work, `stream-${this.#streams.size}`);
    const made = new EncodedStream(file, codec, this.#rate, this.#trackOf(leg));
    this.#streams.set(name, made);
    return made;
  }

  #finish(name: string, stream: EncodedStream): void {
    const { decoder } = this.job;
    if (decoder === null || !stream.finish(decoder)) this.#undecoded.add(name.split(' ').at(-1) ?? name);
  }

  #write(): RecordingResult {
    const undecoded = [...this.#undecoded].sort();
    if (!this.#put && undecoded.length > 0) {
      const message = `${undecoded.join(', ')} cannot be decoded; install ffmpeg`;
      return { outcome: 'failed', cause: 'no-decoder', message };
    }
    if (!this.#put) return { outcome: 'empty', endedAt: this.endedAt };
    const on = (channel: Voice['channel']): Track[] => {
      const legs = new Set(
        this.job.voices.filter((voice) => voice.channel === channel).map(({ leg }) => leg),
      );
      return [...this.#tracks].filter(([leg]) => legs.has(leg)).map(([, track]) => track);
    };
    const written = writeStereo({
      file: this.job.output,
      rate: this.#rate,
      samples: this.#samples,
      left: on('left'),
      right: on('right'),
    });
    return {
      outcome: 'kept',
      endedAt: this.endedAt,
      durationMs: (this.#samples * 1000) / this.#rate,
      format: `audio/wav; rate=${this.#rate}; channels=2`,
      ...written,
      undecoded,
    };
  }
}
