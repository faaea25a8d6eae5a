import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../ledger/start-worker.js';
import type { RecordingJob, RecordingResult } from './job.js';

/** Makes recordings in a thread of its own, one at a time. A thread that dies fails its job, and is started again. */
export class MakerThread {
  #worker: Worker | null = null;
  #settle: ((result: RecordingResult) => void) | null = null;

  /** Make one; to be asked for the next only then. Never rejects. */
  make(job: RecordingJob): Promise<RecordingResult> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#running().postMessage(job);
    });
  }

  /** End the thread; a recording that is being made is left unfinished, and fails. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
    this.#answer(lost('the program stops'));
  }

  #running(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = startWorker('maker-worker', import.meta.url, null);
    worker.unref();
    worker.on('message', (result: RecordingResult) => this.#answer(result));
    worker.on('error', (error) => this.#gone(worker, error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => this.#gone(worker, `the thread ended with code ${code}`));
    this.#worker = worker;
    return worker;
  }

  #gone(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#answer(lost(why));
  }

  #answer(result: RecordingResult): void {
    this.#settle?.(result);
    this.#settle = null;
  }
}

function lost(message: string): RecordingResult {
  return { outcome: 'failed', cause: 'not-made', message };
}
