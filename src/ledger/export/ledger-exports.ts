import { Readable } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import { errorText } from '../faults.js';
import { LedgerReadError } from '../ledger-read-error.js';
import { startWorker } from '../start-worker.js';
import type { ExportMessage, ExportProgress, ExportRequest, ExportSetup } from './export-request.js';

/** How exports are run. */
export interface LedgerExportsOptions {
  /** Data folder. */
  readonly dir: string;
  /** Exports at the same time; each has a thread of its own. Default 2. */
  readonly most?: number;
  /** Whoever takes nothing for so long has gone, and the export with it. Default a minute; milliseconds. */
  readonly idleMs?: number;
}

/** A file on its way. Destroying the stream ends the work. */
export interface LedgerExport {
  /** Emits a `LedgerReadError` when the ledger cannot be read to the end. */
  readonly stream: Readable;
  /** Resolves when the first bytes are there; rejects with a `LedgerReadError` when there will be none. */
  readonly begun: Promise<void>;
  /** Resolves when all work has stopped, however it ended. */
  readonly stopped: Promise<void>;
  progress(): ExportProgress;
}

const MOST = 2;
const IDLE_MS = 60_000;
/** What may wait for whoever takes it; bytes. */
const AHEAD = 512 * 1024;

/** Exports of one ledger, each in a thread of its own, so that it holds up neither calls nor questions. */
export class LedgerExports {
  readonly #running = new Set<Readable>();

  constructor(private readonly options: LedgerExportsOptions) {}

  /** Begin an export; null when as many run as may. */
  start(request: ExportRequest): LedgerExport | null {
    if (this.#running.size >= (this.options.most ?? MOST)) return null;
    const { dir, idleMs = IDLE_MS } = this.options;
    const started = runExport({ dir, request }, idleMs);
    this.#running.add(started.stream);
    void started.stopped.then(() => this.#running.delete(started.stream));
    return started;
  }

  /** End all that run. */
  close(): void {
    for (const stream of this.#running) stream.destroy(new LedgerReadError('closed', 'the ledger is closed'));
  }
}

function runExport(setup: ExportSetup, idleMs: number): LedgerExport {
  const worker = startWorker('export-worker', import.meta.url, setup);
  let progress: ExportProgress = { rows: 0, at: null };
  let idle: NodeJS.Timeout | undefined;
  const fail = (why: string): void =>
    void stream.destroy(new LedgerReadError('failed', `the ledger could not be exported: ${why}`));
  const stream = new Readable({
    highWaterMark: AHEAD,
    read() {
      clearTimeout(idle);
      worker.postMessage('more');
    },
    destroy(error, done) {
      clearTimeout(idle);
      void worker.terminate();
      done(error);
    },
  });
  const begun = new Promise<void>((resolve, reject) => {
    worker.once('message', (message: ExportMessage) => {
      if (message.tell !== 'fault') resolve();
    });
    stream.once('error', reject);
    stream.once('close', () => reject(new LedgerReadError('closed', 'the export was given up')));
  });
  // Who does not wait for the beginning hears of the error from the stream.
  begun.catch(() => undefined);
  worker.on('message', (message: ExportMessage) => {
    if (message.tell === 'fault') return fail(message.message);
    progress = message.progress;
    if (message.tell === 'end') return void stream.push(null);
    if (!stream.push(message.chunk)) idle = setTimeout(() => fail('nobody takes it'), idleMs).unref();
  });
  worker.on('error', (error) => fail(errorText(error).message));
  // Asks for the first chunk before anybody reads.
  stream.read(0);
  return { stream, begun, stopped: exited(worker, stream, fail), progress: () => progress };
}

function exited(worker: Worker, stream: Readable, fail: (why: string) => void): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', (code) => {
      if (!stream.destroyed && !stream.readableEnded && code !== 0)
        fail(`its thread ended with code ${code}`);
      resolve();
    });
  });
}
