import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { buildRtp } from '../../../../src/cli/demo/rtp/packet.js';
import type { RecordingJob, Voice } from '../../../../src/media/recording/job.js';
import { makeRecording } from '../../../../src/media/recording/make-recording.js';
import { findProgram } from '../../../../src/media/rtpengine/find-program.js';
import { type Arrived, START, temporaryFolder, toneStream, writeCapture } from './capture.js';
import { heardIn, readStereo, runsIn } from './read-stereo.js';

const g711 = { 0: 'pcmu/8000', 8: 'pcma/8000', 101: 'telephone-event/8000' };
const place = (leg: string, port: number) => ({ leg, port, family: 4, codecs: g711 }) as const;
const voice = (leg: string, channel: Voice['channel'], from: number, to: number): Voice => ({
  leg,
  channel,
  fromAt: START + from,
  toAt: START + to,
});
const caller = { port: 30_000, frequency: 400, ssrc: 1 };
const agent = { port: 30_010, frequency: 700, ssrc: 2 };
const target = { port: 30_020, frequency: 1100, ssrc: 3 };
const tones = [400, 700, 1100];

let folder = '';
let output = '';
beforeEach(() => {
  folder = temporaryFolder();
  output = join(folder, 'made', 'one.wav');
});

function make(datagrams: readonly Arrived[], changes: Partial<RecordingJob> = {}) {
  const job: RecordingJob = {
    captures: [writeCapture(join(folder, 'one.pcap'), datagrams)],
    places: [place('c', caller.port), place('a', agent.port), place('t', target.port)],
    voices: [voice('c', 'left', 0, 2000), voice('a', 'right', 0, 2000)],
    startedAt: START,
    endedAt: START + 2000,
    noLaterThan: null,
    output,
    decoder: null,
    ...changes,
  };
  return makeRecording(job);
}

const both = (from: number, packets: number): Arrived[] => [
  ...toneStream({ ...caller, from, packets }),
  ...toneStream({ ...agent, from, packets }),
];

describe('makeRecording', () => {
  it('puts the caller left and whom they talk with right, one after the other, for as long as it lasted', () => {
    const datagrams = [
      ...toneStream({ ...caller, from: 0, packets: 100 }),
      ...toneStream({ ...agent, from: 0, packets: 60 }),
      ...toneStream({ ...target, from: 500, packets: 75 }),
    ];
    const voices = [
      voice('c', 'left', 0, 2000),
      voice('a', 'right', 0, 1000),
      voice('t', 'right', 1000, 2000),
    ];
    const result = make(datagrams, { voices });
    expect(result).toMatchObject({
      outcome: 'kept',
      durationMs: 2000,
      format: 'audio/wav; rate=8000; channels=2',
      undecoded: [],
    });
    const file = readFileSync(output);
    expect(result).toMatchObject({
      bytes: file.length,
      sha256: createHash('sha256').update(file).digest('hex'),
    });
    const { left, right } = readStereo(output);
    expect(runsIn(left, tones)).toEqual(['400 x 100']);
    expect(runsIn(right, tones)).toEqual(['700 x 50', '1100 x 50']);
    expect(readdirSync(join(folder, 'made')), 'nothing is left over').toEqual(['one.wav']);
  });

  it('keeps what nobody heard out: before, after, and between two parts', () => {
    const voices = [
      voice('c', 'left', 200, 600),
      voice('a', 'right', 200, 600),
      voice('c', 'left', 1000, 1800),
      voice('a', 'right', 1000, 1800),
    ];
    make(both(-500, 200), { voices });
    const { left, right } = readStereo(output);
    expect(runsIn(left, tones)).toEqual(['0 x 10', '400 x 20', '0 x 20', '400 x 40', '0 x 10']);
    expect(runsIn(right, tones)).toEqual(['0 x 10', '700 x 20', '0 x 20', '700 x 40', '0 x 10']);
  });

  it('leaves silence where packets were lost, and what came after it in its place', () => {
    make([
      ...toneStream({ ...caller, from: 0, packets: 100, lost: (n) => n >= 30 && n < 40 }),
      ...toneStream({ ...agent, from: 0, packets: 100 }),
    ]);
    expect(runsIn(readStereo(output).left, tones)).toEqual(['400 x 30', '0 x 10', '400 x 60']);
  });

  it('goes by timestamps, whatever order and delay packets arrive in', () => {
    const late = (n: number): number => (n % 7 === 3 ? 75 : (n * 13) % 19);
    make([
      ...toneStream({ ...caller, from: 0, packets: 99, late }),
      ...toneStream({ ...agent, from: 0, packets: 100 }),
    ]);
    const heard = heardIn(readStereo(output).left, tones);
    expect(heard.filter((one) => one === 400).length).toBeGreaterThanOrEqual(97);
    expect(heard).not.toContain(-1);
  });

  it('follows a stream over the end of its timestamps, and to another SSRC that counts from elsewhere', () => {
    make([
      ...toneStream({ ...caller, from: 0, packets: 50, timestamp: 2 ** 32 - 1600 }),
      ...toneStream({ ...caller, from: 1000, packets: 50, ssrc: 9, timestamp: 77 }),
      ...toneStream({ ...agent, from: 0, packets: 100 }),
    ]);
    expect(runsIn(readStereo(output).left, tones)).toEqual(['400 x 100']);
  });

  it('keeps up with a sender whose clock runs wrong by 300 ppm, for four minutes', () => {
    const minutes = 4 * 60_000;
    // A packet every 20.006 ms of ours.
    const packets = Math.floor(minutes / 20.006);
    make(toneStream({ ...caller, from: 0, packets, packetMs: 20.006 }), {
      voices: [voice('c', 'left', 0, minutes)],
      endedAt: START + minutes,
    });
    const { left } = readStereo(output);
    expect(left.length).toBe((minutes * 8000) / 1000);
    const heard = heardIn(left, tones);
    // Without it the last packets would lie 72 ms too early.
    expect(heard.slice(-4, -1)).toEqual([400, 400, 400]);
    expect(heard.filter((one) => one !== 400).length).toBeLessThan(heard.length / 100);
  });

  it('ends with the last packet where nobody noted the end, and reads half a record at the end of a capture', () => {
    const file = writeCapture(join(folder, 'cut.pcap'), both(0, 80));
    writeFileSync(file, readFileSync(file).subarray(0, -40));
    const after = writeCapture(join(folder, 'later.pcap'), both(6000, 50));
    const never = Number.MAX_SAFE_INTEGER;
    const result = makeRecording({
      captures: [file, after],
      places: [place('c', caller.port), place('a', agent.port)],
      voices: [voice('c', 'left', 0, never), voice('a', 'right', 0, never)],
      startedAt: START,
      endedAt: null,
      noLaterThan: START + 5000,
      output,
      decoder: null,
    });
    expect(result).toMatchObject({ outcome: 'kept', endedAt: START + 1600, durationMs: 1600 });
    expect(runsIn(readStereo(output).right, tones)).toEqual(['700 x 79', '0 x 1']);
  });

  it('puts several captures of a call together', () => {
    const captures = [
      writeCapture(join(folder, 'a.pcap'), both(0, 50)),
      writeCapture(
        join(folder, 'b.pcap'),
        both(1500, 25).map((one) => ({ ...one, port: one.port + 1000 })),
      ),
    ];
    const places = [0, 1000].flatMap((more) => [
      place('c', caller.port + more),
      place('a', agent.port + more),
    ]);
    expect(make([], { captures, places })).toMatchObject({ outcome: 'kept' });
    expect(runsIn(readStereo(output).left, tones)).toEqual(['400 x 50', '0 x 25', '400 x 25']);
  });

  it('makes no file where nobody sent anything while being heard', () => {
    expect(make(both(3000, 50))).toEqual({ outcome: 'empty', endedAt: START + 2000 });
    expect(make([])).toEqual({ outcome: 'empty', endedAt: START + 2000 });
    expect(existsSync(output)).toBe(false);
  });

  it('takes nothing from other ports, RTCP, keys, and bytes that mean nothing', () => {
    const rtcp = Buffer.alloc(60);
    rtcp.writeUInt16BE(0x80c8, 0);
    const odd = [Buffer.from([0x80]), Buffer.alloc(0), Buffer.alloc(400, 0xff), rtcp, Buffer.alloc(12, 0x9f)];
    const key = buildRtp({
      payloadType: 101,
      marker: true,
      sequence: 1,
      timestamp: 1000,
      ssrc: 1,
      payload: Buffer.alloc(4),
    });
    const strays = [...odd, key].map((payload, n) => ({ at: 100 + n, port: caller.port, payload }));
    make([...both(0, 100), ...strays, ...toneStream({ ...target, port: 30_030, from: 0, packets: 100 })]);
    expect(runsIn(readStereo(output).left, tones)).toEqual(['400 x 100']);
    expect(runsIn(readStereo(output).right, tones)).toEqual(['700 x 100']);
  });

  it('says why there is no file: the capture is gone, the folder cannot be made', () => {
    expect(make([], { captures: [join(folder, 'none.pcap')] })).toMatchObject({
      outcome: 'failed',
      cause: 'not-made',
    });
    writeFileSync(join(folder, 'made'), '');
    expect(make(both(0, 10))).toMatchObject({ outcome: 'failed', cause: 'not-made' });
  });

  it('says which codecs it cannot decode without another program', () => {
    const places = [{ ...place('c', caller.port), codecs: { 8: 'g722/8000' } }];
    const voices = [voice('c', 'left', 0, 2000)];
    expect(make(both(0, 100), { places, voices })).toMatchObject({ outcome: 'failed', cause: 'no-decoder' });
    const one = [{ ...place('c', caller.port), codecs: { 8: 'speex/8000' } }, place('a', agent.port)];
    expect(make(both(0, 100), { places: one })).toMatchObject({
      outcome: 'kept',
      undecoded: ['speex/8000'],
    });
  });
});

describe('makeRecording with ffmpeg', () => {
  const ffmpeg = findProgram('ffmpeg');

  /** Two seconds of a tone in G.722, as packets of 20 ms; the second half is lost but for its last packet. */
  it('decodes G.722 to 16 kHz, and puts each packet in its place', () => {
    expect(ffmpeg, 'ffmpeg is installed by scripts/test').not.toBeNull();
    const source = join(folder, 'tone.g722');
    const tone = ['-f', 'lavfi', '-i', 'sine=frequency=700:duration=2:sample_rate=16000'];
    spawnSync(ffmpeg ?? '', ['-loglevel', 'error', ...tone, '-c:a', 'g722', '-f', 'g722', source]);
    const encoded = readFileSync(source);
    const datagrams = Array.from({ length: 100 }, (_, n) => ({
      at: n * 20,
      port: agent.port,
      payload: buildRtp({
        payloadType: 9,
        marker: n === 0,
        sequence: n,
        timestamp: n * 160,
        ssrc: 5,
        payload: encoded.subarray(n * 160, n * 160 + 160),
      }),
    })).filter((_, n) => n < 50 || n === 99);
    const places = [place('c', caller.port), { ...place('a', agent.port), codecs: { 9: 'g722/8000' } }];
    const all = [...toneStream({ ...caller, from: 0, packets: 100 }), ...datagrams];
    expect(make(all, { places, decoder: ffmpeg })).toMatchObject({
      outcome: 'kept',
      format: 'audio/wav; rate=16000; channels=2',
    });
    const { left, right } = readStereo(output);
    const narrow = (samples: Int16Array): Int16Array => samples.filter((_, index) => index % 2 === 0);
    expect(runsIn(narrow(left), tones)).toEqual(['400 x 100']);
    const heard = heardIn(narrow(right), tones);
    expect(heard.slice(2, 49)).toEqual(Array(47).fill(700));
    expect(heard.slice(51, 99)).toEqual(Array(48).fill(0));
    expect(heard[99]).not.toBe(0);
  });

  it('decodes Opus', () => {
    const source = join(folder, 'tone.ogg');
    const tone = ['-f', 'lavfi', '-i', 'sine=frequency=700:duration=2:sample_rate=48000'];
    spawnSync(ffmpeg ?? '', [
      '-loglevel',
      'error',
      ...tone,
      '-c:a',
      'libopus',
      '-page_duration',
      '20000',
      source,
    ]);
    const datagrams = opusPackets(readFileSync(source)).map((payload, n) => ({
      at: n * 20,
      port: agent.port,
      payload: buildRtp({
        payloadType: 111,
        marker: n === 0,
        sequence: n,
        timestamp: n * 960,
        ssrc: 6,
        payload,
      }),
    }));
    expect(datagrams.length).toBeGreaterThanOrEqual(100);
    const places = [{ ...place('a', agent.port), codecs: { 111: 'opus/48000' } }];
    expect(make(datagrams, { places, decoder: ffmpeg })).toMatchObject({ outcome: 'kept', undecoded: [] });
    const narrow = readStereo(output).right.filter((_, index) => index % 2 === 0);
    expect(heardIn(narrow, tones).slice(5, 95)).toEqual(Array(90).fill(700));
  });
});

/** Packets of an Ogg file that has one on each page, without its two heads. */
function opusPackets(file: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const segments = file.subarray(at + 27, at + 27 + (file[at + 26] ?? 0));
    const start = at + 27 + segments.length;
    const length = segments.reduce((sum, size) => sum + size, 0);
    found.push(file.subarray(start, start + length));
    at = start + length;
  }
  return found.slice(2);
}
