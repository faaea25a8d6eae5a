import { fromALaw, fromMuLaw } from '../g711.js';

/** Audio of one channel. */
export interface Sound {
  /** Samples per second. */
  readonly rate: number;
  readonly samples: Int16Array;
}

export type ReadWav =
  | { readonly ok: true; readonly sound: Sound }
  | { readonly ok: false; readonly what: string };

/** Formats of the `fmt ` chunk that are read. */
const pcm = 1;
const aLaw = 6;
const muLaw = 7;
/** Says its format further on, in the first two bytes of a name. */
const extensible = 0xfffe;

interface Format {
  readonly kind: number;
  readonly channels: number;
  readonly rate: number;
  readonly bits: number;
}

/**
 * Read a WAV file: PCM of 8 or 16 bits, A-law or µ-law, 8 to 96 kHz; of several channels, their mean. Never throws.
 */
export function readWav(file: Buffer): ReadWav {
  if (
    file.length < 12 ||
    file.toString('latin1', 0, 4) !== 'RIFF' ||
    file.toString('latin1', 8, 12) !== 'WAVE'
  )
    return { ok: false, what: 'it is no WAV file' };
  let format: Format | null = null;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const body = file.subarray(at + 8, at + 8 + file.readUInt32LE(at + 4));
    if (name === 'fmt ') format = readFormat(body);
    if (name === 'data')
      return format === null ? { ok: false, what: 'it does not say its format' } : decode(format, body);
    // Chunks are padded to an even length.
    at += 8 + file.readUInt32LE(at + 4) + (file.readUInt32LE(at + 4) % 2);
  }
  return { ok: false, what: 'there is no audio in it' };
}

function readFormat(body: Buffer): Format | null {
  if (body.length < 16) return null;
  const kind = body.readUInt16LE(0);
  return {
    kind: kind === extensible && body.length >= 26 ? body.readUInt16LE(24) : kind,
    channels: body.readUInt16LE(2),
    rate: body.readUInt32LE(4),
    bits: body.readUInt16LE(14),
  };
}

function decode({ kind, channels, rate, bits }: Format, body: Buffer): ReadWav {
  const read = reader(kind, bits);
  if (read === null)
    return { ok: false, what: `format ${kind} with ${bits} bits is not read; PCM of 16 bits is` };
  if (rate < 8000 || rate > 96_000)
    return { ok: false, what: `${rate} samples per second are not read; 8000 to 96000 are` };
  if (channels < 1 || channels > 8)
    return { ok: false, what: `${channels} channels are not read; 1 to 8 are` };
  const frame = (channels * bits) / 8;
  const samples = new Int16Array(Math.floor(body.length / frame));
  if (samples.length === 0) return { ok: false, what: 'there is no audio in it' };
  for (let index = 0; index < samples.length; index += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1)
      sum += read(body, index * frame + (channel * bits) / 8);
    samples[index] = Math.round(sum / channels);
  }
  return { ok: true, sound: { rate, samples } };
}

function reader(kind: number, bits: number): ((body: Buffer, at: number) => number) | null {
  if (kind === pcm && bits === 16) return (body, at) => body.readInt16LE(at);
  if (kind === pcm && bits === 8) return (body, at) => (body.readUInt8(at) - 128) * 256;
  if (kind === aLaw && bits === 8) return (body, at) => fromALaw(body.readUInt8(at));
  if (kind === muLaw && bits === 8) return (body, at) => fromMuLaw(body.readUInt8(at));
  return null;
}

/** The bytes of a WAV file: PCM, 16 bits, one channel. */
export function writeWav({ rate, samples }: Sound): Buffer {
  const file = Buffer.alloc(44 + samples.length * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + samples.length * 2, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(pcm, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples.length * 2, 40);
  for (const [index, sample] of samples.entries()) file.writeInt16LE(sample, 44 + index * 2);
  return file;
}

/**
 * The same sound at another rate, by straight lines between samples. Good for going up, as prompts do: what that
 * adds lies above the band that phones hear.
 */
export function atRate({ rate, samples }: Sound, wanted: number): Sound {
  if (rate === wanted) return { rate, samples };
  const made = new Int16Array(Math.floor((samples.length * wanted) / rate));
  for (let index = 0; index < made.length; index += 1) {
    const place = (index * rate) / wanted;
    const before = samples[Math.floor(place)] ?? 0;
    const after = samples[Math.floor(place) + 1] ?? before;
    made[index] = Math.round(before + (after - before) * (place % 1));
  }
  return { rate: wanted, samples: made };
}
