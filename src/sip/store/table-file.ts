import { existsSync, readFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Clock, TimerHandle } from '../clock.js';
import type { SipLog } from '../log.js';
import { TableRewrite, tableLine } from './table-rewrite.js';

/** What is set is written after this, together with all that came meanwhile; milliseconds. */
const WRITE_AFTER_MS = 5;
/** A disk that refused is tried again after this; milliseconds. */
const AGAIN_AFTER_MS = 5_000;
/** See the constructor. */
const REWRITE_ABOVE = 8 * 1_048_576;

/**
 * A small table of texts that outlives a killed process: lines are appended to a file, `[key, value]` as JSON, the
 * last one of a key counts and null deletes it. Not for the loss of power: nothing waits for the disk. Once it is read
 * the thread is never held up by the disk either. One process at a time. While the disk refuses, the table goes on in
 * memory.
 */
export class TableFile {
  readonly #live: Map<string, string>;
  #pending = '';
  #appended = 0;
  #timer: TimerHandle | null = null;
  #writing = false;
  #file: FileHandle | null = null;
  #rewrite: TableRewrite | null = null;
  /** Settles when no rewrite is under way. */
  #rewritten: Promise<void> = Promise.resolve();
  #closed = false;

  /**
   * Never throws: a file that cannot be read or written is said in the log.
   *
   * @param rewriteAbove bytes; a file grows to this, and to four times what is live in it, before it is written anew
   */
  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly log: SipLog,
    private readonly rewriteAbove = REWRITE_ABOVE,
  ) {
    this.#live = this.#read();
    this.#writeAnew();
  }

  /** What the file held when it was opened, and has been set since. */
  entries(): ReadonlyMap<string, string> {
    return this.#live;
  }

  /** Null deletes. */
  set(key: string, value: string | null): void {
    if (this.#closed || (this.#live.get(key) ?? null) === value) return;
    if (value === null) this.#live.delete(key);
    else this.#live.set(key, value);
    // Without a file there is nothing to add to: it is written whole when it can be opened again.
    if (this.#file !== null || this.#rewrite !== null) this.#pending += tableLine(key, value);
    this.#arm();
  }

  /**
   * Write what is left; resolves when the file is closed. What is set from now on is ignored: the file says how things
   * were.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#timer !== null) this.clock.clearTimeout(this.#timer);
    await this.#rewritten;
    this.#writeAnew();
    await this.#rewritten;
    await this.#letGo();
  }

  #arm(): void {
    const disk = this.#file !== null || this.#rewrite !== null;
    this.#timer ??= this.clock.setTimeout(() => this.#due(), disk ? WRITE_AFTER_MS : AGAIN_AFTER_MS);
  }

  #due(): void {
    this.#timer = null;
    if (this.#closed || this.#writing) return;
    if (this.#rewrite === null && (this.#file === null || this.#isTooLarge())) this.#writeAnew();
    if (this.#pending === '') return;
    const lines = Buffer.from(this.#pending);
    this.#pending = '';
    this.#rewrite?.add(lines);
    if (this.#file !== null) this.#append(this.#file, lines);
  }

  #append(file: FileHandle, lines: Buffer): void {
    this.#writing = true;
    this.#appended += lines.length;
    file
      .appendFile(lines)
      .catch((error: unknown) => {
        // Where another file has taken its place meanwhile, the lines are in that.
        if (this.#file === file) this.#refused(error);
      })
      .finally(() => {
        this.#writing = false;
        if (!this.#closed && (this.#pending !== '' || this.#file === null)) this.#arm();
      });
  }

  #isTooLarge(): boolean {
    if (this.#appended <= this.rewriteAbove) return false;
    let live = 0;
    for (const [key, value] of this.#live) live += key.length + value.length;
    return this.#appended > 4 * live;
  }

  /** The whole file anew. */
  #writeAnew(): void {
    const rewrite = new TableRewrite(this.path, this.#live);
    this.#rewrite = rewrite;
    this.#rewritten = rewrite.finish().then(
      ({ handle, bytes }) => {
        void this.#letGo();
        this.#file = handle;
        this.#appended = bytes;
        this.#rewrite = null;
      },
      (error: unknown) => {
        this.#rewrite = null;
        this.#refused(error);
        if (!this.#closed) this.#arm();
      },
    );
  }

  #refused(error: unknown): void {
    this.log.warn({ err: error, path: this.path }, 'calls that are up cannot be kept for a restart');
    void this.#letGo();
    if (this.#rewrite === null) this.#pending = '';
  }

  /** A disk that refuses even that has been told of by then, and nobody needs this file any more. */
  #letGo(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    return file === null ? Promise.resolve() : file.close().catch(() => undefined);
  }

  #read(): Map<string, string> {
    try {
      if (existsSync(this.path)) return readTable(readFileSync(this.path, 'utf8'));
    } catch (error) {
      this.log.warn({ err: error, path: this.path }, 'calls of before the restart cannot be read');
    }
    return new Map();
  }
}

/** The table that a file holds. */
export function readTable(text: string): Map<string, string> {
  const live = new Map<string, string>();
  for (const line of text.split('\n')) {
    const entry = readLine(line);
    if (entry === null) continue;
    const [key, value] = entry;
    if (value === null) live.delete(key);
    else live.set(key, value);
  }
  return live;
}

/** Null for what is no entry: the last line may have been cut off. */
function readLine(line: string): readonly [string, string | null] | null {
  if (line === '') return null;
  try {
    const entry: unknown = JSON.parse(line);
    if (!Array.isArray(entry)) return null;
    const [key, value]: unknown[] = entry;
    if (typeof key !== 'string' || (typeof value !== 'string' && value !== null)) return null;
    return [key, value];
  } catch {
    return null;
  }
}
