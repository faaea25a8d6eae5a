import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeALaw, decodeBlock, encodeALaw, encodeBlock } from '../../../src/cli/demo/rtp/alaw.js';
import { loudness, toneShare } from '../../../src/cli/demo/rtp/goertzel.js';
import { buildRtp, parseRtp, payloadTypeALaw } from '../../../src/cli/demo/rtp/packet.js';
import { RtpPort } from '../../../src/cli/demo/rtp/rtp-port.js';
import { audioAddress, describeAudio } from '../../../src/cli/demo/rtp/session-description.js';
import { sampleRate, samplesPerPacket, ToneGenerator } from '../../../src/cli/demo/rtp/tone.js';

describe('G.711 A-law', () => {
  it('has the code words of the standard for silence and full scale', () => {
    expect(encodeALaw(0)).toBe(0xd5);
    expect(encodeALaw(-1)).toBe(0x55);
    expect(encodeALaw(32_767)).toBe(0xaa);
    expect(encodeALaw(-32_768)).toBe(0x2a);
  });

  it('gives every code word back', () => {
    for (let byte = 0; byte < 256; byte += 1) expect(encodeALaw(decodeALaw(byte))).toBe(byte);
  });

  it('stays within its step of the sample', () => {
    for (let sample = -32_768; sample <= 32_767; sample += 7) {
      const step = Math.max(16, Math.abs(sample) / 16);
      expect(Math.abs(decodeALaw(encodeALaw(sample)) - sample)).toBeLessThanOrEqual(step);
    }
  });

  it('clips what is too loud', () => {
    expect(encodeALaw(1e6)).toBe(encodeALaw(32_767));
    expect(encodeALaw(-1e6)).toBe(encodeALaw(-32_768));
  });
});

describe('the tone detector', () => {
  it.each([400, 700, 1100])('finds %i Hz in one packet after A-law, and no other tone', (frequency) => {
    const samples = decodeBlock(encodeBlock(new ToneGenerator(frequency).next()));
    for (const other of [400, 700, 1100]) {
      if (other === frequency) expect(toneShare(samples, other)).toBeGreaterThan(0.95);
      else expect(toneShare(samples, other)).toBeLessThan(0.02);
    }
  });

  it('finds nothing in silence and shares out a mixture', () => {
    const silence = new Int16Array(samplesPerPacket);
    expect(toneShare(silence, 400)).toBe(0);
    expect(loudness(silence)).toBe(0);
    const one = new ToneGenerator(400).next();
    const other = new ToneGenerator(1100).next();
    const mixed = one.map((sample, index) => sample + (other[index] ?? 0));
    expect(toneShare(mixed, 400)).toBeCloseTo(0.5, 2);
    expect(toneShare(mixed, 1100)).toBeCloseTo(0.5, 2);
  });

  it('is not confused by the phase: a tone goes on without a break', () => {
    const tone = new ToneGenerator(700);
    const first = tone.next();
    const second = tone.next();
    const whole = new ToneGenerator(700).next(2 * samplesPerPacket);
    expect([...first, ...second]).toEqual([...whole]);
    expect(sampleRate / samplesPerPacket).toBe(50);
  });
});

describe('an RTP packet', () => {
  const packet = {
    payloadType: payloadTypeALaw,
    marker: true,
    sequence: 65_535,
    timestamp: 4_294_967_295,
    ssrc: 0xdeadbeef,
    payload: Buffer.from([1, 2, 3]),
  };

  it('comes back as it was built', () => {
    expect(parseRtp(buildRtp(packet))).toEqual(packet);
  });

  it('is read past contributing sources, extension and padding', () => {
    const plain = buildRtp(packet);
    const head = Buffer.from(plain.subarray(0, 12));
    head[0] = 0x80 | 0x20 | 0x10 | 2;
    const extension = Buffer.from([0xbe, 0xde, 0, 1, 9, 9, 9, 9]);
    const odd = Buffer.concat([head, Buffer.alloc(8), extension, packet.payload, Buffer.from([0, 2])]);
    expect(parseRtp(odd)?.payload).toEqual(packet.payload);
  });

  it('is refused when it is too short, of another version, or lies about its length', () => {
    const plain = buildRtp(packet);
    expect(parseRtp(plain.subarray(0, 11))).toBeUndefined();
    const other = Buffer.from(plain);
    other[0] = 0x40;
    expect(parseRtp(other)).toBeUndefined();
    const lying = Buffer.from(plain);
    lying[0] = 0x8f;
    expect(parseRtp(lying)).toBeUndefined();
    const padded = Buffer.from(plain);
    padded[0] = 0xa0;
    padded[padded.length - 1] = 200;
    expect(parseRtp(padded)).toBeUndefined();
  });
});

describe('a session description', () => {
  it('tells the address that was put in', () => {
    const at = { host: '127.0.0.1', port: 4000 };
    expect(audioAddress(describeAudio(at, 1))).toEqual(at);
    expect(audioAddress(describeAudio({ host: '::1', port: 4002 }, 2))).toEqual({ host: '::1', port: 4002 });
  });

  it('prefers the address of the audio line and knows when there is none', () => {
    expect(
      audioAddress(
        'v=0\nc=IN IP4 1.1.1.1\nm=audio 9 RTP/AVP 8\nc=IN IP4 2.2.2.2\nm=video 7 RTP/AVP 96\nc=IN IP4 3.3.3.3\n',
      ),
    ).toEqual({
      host: '2.2.2.2',
      port: 9,
    });
    expect(audioAddress('v=0\r\nc=IN IP4 1.1.1.1\r\nm=audio 0 RTP/AVP 8\r\n')).toBeUndefined();
    expect(audioAddress('v=0\r\nc=IN IP4 1.1.1.1\r\n')).toBeUndefined();
  });
});

describe('an RTP port', () => {
  const open: RtpPort[] = [];
  afterEach(() => {
    for (const port of open.splice(0)) port.close();
  });

  async function port(onAudio: (samples: Int16Array) => void): Promise<RtpPort> {
    const made = await RtpPort.open('127.0.0.1', onAudio);
    open.push(made);
    return made;
  }

  it('sends its tone to the other side and hears theirs, but nobody else', async () => {
    const heard = await new Promise<Int16Array>((resolve, reject) => {
      void (async () => {
        const here = await port(resolve);
        const there = await port(() => undefined);
        here.connect(there.address);
        there.connect(here.address);
        const stranger = createSocket('udp4');
        const noise = buildRtp({
          payloadType: payloadTypeALaw,
          marker: false,
          sequence: 1,
          timestamp: 1,
          ssrc: 1,
          payload: encodeBlock(new ToneGenerator(400).next()),
        });
        stranger.send(noise, here.address.port, '127.0.0.1', () => {
          stranger.close();
          there.start(new ToneGenerator(1100));
        });
      })().catch(reject);
    });
    expect(heard).toHaveLength(samplesPerPacket);
    expect(toneShare(heard, 1100)).toBeGreaterThan(0.95);
  });
});
