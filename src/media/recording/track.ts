import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

const sampleBytes = 2;

/**
 * The audio of one leg in a file of its own, as samples of 16 bits: what was not written is silence, and takes no
 * room on the disk. Blocks on the disk, and throws its errors.
 */
export class Track {
  readonly #fd: number;

  /** @param samples length of the recording; nothing is written behind it */
  constructor(
    file: string,
    private readonly samples: number,
  ) {
    this.#fd = openSync(file, 'wx+', 0o600);
    ftruncateSync(this.#fd, samples * sampleBytes);
  }

  /** Write samples at a place; what lies outside of the recording is left out. */
  write(place: number, samples: Int16Array): void {
    const from = Math.max(place, 0);
    const to = Math.min(place + samples.length, this.samples);
    if (to <= from) return;
    const piece = samples.slice(from - place, to - place);
    const bytes = Buffer.from(piece.buffer);
    writeSync(this.#fd, bytes, 0, bytes.length, from * sampleBytes);
  }

  /** Samples from a place on. */
  read(place: number, count: number): Int16Array {
    const samples = new Int16Array(count);
    const bytes = Buffer.from(samples.buffer);
    readSync(this.#fd, bytes, 0, bytes.length, place * sampleBytes);
    return samples;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
