import { closeSync, existsSync, openSync, readFileSync, renameSync, write, writeFileSync } from 'node:fs';
import type { Clock, TimerHandle } from '../clock.js';
import type { SipLog } from '../log.js';

/** What is set is written after this, together with all that came meanwhile; milliseconds. */
const WRITE_AFTER_MS = 5;
/** A disk that refused is tried again after this; milliseconds. */
const AGAIN_AFTER_MS = 5_000;
/** A file grows to this, and to four times what is live in it, before it is written anew; bytes. */
const SMALLEST_REWRITE = 8 * 1_048_576;

/**
 * A small table of texts that outlives a killed process: lines are appended to a file, `[key, value]` as JSON, the
 * last one of a key counts and null deletes it. Not for the loss of power: nothing waits for the disk. One process
 * at a time. While the disk refuses, the table goes on in memory.
 */
export class TableFile {
  readonly #live: Map<string, string>;
  #pending = '';
  #appended = 0;
  #timer: TimerHandle | null = null;
  #writing = false;
  #file: number | null = null;
  #closed = false;

  /** Never rejects: a file that cannot be read or written is said in the log. */
  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly log: SipLog,
  ) {
    this.#live = this.#read();
    this.#rewrite();
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
    if (this.#file !== null) this.#pending += `${JSON.stringify([key, value])}\n`;
    this.#timer ??= this.clock.setTimeout(
      () => this.#due(),
      this.#file === null ? AGAIN_AFTER_MS : WRITE_AFTER_MS,
    );
  }

  /** Write what is left. What is set later is ignored: the file says how things were. */
  close(): void {
    this.#closed = true;
    if (this.#timer !== null) this.clock.clearTimeout(this.#timer);
    this.#rewrite();
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #due(): void {
    this.#timer = null;
    if (this.#closed || this.#writing) return;
    const live = this.#appended > SMALLEST_REWRITE ? this.#liveBytes() : 0;
    if (this.#file === null || this.#appended > Math.max(SMALLEST_REWRITE, 4 * live)) return this.#rewrite();
    const lines = Buffer.from(this.#pending);
    this.#pending = '';
    this.#appended += lines.length;
    this.#writing = true;
    this.#append(this.#file, lines);
  }

  /** The system may take a part of it only. */
  #append(file: number, lines: Buffer): void {
    write(file, lines, (error, written) => {
      if (error === null && written < lines.length && !this.#closed)
        return this.#append(file, lines.subarray(written));
      this.#writing = false;
      if (this.#closed) return;
      if (error !== null) this.#refused(error);
      if (this.#pending !== '' || this.#file === null)
        this.#timer ??= this.clock.setTimeout(
          () => this.#due(),
          this.#file === null ? AGAIN_AFTER_MS : WRITE_AFTER_MS,
        );
    });
  }

  #refused(error: Error): void {
    this.log.warn({ err: error, path: this.path }, 'calls that are up cannot be kept for a restart');
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    this.#pending = '';
  }

  #liveBytes(): number {
    let bytes = 0;
    for (const [key, value] of this.#live) bytes += key.length + value.length;
    return bytes;
  }

  /** The whole file anew: whoever is killed meanwhile leaves the old one. */
  #rewrite(): void {
    let text = '';
    for (const entry of this.#live) text += `${JSON.stringify(entry)}\n`;
    const next = `${this.path}.new`;
    try {
      writeFileSync(next, text, { mode: 0o600 });
      renameSync(next, this.path);
      if (this.#file !== null) closeSync(this.#file);
      this.#file = null;
      this.#file = openSync(this.path, 'a', 0o600);
      this.#pending = '';
      this.#appended = 0;
    } catch (error) {
      this.#refused(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #read(): Map<string, string> {
    const live = new Map<string, string>();
    let text = '';
    try {
      if (existsSync(this.path)) text = readFileSync(this.path, 'utf8');
    } catch (error) {
      this.log.warn({ err: error, path: this.path }, 'calls of before the restart cannot be read');
    }
    for (const line of text.split('\n')) {
      const entry = readLine(line);
      if (entry === null) continue;
      const [key, value] = entry;
      if (value === null) live.delete(key);
      else live.set(key, value);
    }
    return live;
  }
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
