import { join } from 'node:path';
import type { RecordingRecord } from '../../ledger/records.js';
import type { MediaClock } from '../clock.js';
import type { MediaLog } from '../log.js';
import { fileOf, jobOf, type RecordingEntry, recordOf } from './entry.js';
import type { RecordingJob, RecordingResult } from './job.js';
import type { Spool } from './spool.js';

export interface WorkshopParts {
  readonly spool: Spool;
  readonly maker: { make(job: RecordingJob): Promise<RecordingResult> };
  /** Absolute path of ffmpeg; null when it is not installed. */
  readonly decoder: string | null;
  /** Recording stops and does not begin below this; bytes. */
  readonly minFreeBytes: number;
  readonly clock: MediaClock;
  /** UTC milliseconds. */
  readonly now: () => number;
  readonly log: MediaLog;
  /** Resolves when the record is durable; rejects when the disk refuses, and is asked again then. */
  readonly keep: (record: RecordingRecord) => Promise<void>;
  /** Room on the disk has become too little, or is enough again. */
  readonly onRoom: (enough: boolean) => void;
}

const roomEveryMs = 5000;
/** How long a media server of an earlier run may take to end. */
const settleMs = 3000;
/** A full disk, or a ledger that refuses: tried again after this. */
const againAfterMs = 30_000;
/** Recordings whose files wait to be made, held in memory; more stay in the spool until the next start. */
const mostWaiting = 50_000;

/**
 * What becomes of recordings once they have ended: files are made one after the other, the ledger gets their records,
 * the spool is cleared. Nothing here rejects; an entry leaves the spool only when its record is durable, so that a
 * restart goes on where a crash was.
 */
export class Workshop {
  readonly #waiting: RecordingEntry[] = [];
  /** Entries in the spool, by call: captures go with the last of them. */
  readonly #calls = new Map<string, Set<string>>();
  /** What is written of an entry goes in its order. */
  readonly #writing = new Map<string, Promise<boolean>>();
  #busy: Promise<void> | null = null;
  #enoughRoom = true;
  #freeBytes: number | null = null;
  #timer: { cancel(): void } | null = null;
  #stopped = false;

  constructor(private readonly parts: WorkshopParts) {}

  get waiting(): number {
    return this.#waiting.length + (this.#busy === null ? 0 : 1);
  }

  /** As seen last; null before that, or when it cannot be told. */
  get freeBytes(): number | null {
    return this.#freeBytes;
  }

  get enoughRoom(): boolean {
    return this.#enoughRoom;
  }

  /** Take up what an earlier run left, throw away what belongs to nothing, and begin to watch the disk. */
  async start(): Promise<void> {
    const { spool, log } = this.parts;
    await this.#lookForRoom();
    try {
      const left = await spool.entries();
      for (const entry of left) {
        log.warn({ recording: entry.id }, 'a recording that a restart cut off is finished');
        if (entry.endedAt === null) this.#finishCutOff(entry);
        else this.finish(entry);
      }
      const strays = await spool.dropStrays(new Set(left.map(({ callId }) => callId)));
      if (strays > 0) log.warn({ strays }, 'captures that belong to no recording were removed');
    } catch (err) {
      log.error({ err }, 'the spool of recordings cannot be read');
    }
  }

  /** A media server that ends with us writes what it still has when it is asked to end. */
  #finishCutOff(entry: RecordingEntry): void {
    const cutOff = { ...entry, endedBy: 'crash', cutOffAt: entry.cutOffAt ?? this.parts.now() } as const;
    void this.note(cutOff);
    this.parts.clock.after(settleMs, () => this.finish(cutOff));
  }

  /** Remember a recording that goes on. False when the disk refuses. */
  note(entry: RecordingEntry): Promise<boolean> {
    this.#callOf(entry).add(entry.id);
    const before = this.#writing.get(entry.id) ?? Promise.resolve(true);
    const writing = before.then(() => this.#put(entry));
    this.#writing.set(entry.id, writing);
    return writing;
  }

  /** It has ended, and the media server writes nothing of it any more. */
  finish(entry: RecordingEntry): void {
    this.#callOf(entry).add(entry.id);
    void this.note(entry);
    if (this.#waiting.length >= mostWaiting) {
      this.parts.log.error(
        { recording: entry.id },
        'too many recordings wait; the next start makes this one',
      );
      return;
    }
    this.#waiting.push(entry);
    this.#next();
  }

  /** The media server has begun to write down this call. */
  async isCaptured(callId: string): Promise<boolean> {
    return this.parts.spool.capturesOf(callId).then(
      (files) => files.length > 0,
      () => false,
    );
  }

  /** Make nothing more; resolves when what is being made is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#busy;
    await Promise.all(this.#writing.values());
  }

  #next(): void {
    if (this.#busy !== null || this.#stopped) return;
    const entry = this.#waiting.shift();
    if (entry === undefined) return;
    this.#busy = this.#make(entry).then((done) => {
      this.#busy = null;
      if (done || this.#stopped) return this.#next();
      this.#waiting.unshift(entry);
      this.parts.clock.after(againAfterMs, () => this.#next());
    });
  }

  /** False when it must be tried again. */
  async #make(entry: RecordingEntry): Promise<boolean> {
    const { log, keep } = this.parts;
    const result = await this.#result(entry);
    if (result.outcome === 'failed') {
      log.error(
        { recording: entry.id, cause: result.cause, why: result.message },
        'a recording was not made',
      );
      if (result.cause === 'no-space') return false;
    } else if (result.outcome === 'kept' && result.undecoded.length > 0) {
      const { undecoded } = result;
      log.warn({ recording: entry.id, undecoded }, 'parts of a recording are silent: install ffmpeg');
    }
    // The thread was ended under it: the next start makes it.
    if (this.#stopped && result.outcome === 'failed') return false;
    try {
      await keep(recordOf(entry, result));
    } catch (err) {
      log.error({ recording: entry.id, err }, 'the record of a recording waits for the disk');
      return false;
    }
    await this.#clear(entry).catch((err: unknown) =>
      log.error({ recording: entry.id, err }, 'the spool of a recording cannot be cleared'),
    );
    return true;
  }

  async #result(entry: RecordingEntry): Promise<RecordingResult> {
    const { spool, maker, decoder } = this.parts;
    try {
      const captures = await spool.capturesOf(entry.callId);
      return await maker.make(jobOf(entry, { captures, output: join(spool.kept, fileOf(entry)), decoder }));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { outcome: 'failed', cause: 'not-made', message };
    }
  }

  async #clear(entry: RecordingEntry): Promise<void> {
    const { spool } = this.parts;
    await this.#writing.get(entry.id);
    this.#writing.delete(entry.id);
    await spool.remove(entry.id);
    const others = this.#callOf(entry);
    others.delete(entry.id);
    if (others.size > 0) return;
    this.#calls.delete(entry.callId);
    await spool.dropCaptures(entry.callId);
  }

  async #put(entry: RecordingEntry): Promise<boolean> {
    try {
      await this.parts.spool.put(entry);
      return true;
    } catch (err) {
      this.parts.log.error({ recording: entry.id, err }, 'a recording cannot be noted in the spool');
      return false;
    }
  }

  #callOf({ callId }: RecordingEntry): Set<string> {
    const known = this.#calls.get(callId);
    if (known !== undefined) return known;
    const made = new Set<string>();
    this.#calls.set(callId, made);
    return made;
  }

  async #lookForRoom(): Promise<void> {
    const { spool, minFreeBytes, onRoom, clock, log } = this.parts;
    this.#freeBytes = await spool.freeBytes().catch((err: unknown) => {
      log.error({ err }, 'the disk of recordings cannot be looked at');
      return null;
    });
    // A disk that cannot even be looked at takes no recordings either.
    const enough = this.#freeBytes !== null && this.#freeBytes >= minFreeBytes;
    if (enough !== this.#enoughRoom) {
      this.#enoughRoom = enough;
      onRoom(enough);
    }
    if (!this.#stopped) this.#timer = clock.after(roomEveryMs, () => void this.#lookForRoom());
  }
}
