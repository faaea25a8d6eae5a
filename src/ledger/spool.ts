/**
 * Batches that the ledger's own disk refuses, kept in order in another folder until it takes them. Files of lines: the
 * beginning of the SHA-256 of the rest, a space, and the batch as JSON.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Batch } from './writer-store.js';

/** A file is followed by a new one when it is so long; bytes. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
const SUM_DIGITS = 16;
const NEWLINE = 0x0a;
const NAME = /^spool-\d{16}\.jsonl$/;

/** What waits in a spool. */
export interface SpoolFigures {
  readonly batches: number;
  readonly records: number;
  /** Lines that could not be read back: the disk has lost them. */
  readonly damaged: number;
}

/** The file that is written. */
interface Segment {
  readonly fd: number;
  /** What whole lines take. */
  bytes: number;
}

/** Batches on another disk. Blocks on it; all methods throw errors of the system (`ENOSPC`, `EACCES`, ...). */
export class Spool {
  readonly #folder: string;
  /** Names, oldest first. */
  #segments: string[];
  #reading: { readonly name: string; readonly reader: SegmentReader } | null = null;
  #peeked: Batch[] = [];
  #writing: Segment | null = null;
  #batches = 0;
  #records = 0;
  #damaged = 0;
  #lastNumber = 0;

  /** Takes up what an earlier run has left; `visit` sees each batch of it, in order. */
  constructor(folder: string, visit: (batch: Batch) => void = () => undefined) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o750 });
    this.#segments = segmentsOf(folder);
    for (const name of this.#segments) {
      const reader = new SegmentReader(join(folder, name));
      try {
        for (let line = reader.next(); line !== null; line = reader.next()) {
          if (line.batch === null) {
            this.#damaged += 1;
            continue;
          }
          this.#count(line.batch, 1);
          this.#lastNumber = Math.max(this.#lastNumber, line.batch.number);
          visit(line.batch);
        }
      } finally {
        reader.close();
      }
    }
    if (this.#batches === 0) this.#clear();
  }

  get figures(): SpoolFigures {
    return { batches: this.#batches, records: this.#records, damaged: this.#damaged };
  }

  get empty(): boolean {
    return this.#batches === 0;
  }

  /** Number of the last batch that came; 0 when none did. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** Keep a batch behind the others. On disk when this returns; nothing of it is kept when it throws. */
  append(batch: Batch): void {
    const file = this.#writing ?? this.#begin(batch.number);
    const text = JSON.stringify(batch);
    const line = Buffer.from(`${sumOf(text)} ${text}\n`);
    try {
      for (let done = 0; done < line.length; )
        done += writeSync(file.fd, line, done, line.length - done, file.bytes + done);
      fdatasyncSync(file.fd);
    } catch (error) {
      this.#undo(file);
      throw error;
    }
    file.bytes += line.length;
    this.#count(batch, 1);
    this.#lastNumber = batch.number;
    if (file.bytes >= SEGMENT_BYTES) this.#endSegment();
  }

  /**
   * The oldest batches, at most so many, and not more records than `records` but for the first batch; the same ones until
   * `drop`. None when nothing waits.
   */
  peek(batches: number, records: number): readonly Batch[] {
    let room = records - this.#peeked.reduce((sum, batch) => sum + batch.records.length, 0);
    while (this.#peeked.length < batches && room > 0) {
      const batch = this.#read();
      if (batch === null) break;
      this.#peeked.push(batch);
      room -= batch.records.length;
    }
    return this.#peeked;
  }

  /** Forget the batches that `peek` gave: the ledger has them. */
  drop(): void {
    for (const batch of this.#peeked) this.#count(batch, -1);
    this.#peeked = [];
    if (this.#batches === 0) return this.#clear();
    for (const name of this.#segments.slice(0, this.#segments.indexOf(this.#reading?.name ?? '')))
      this.#dropSegment(name);
  }

  /** Close the files; what waits in them is there for the next run. */
  close(): void {
    this.#endReading();
    this.#peeked = [];
    this.#endSegment();
  }

  /** The next batch in the files; null at the end of them. */
  #read(): Batch | null {
    for (;;) {
      const [name] = this.#reading === null ? this.#segments : [this.#reading.name];
      if (name === undefined) return null;
      this.#reading ??= { name, reader: new SegmentReader(join(this.#folder, name)) };
      const line = this.#reading.reader.next();
      if (line?.batch) return line.batch;
      if (line !== null) continue;
      const following = this.#segments[this.#segments.indexOf(name) + 1];
      if (following === undefined) return null;
      this.#endReading();
      this.#reading = { name: following, reader: new SegmentReader(join(this.#folder, following)) };
    }
  }

  #endReading(): void {
    this.#reading?.reader.close();
    this.#reading = null;
  }

  #count({ records }: Batch, times: 1 | -1): void {
    this.#batches += times;
    this.#records += times * records.length;
  }

  #begin(number: number): Segment {
    const name = `spool-${String(number).padStart(16, '0')}.jsonl`;
    // One of this name is left where a batch was refused here before: it holds nothing that counts.
    const fd = openSync(join(this.#folder, name), 'w', 0o640);
    this.#writing = { fd, bytes: 0 };
    this.#segments = [...this.#segments.filter((other) => other !== name), name];
    syncFolder(this.#folder);
    return this.#writing;
  }

  /** Half a line must not stand before whole ones. */
  #undo({ fd, bytes }: Segment): void {
    try {
      ftruncateSync(fd, bytes);
    } catch {
      // The reader passes over what is no whole line; the next batch gets a file of its own.
      this.#endSegment();
    }
  }

  #endSegment(): void {
    if (this.#writing !== null) closeSync(this.#writing.fd);
    this.#writing = null;
  }

  #dropSegment(name: string): void {
    rmSync(join(this.#folder, name), { force: true });
    this.#segments = this.#segments.filter((other) => other !== name);
  }

  /** Nothing waits: no file is left either. */
  #clear(): void {
    this.#endReading();
    this.#endSegment();
    for (const name of this.#segments) this.#dropSegment(name);
  }
}

interface Line {
  /** Null when the line is damaged. */
  readonly batch: Batch | null;
}

/** Reads the lines of a file, also while others are added to it. */
class SegmentReader {
  readonly #fd: number;
  #at = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
  }

  /** The next whole line; null when there is none yet. */
  next(): Line | null {
    let end = this.#rest.indexOf(NEWLINE);
    while (end === -1) {
      const before = this.#rest.length;
      if (!this.#readMore()) return null;
      end = this.#rest.indexOf(NEWLINE, before);
    }
    const text = this.#rest.toString('utf8', 0, end);
    this.#rest = this.#rest.subarray(end + 1);
    return { batch: parsed(text) };
  }

  close(): void {
    closeSync(this.#fd);
  }

  #readMore(): boolean {
    const left = fstatSync(this.#fd).size - this.#at;
    if (left <= 0) return false;
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, left));
    const read = readSync(this.#fd, chunk, 0, chunk.length, this.#at);
    this.#at += read;
    this.#rest = Buffer.concat([this.#rest, chunk.subarray(0, read)]);
    return read > 0;
  }
}

function parsed(line: string): Batch | null {
  const text = line.slice(SUM_DIGITS + 1);
  if (line.slice(0, SUM_DIGITS) !== sumOf(text)) return null;
  return JSON.parse(text) as Batch;
}

function sumOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, SUM_DIGITS);
}

function segmentsOf(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => NAME.test(name))
        .sort()
    : [];
}

/** A new file is durable only with its folder. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
