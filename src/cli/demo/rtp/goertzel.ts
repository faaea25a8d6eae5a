import { sampleRate } from './tone.js';

/**
 * How much of a block's energy lies at one frequency (Goertzel's algorithm): 1 for a pure tone there, about
 * 0 for tones that are a whole number of `sampleRate / samples.length` Hz away. 0 for silence.
 *
 * @param frequency Hz.
 */
export function toneShare(samples: Int16Array, frequency: number): number {
  const omega = (2 * Math.PI * frequency) / sampleRate;
  const coefficient = 2 * Math.cos(omega);
  let last = 0;
  let beforeLast = 0;
  let energy = 0;
  for (const sample of samples) {
    const now = sample + coefficient * last - beforeLast;
    beforeLast = last;
    last = now;
    energy += sample * sample;
  }
  if (energy === 0) return 0;
  const power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast;
  return Math.min(1, (2 * power) / (samples.length * energy));
}

/** Mean square of a block, relative to a sine at full scale: 1 is the loudest, 0 is silence. */
export function loudness(samples: Int16Array): number {
  if (samples.length === 0) return 0;
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return energy / samples.length / ((32_767 * 32_767) / 2);
}
