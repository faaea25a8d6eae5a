import { randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditRecord, LedgerRecord } from '../../ledger/records.js';
import { systemClock } from '../clock.js';
import type { MediaLog } from '../log.js';
import { findProgram } from '../rtpengine/find-program.js';
import { isKeptFile } from './kept-file.js';
import { MakerThread } from './maker-thread.js';
import { expiredFiles, removeFile } from './retention.js';
import { Spool } from './spool.js';
import { Workshop } from './workshop.js';

export interface OfficeWishes {
  /** Folder of recordings; absolute. */
  readonly folder: string;
  /** Folder that external media servers write to; null for our own. */
  readonly engineFolder: string | null;
  /** Days after which files are deleted; 0 for never. */
  readonly retentionDays: number;
  readonly minFreeMegabytes: number;
}

export interface OfficeHooks {
  readonly log: MediaLog;
  /** Resolves when the record is durable; rejects when the disk refuses. */
  readonly keep: (record: LedgerRecord) => Promise<void>;
  /** The disk is nearly full, or has room again. */
  readonly onRoom: (enough: boolean) => void;
}

const sweepEveryMs = 3600 * 1000;
const megabyte = 1024 * 1024;

/** Everything about recordings that outlives their calls: spool, files, deletion when their time is over. */
export class RecordingOffice {
  readonly #spool: Spool;
  readonly #maker = new MakerThread();
  readonly workshop: Workshop;
  #sweep: { cancel(): void } | null = null;
  #stopped = false;

  constructor(
    private readonly wishes: OfficeWishes,
    private readonly hooks: OfficeHooks,
  ) {
    this.#spool = new Spool(wishes.folder, wishes.engineFolder);
    this.workshop = new Workshop({
      spool: this.#spool,
      maker: this.#maker,
      decoder: findProgram('ffmpeg'),
      minFreeBytes: wishes.minFreeMegabytes * megabyte,
      clock: systemClock,
      now: Date.now,
      ...hooks,
    });
  }

  /** Folder for the captures of media servers; null when it cannot be written, which the log says. */
  captures(): string | null {
    const problem = this.#spool.prepare();
    if (problem === null) return this.#spool.captures;
    this.hooks.log.error({ folder: this.wishes.folder, why: problem }, 'nothing can be recorded');
    return null;
  }

  /** Finish what an earlier run left, and begin to watch disk and days. */
  async start(): Promise<void> {
    await this.workshop.start();
    void this.#deleteExpired();
  }

  /** Stop; what is not done is left for the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#sweep?.cancel();
    const stopped = this.workshop.stop();
    await this.#maker.stop();
    await stopped;
  }

  /** A kept file by its path in the ledger; null when there is none (any more). */
  async open(file: string): Promise<FileHandle | null> {
    if (!isKeptFile(file)) return null;
    return open(join(this.#spool.kept, file), 'r').catch(() => null);
  }

  async #deleteExpired(): Promise<void> {
    const { retentionDays } = this.wishes;
    const { log, keep } = this.hooks;
    if (retentionDays === 0 || this.#stopped) return;
    try {
      for (const expired of await expiredFiles(this.#spool.kept, retentionDays, Date.now())) {
        // First the record: nothing goes without one.
        await keep(deletion(expired.id, retentionDays));
        await removeFile(expired);
        log.info({ recording: expired.id }, 'a recording was deleted, its time is over');
      }
    } catch (err) {
      log.error({ err }, 'recordings whose time is over cannot be deleted');
    }
    if (!this.#stopped) this.#sweep = systemClock.after(sweepEveryMs, () => void this.#deleteExpired());
  }
}

function deletion(id: string, days: number): AuditRecord {
  return {
    kind: 'audit',
    id: `audit-${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`,
    doneAt: Date.now(),
    actor: 'onekey',
    action: 'recording-deleted',
    subject: id,
    callId: /^([A-Za-z0-9]+)-/.exec(id)?.[1] ?? null,
    detail: `kept for ${days} days`,
  };
}
