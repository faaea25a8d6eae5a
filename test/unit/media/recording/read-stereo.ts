import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { toneShare } from '../../../../src/cli/demo/rtp/goertzel.js';

/** A stereo recording that was read back. */
export interface Stereo {
  readonly rate: number;
  readonly left: Int16Array;
  readonly right: Int16Array;
}

/** @param file path of it, or what is in it */
export function readStereo(file: string | Buffer): Stereo {
  const bytes = typeof file === 'string' ? readFileSync(file) : file;
  expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
  expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
  expect(bytes.readUInt16LE(22), 'channels').toBe(2);
  expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
  const frames = (bytes.length - 44) / 4;
  const channel = (offset: number): Int16Array =>
    Int16Array.from({ length: frames }, (_, frame) => bytes.readInt16LE(44 + frame * 4 + offset));
  return { rate: bytes.readUInt32LE(24), left: channel(0), right: channel(2) };
}

/**
 * What is heard on a channel of 8000 Hz in each 20 ms: the frequency that has most of the energy, 0 for silence, -1 for
 * anything else.
 */
export function heardIn(samples: Int16Array, frequencies: readonly number[]): number[] {
  return Array.from({ length: Math.floor(samples.length / 160) }, (_, index) => {
    const block = samples.subarray(index * 160, index * 160 + 160);
    if (block.every((sample) => Math.abs(sample) < 50)) return 0;
    return frequencies.find((frequency) => toneShare(block, frequency) > 0.9) ?? -1;
  });
}

/** The same as runs: `400 x 50` for a second of it. */
export function runsIn(samples: Int16Array, frequencies: readonly number[]): string[] {
  const runs: { heard: number; count: number }[] = [];
  for (const heard of heardIn(samples, frequencies)) {
    const last = runs.at(-1);
    if (last?.heard === heard) last.count += 1;
    else runs.push({ heard, count: 1 });
  }
  return runs.map(({ heard, count }) => `${heard} x ${count}`);
}
