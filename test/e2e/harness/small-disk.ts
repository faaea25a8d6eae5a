import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A disk of a few megabytes in memory, which a story fills up. Needs the right to mount: root, or sudo without a password. */
export class SmallDisk {
  readonly #ballast: string;

  /** @param megabytes its size */
  constructor(
    readonly folder: string,
    megabytes: number,
  ) {
    mkdirSync(folder, { recursive: true });
    asRoot('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0777`, 'tmpfs', folder);
    this.#ballast = join(folder, 'ballast');
  }

  /** Write to it until nothing goes on it any more. */
  fill(): void {
    const fd = openSync(this.#ballast, 'w');
    try {
      for (let bytes = 65_536; bytes >= 1; ) {
        try {
          writeSync(fd, Buffer.alloc(bytes));
        } catch {
          bytes = Math.floor(bytes / 2);
        }
      }
    } finally {
      closeSync(fd);
    }
  }

  /** Make room again. */
  empty(): void {
    rmSync(this.#ballast, { force: true });
  }

  /** What is on it is gone. */
  remove(): void {
    asRoot('umount', this.folder);
  }
}

function asRoot(...command: readonly string[]): void {
  const [program = '', ...rest] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command];
  execFileSync(program, rest);
}
