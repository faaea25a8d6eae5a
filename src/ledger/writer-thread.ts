import type { Worker } from 'node:worker_threads';
import { errorText } from './faults.js';
import type { Conflict } from './month-writer.js';
import { startWorker } from './start-worker.js';
import type { WriterAnswer, WriterRequest, WriterSetup } from './writer-messages.js';
import type { Batch } from './writer-store.js';

/** Who hears what became of a batch. */
export interface WriterListener {
  committed(number: number, conflicts: readonly Conflict[]): void;
  refused(code: string, message: string): void;
  /** See `spooling` and `caught-up` of LedgerTrouble. */
  spooling(state: { readonly code: string; readonly message: string; readonly records: number }): void;
  caughtUp(state: { readonly records: number; readonly damaged: number }): void;
  /** Of records that were in the spool. */
  conflicts(conflicts: readonly Conflict[]): void;
}

/**
 * The writer in its own thread, so that an fsync never holds up the signalling. A thread that dies is
 * started again with the next batch; the batch that it had counts as refused and comes again.
 */
export class WriterThread {
  readonly #setup: WriterSetup;
  readonly #listener: WriterListener;
  readonly #startThread: (setup: WriterSetup) => Worker;
  #worker: Worker | null = null;
  #closed: { resolve(): void; reject(error: Error): void } | null = null;

  /** `startThread` is for tests that want the thread in their hands. */
  constructor(
    setup: WriterSetup,
    listener: WriterListener,
    startThread = (given: WriterSetup): Worker => startWorker('writer-worker', import.meta.url, given),
  ) {
    this.#setup = setup;
    this.#listener = listener;
    this.#startThread = startThread;
  }

  /** Start now rather than with the first batch. */
  start(): void {
    this.#running();
  }

  /** Write a batch; the listener hears of it. */
  send(batch: Batch): void {
    this.#post({ type: 'commit', batch });
  }

  /** Bring the log into the file and end the thread. Rejects when the disk refuses; the thread ends anyway. */
  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#closed = { resolve, reject };
      this.#post({ type: 'close' });
    });
  }

  #post(request: WriterRequest): void {
    this.#running().postMessage(request);
  }

  #running(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = this.#startThread(this.#setup);
    worker.on('message', (answer: WriterAnswer) => this.#heard(answer));
    worker.on('messageerror', (error) => this.#lost(worker, error));
    worker.on('error', (error) => this.#lost(worker, error));
    worker.on('exit', (code) => this.#lost(worker, new Error(`the writer's thread ended with code ${code}`)));
    this.#worker = worker;
    return worker;
  }

  #heard(answer: WriterAnswer): void {
    switch (answer.type) {
      case 'committed':
        this.#listener.committed(answer.number, answer.conflicts);
        break;
      case 'refused':
        this.#listener.refused(answer.code, answer.message);
        break;
      case 'spooling':
        this.#listener.spooling(answer);
        break;
      case 'caught-up':
        this.#listener.caughtUp(answer);
        break;
      case 'conflicts':
        this.#listener.conflicts(answer.conflicts);
        break;
      case 'closed':
        this.#worker = null;
        if (answer.problem === null) this.#closed?.resolve();
        else this.#closed?.reject(new Error(`the ledger could not be closed: ${answer.problem}`));
        this.#closed = null;
        break;
    }
  }

  #lost(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const { code, message } = errorText(error);
    if (this.#closed !== null) this.#closed.reject(new Error(`the ledger could not be closed: ${message}`));
    this.#closed = null;
    this.#listener.refused(code, message);
  }
}
