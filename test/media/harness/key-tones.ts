import { loudness, toneShare } from '../../../src/cli/demo/rtp/goertzel.js';
import type { HeardPacket } from './hearing-log.js';

/** Frequencies of telephone keys, Hz (ITU-T Q.23): a key is one of each. */
const low = [697, 770, 852, 941];
const high = [1209, 1336, 1477, 1633];
/** Below this a block is silence. */
const audible = 1e-5;
/** Share of a block's energy that each of the two tones has at least. */
const clear = 0.15;
const blockPackets = 2;

/** Number of blocks of 40 ms in which the tone of a key is heard. */
export function keyTonesIn(packets: readonly HeardPacket[]): number {
  let found = 0;
  for (let at = 0; at + blockPackets <= packets.length; at += 1) {
    const samples = Int16Array.from(packets.slice(at, at + blockPackets).flatMap((p) => [...p.samples]));
    if (loudness(samples) >= audible && [low, high].every((group) => hasOneOf(samples, group))) found += 1;
  }
  return found;
}

function hasOneOf(samples: Int16Array, frequencies: readonly number[]): boolean {
  return frequencies.some((frequency) => toneShare(samples, frequency) > clear);
}
