import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const BYTES = 2 * 1024 * 1024;
/** With less room than this the disk counts as full; bytes. */
const FULL = 1024 * 1024;
/** The reserve is made where there is so much more room than it takes. */
const ROOMY = 3;

/**
 * Some megabytes of the disk of the data folder, kept in the file `reserve`, so that the program can be started on a full
 * disk: even to read, databases need a little of it.
 */
export class DiskReserve {
  readonly #path: string;

  constructor(private readonly folder: string) {
    this.#path = join(folder, 'reserve');
  }

  /** Give the reserve free when the disk is full; true when it was. A disk that cannot be asked counts as not full. */
  release(): boolean {
    if (!existsSync(this.#path) || this.#free() >= FULL) return false;
    try {
      rmSync(this.#path);
      return true;
    } catch {
      return false;
    }
  }

  /** Make the reserve where it is missing and there is room. */
  keep(): void {
    if (existsSync(this.#path)) return;
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o750 });
      if (this.#free() < BYTES * ROOMY) return;
      const fd = openSync(this.#path, 'w', 0o640);
      try {
        // Not zeros: a disk that compresses would keep next to nothing for them.
        const noise = Buffer.alloc(BYTES);
        for (let i = 0; i < BYTES; i += 4) noise.writeUInt32LE(Math.imul(i + 1, 0x9e3779b1) >>> 0, i);
        writeSync(fd, noise);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    } catch {
      // Half a reserve, or none, is better than no start.
    }
  }

  #free(): number {
    try {
      const { bavail, bsize } = statfsSync(this.folder);
      return bavail * bsize;
    } catch {
      return Number.POSITIVE_INFINITY;
    }
  }
}
