import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { OpusPages, opusSamples } from './opus-file.js';
import type { Track } from './track.js';

/** Longest time that the program may take for one stream; milliseconds. */
const patienceMs = 300_000;

interface Piece {
  /** Where its samples belong in the recording, before which sample they begin and end. */
  readonly place: number;
  readonly count: number;
  readonly fromAt: number;
  readonly toAt: number;
}

/** Samples of the recording that count: a leg is on its channel from the first to before the second. */
export interface Bounds {
  readonly from: number;
  readonly to: number;
}

/** One stream in a codec that another program decodes: gathered first, decoded in one go, then put in its places. */
export class EncodedStream {
  readonly #fd: number;
  readonly #pages = new OpusPages();
  readonly #pieces: Piece[] = [];

  /**
   * @param file that the stream is gathered in; another one is made beside it
   * @param rate of the recording, Hz; 16,000 in a recording that has such streams
   */
  constructor(
    private readonly file: string,
    private readonly codec: 'g722' | 'opus',
    private readonly rate: number,
    private readonly track: Track,
  ) {
    this.#fd = openSync(file, 'wx', 0o600);
    if (codec === 'opus') writeSync(this.#fd, this.#pages.begin());
  }

  /** @param place of its first sample in the recording */
  add(payload: Buffer, place: number, bounds: Bounds): void {
    const count =
      this.codec === 'g722'
        ? (payload.length * 2 * this.rate) / 16_000
        : (opusSamples(payload) * this.rate) / 48_000;
    if (count === 0) return;
    writeSync(this.#fd, this.codec === 'opus' ? this.#pages.packet(payload) : payload);
    this.#pieces.push({ place, count, fromAt: bounds.from, toAt: bounds.to });
  }

  /** Decode and put in place. False when the program could not. */
  finish(decoder: string): boolean {
    closeSync(this.#fd);
    const decoded = `${this.file}.raw`;
    const input = this.codec === 'g722' ? 'g722' : 'ogg';
    const output = ['-f', 's16le', '-ac', '1', '-ar', String(this.rate), decoded];
    const run = spawnSync(
      decoder,
      ['-nostdin', '-loglevel', 'error', '-y', '-f', input, '-i', this.file, ...output],
      { stdio: 'ignore', timeout: patienceMs, killSignal: 'SIGKILL' },
    );
    if (run.status !== 0) return false;
    const fd = openSync(decoded, 'r');
    try {
      for (const piece of this.#pieces) this.#put(fd, piece);
    } finally {
      closeSync(fd);
    }
    return true;
  }

  /** Give up: nobody can decode it. */
  abandon(): void {
    closeSync(this.#fd);
  }

  #put(fd: number, { place, count, fromAt, toAt }: Piece): void {
    const samples = new Int16Array(Math.round(count));
    const bytes = Buffer.from(samples.buffer);
    readSync(fd, bytes, 0, bytes.length, null);
    const first = Math.max(0, fromAt - place);
    const last = Math.min(samples.length, toAt - place);
    if (last > first) this.track.write(place + first, samples.subarray(first, last));
  }
}
