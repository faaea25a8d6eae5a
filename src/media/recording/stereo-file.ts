import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { endianness } from 'node:os';
import type { Track } from './track.js';

const headerBytes = 44;
const frameBytes = 4;
/** Frames that are put together at a time. */
const pieceFrames = 16_384;
const pcm = 1;

/** A file that was written. */
export interface WrittenFile {
  readonly bytes: number;
  /** SHA-256; 64 lower-case hex digits. */
  readonly sha256: string;
}

export interface StereoParts {
  readonly file: string;
  /** Samples per second. */
  readonly rate: number;
  /** Samples on each channel. */
  readonly samples: number;
  readonly left: readonly Track[];
  readonly right: readonly Track[];
}

/**
 * Write a WAV file of two channels (PCM, 16 bits); tracks on the same channel are added up. It has its name only when
 * it is whole and on the disk. Blocks on the disk, and throws its errors.
 */
export function writeStereo({ file, rate, samples, left, right }: StereoParts): WrittenFile {
  const unfinished = `${file}.part`;
  const fd = openSync(unfinished, 'w', 0o640);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const put = (piece: Buffer): void => {
      hash.update(piece);
      for (let done = 0; done < piece.length; ) done += writeSync(fd, piece, done);
      bytes += piece.length;
    };
    put(header(rate, samples));
    for (let at = 0; at < samples; at += pieceFrames) {
      const count = Math.min(pieceFrames, samples - at);
      put(interleaved(mixed(left, at, count), mixed(right, at, count)));
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(unfinished, file);
  return { bytes, sha256: hash.digest('hex') };
}

function header(rate: number, samples: number): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(headerBytes - 8 + samples * frameBytes, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(pcm, 20);
  bytes.writeUInt16LE(2, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * frameBytes, 28);
  bytes.writeUInt16LE(frameBytes, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples * frameBytes, 40);
  return bytes;
}

function mixed(tracks: readonly Track[], at: number, count: number): Int16Array {
  const [first, ...others] = tracks.map((track) => track.read(at, count));
  if (first === undefined) return new Int16Array(count);
  for (const other of others)
    for (const [index, sample] of other.entries())
      first[index] = Math.max(-32_768, Math.min(32_767, (first[index] ?? 0) + sample));
  return first;
}

function interleaved(left: Int16Array, right: Int16Array): Buffer {
  const frames = new Int16Array(left.length * 2);
  for (let at = 0; at < left.length; at += 1) {
    frames[2 * at] = left[at] ?? 0;
    frames[2 * at + 1] = right[at] ?? 0;
  }
  const bytes = Buffer.from(frames.buffer);
  // Numbers in a WAV file begin with their low byte.
  return endianness() === 'LE' ? bytes : bytes.swap16();
}
