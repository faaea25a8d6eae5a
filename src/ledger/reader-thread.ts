import type { Worker } from 'node:worker_threads';
import { errorText } from './faults.js';
import { LedgerReadError } from './ledger-read-error.js';
import type { Question, ReaderAnswer, ReaderRequest } from './reader-messages.js';

/** Questions that may wait for a thread. */
const MAX_WAITING = 64;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: LedgerReadError): void;
}

/**
 * A thread that answers questions one after the other. It is started with the first one, and again with the next one
 * after it has died; those that it had then are lost.
 */
export class ReaderThread {
  readonly #start: () => Worker;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #closed = false;
  #lastId = 0;

  /** @param start starts a reader-worker */
  constructor(start: () => Worker) {
    this.#start = start;
  }

  /** Rejects with a {@link LedgerReadError}. */
  ask(question: Question): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new LedgerReadError('closed', 'the ledger is closed'));
      if (this.#waiting.size >= MAX_WAITING)
        return reject(new LedgerReadError('busy', `${MAX_WAITING} questions to the ledger wait already`));
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { resolve, reject });
      const request: ReaderRequest = { id: this.#lastId, question };
      this.#running().postMessage(request);
    });
  }

  /** Resolves when what was asked before is answered and the thread has ended. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closed = true;
      if (this.#worker === null) return resolve();
      this.#worker.once('exit', () => resolve());
      this.#worker.postMessage('close');
    });
  }

  #running(): Worker {
    if (this.#worker !== null) return this.#worker;
    const started = this.#start();
    started.on('message', (answer: ReaderAnswer) => this.#heard(answer));
    started.on('error', (error) => this.#lost(started, errorText(error).message));
    started.on('exit', (code) => this.#lost(started, `its thread ended with code ${code}`));
    this.#worker = started;
    return started;
  }

  #heard(answer: ReaderAnswer): void {
    const asked = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.ok) asked?.resolve(answer.value);
    else asked?.reject(new LedgerReadError('failed', `the ledger could not be read: ${answer.message}`));
  }

  #lost(gone: Worker, why: string): void {
    if (this.#worker !== gone) return;
    this.#worker = null;
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of left)
      reject(new LedgerReadError('failed', `the ledger could not be read: ${why}`));
  }
}
