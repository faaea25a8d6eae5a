import { type FileHandle, open, rename } from 'node:fs/promises';

/** Characters that are made into lines in one go: some tenths of a millisecond. */
const SLICE = 65_536;

/** The line of an entry; null deletes the key. */
export function tableLine(key: string, value: string | null): string {
  return `${JSON.stringify([key, value])}\n`;
}

/** A file that has taken the place of the table's. */
export interface NewFile {
  /** Open for adding. */
  readonly handle: FileHandle;
  readonly bytes: number;
}

/**
 * A table's file written anew while the table is in use. It never holds up the thread, as a single step on a slow disk
 * takes 100 ms and more. A process that is killed at any moment leaves the old file or the new one, and each holds
 * everything.
 */
export class TableRewrite {
  readonly #next: string;
  #handle: FileHandle | null = null;
  #bytes = 0;
  /** One write after the other. */
  #last: Promise<void>;

  /** @param live the table; what changes in it meanwhile is to be {@link add}ed as well */
  constructor(
    private readonly path: string,
    live: Iterable<readonly [string, string]>,
  ) {
    this.#next = `${path}.new`;
    this.#last = this.#begin(live);
    this.#forgive();
  }

  /** Lines that the old file gets as well. */
  add(lines: Buffer): void {
    this.#last = this.#last.then(() => this.#write(lines));
    this.#forgive();
  }

  /**
   * Put the new file in the place of the old one; all that was added by then is in it. Rejects with what the disk says,
   * and the old file is as it was.
   */
  async finish(): Promise<NewFile> {
    try {
      await this.#written();
      // What is added meanwhile goes to the new file at once, so that it is there whenever its name is.
      await rename(this.#next, this.path);
      await this.#written();
    } catch (error) {
      await this.#handle?.close();
      throw error;
    }
    return { handle: this.#opened(), bytes: this.#bytes };
  }

  async #begin(live: Iterable<readonly [string, string]>): Promise<void> {
    this.#handle = await open(this.#next, 'w', 0o600);
    for (const slice of slices(live)) await this.#write(Buffer.from(slice));
  }

  async #write(lines: Buffer): Promise<void> {
    await this.#opened().appendFile(lines);
    this.#bytes += lines.length;
  }

  async #written(): Promise<void> {
    for (let last: Promise<void> | null = null; last !== this.#last; ) {
      last = this.#last;
      await last;
    }
  }

  #opened(): FileHandle {
    if (this.#handle === null) throw new Error('the new file is not open');
    return this.#handle;
  }

  /** {@link finish} tells what went wrong. */
  #forgive(): void {
    this.#last.catch(() => undefined);
  }
}

function* slices(live: Iterable<readonly [string, string]>): Generator<string> {
  let slice = '';
  for (const [key, value] of live) {
    slice += tableLine(key, value);
    if (slice.length < SLICE) continue;
    yield slice;
    slice = '';
  }
  if (slice !== '') yield slice;
}
