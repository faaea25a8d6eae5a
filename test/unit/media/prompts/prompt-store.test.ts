import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageInfo } from '../../../../src/config/package-root.js';
import { PromptStore } from '../../../../src/media/prompts/prompt-store.js';
import { atRate, readWav, type Sound, writeWav } from '../../../../src/media/prompts/wav.js';

function soundOf(file: Buffer): Sound {
  const read = readWav(file);
  if (!read.ok) throw new Error(read.what);
  return read.sound;
}

/** A WAV file of this format and data. */
function wav(kind: number, channels: number, rate: number, bits: number, data: Buffer): Buffer {
  const file = Buffer.concat([writeWav({ rate, samples: new Int16Array(0) }), data]);
  file.writeUInt16LE(kind, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt16LE(bits, 34);
  file.writeUInt32LE(data.length, 40);
  return file;
}

describe('a WAV file', () => {
  it('is written and read', () => {
    const sound = { rate: 48_000, samples: Int16Array.from([0, 1, -1, 32_767, -32_768]) };
    expect(soundOf(writeWav(sound))).toEqual(sound);
  });

  it('is read from other formats', () => {
    const stereo = Buffer.from(Int16Array.from([100, 300, -100, -300]).buffer);
    expect([...soundOf(wav(1, 2, 8000, 16, stereo)).samples]).toEqual([200, -200]);
    expect([...soundOf(wav(1, 1, 8000, 8, Buffer.from([128, 255, 0]))).samples]).toEqual([
      0, 32_512, -32_768,
    ]);
    expect([...soundOf(wav(6, 1, 8000, 8, Buffer.from([0xd5, 0x55, 0xaa, 0x2a]))).samples]).toEqual([
      8, -8, 32_256, -32_256,
    ]);
    expect([...soundOf(wav(7, 1, 8000, 8, Buffer.from([0xff, 0x7f, 0x80, 0x00]))).samples]).toEqual([
      0, 0, 32_124, -32_124,
    ]);
  });

  it('has its audio found behind other chunks', () => {
    const file = writeWav({ rate: 8000, samples: Int16Array.from([5, 6]) });
    const list = Buffer.from('LIST\x03\x00\x00\x00abc\x00', 'latin1');
    const longer = Buffer.concat([file.subarray(0, 36), list, file.subarray(36)]);
    expect([...soundOf(longer).samples]).toEqual([5, 6]);
  });

  it.each([
    [Buffer.alloc(0), 'it is no WAV file'],
    [Buffer.from('RIFFxxxxWAVE'), 'there is no audio in it'],
    [Buffer.from('RIFFxxxxWAVEdata\x02\x00\x00\x00ab', 'latin1'), 'it does not say its format'],
    [wav(3, 1, 48_000, 32, Buffer.alloc(8)), 'format 3 with 32 bits is not read; PCM of 16 bits is'],
    [wav(1, 1, 4000, 16, Buffer.alloc(8)), '4000 samples per second are not read; 8000 to 96000 are'],
    [wav(1, 0, 8000, 16, Buffer.alloc(8)), '0 channels are not read; 1 to 8 are'],
    [wav(1, 1, 8000, 16, Buffer.alloc(0)), 'there is no audio in it'],
  ])('that cannot be read says why (%#)', (file, what) => {
    expect(readWav(file)).toEqual({ ok: false, what });
  });

  it('never throws, wherever it is cut off', () => {
    const file = wav(0xfffe, 1, 48_000, 16, Buffer.alloc(20));
    for (let length = 0; length <= file.length; length += 1)
      expect(typeof readWav(file.subarray(0, length)).ok).toBe('boolean');
  });

  it('goes to another rate in straight lines', () => {
    const up = atRate({ rate: 16_000, samples: Int16Array.from([0, 300, 0]) }, 48_000);
    expect(up).toEqual({ rate: 48_000, samples: Int16Array.from([0, 100, 200, 300, 200, 100, 0, 0, 0]) });
  });
});

describe('prompts', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'onekey-prompts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('that are shipped can all be played, in both languages', () => {
    const store = PromptStore.load(join(packageInfo().root, 'dialplans', 'prompts'), join(folder, 'copies'));
    expect(store.faults).toEqual([]);
    for (const language of ['zh', 'en']) {
      for (const name of [
        'transferring',
        'all-busy',
        'back-to-agent',
        'call-back',
        'closed',
        'recorded',
        'music',
        'ringing',
      ]) {
        const { rate, samples } = soundOf(readFileSync(store.path(name, language) ?? ''));
        expect(rate).toBe(48_000);
        expect(samples.length / rate, `${language} ${name}`).toBeGreaterThan(1);
        expect(samples.length / rate, `${language} ${name}`).toBeLessThan(10);
        expect(Math.max(...samples.subarray(0, 100_000)), `${language} ${name}`).toBeGreaterThan(1000);
      }
    }
    expect(store.path('music', 'zh')).toBe(store.path('music', 'en'));
    expect(store.path('no-such', 'zh')).toBeNull();
  });

  it('that cannot be played are told, the others are there', () => {
    mkdirSync(join(folder, 'from', 'zh'), { recursive: true });
    writeFileSync(
      join(folder, 'from', 'zh', 'good.wav'),
      writeWav({ rate: 8000, samples: new Int16Array(80) }),
    );
    writeFileSync(join(folder, 'from', 'bad.wav'), 'no audio');
    writeFileSync(join(folder, 'from', 'notes.txt'), 'text');
    const store = PromptStore.load(join(folder, 'from'), join(folder, 'copies'));
    expect(store.path('good', 'zh')).toBe(join(folder, 'copies', 'zh', 'good.wav'));
    expect(store.path('good', 'en')).toBeNull();
    expect(store.faults).toMatchObject([
      { file: join(folder, 'from', 'bad.wav'), message: 'this prompt cannot be played: it is no WAV file' },
    ]);
    expect(PromptStore.load(join(folder, 'nowhere'), join(folder, 'copies')).path('good', 'zh')).toBeNull();
  });
});
