import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

const sampleBytes = 2;
/** Samples that are put together before they are written; more than any packet has. */
const pieceSamples = 65_536;

/**
 * The audio of one leg in a file of its own, as samples of 16 bits: what was not written is silence, and takes no
 * room on the disk. Blocks on the disk, and throws its errors.
 */
export class Track {
  readonly #fd: number;
  /** What was written last and is not on the disk yet: where it begins, and how much it is. */
  readonly #piece = new Int16Array(pieceSamples);
  #start = 0;
  #count = 0;

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
    if (from !== this.#start + this.#count || this.#count + to - from > this.#piece.length) this.flush();
    if (this.#count === 0) this.#start = from;
    this.#piece.set(samples.subarray(from - place, to - place), this.#count);
    this.#count += to - from;
  }

  /** Bring what was written to the disk; to be done before it is read. */
  flush(): void {
    const bytes = Buffer.from(this.#piece.buffer, 0, this.#count * sampleBytes);
    if (this.#count > 0) writeSync(this.#fd, bytes, 0, bytes.length, this.#start * sampleBytes);
    this.#count = 0;
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
