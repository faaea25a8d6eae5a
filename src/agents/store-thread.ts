import type { Worker } from 'node:worker_threads';
import type { StoredAccount } from './account-store.js';
import type { AgentClock } from './clock.js';
import type { Registration } from './registration.js';
import type { StoreAnswer, StoreRequest } from './store-messages.js';

export interface StoreThreadOptions {
  /** Starts the thread; again when it ended by itself. */
  readonly startThread: () => Worker;
  readonly clock: AgentClock;
  /** How long changes are gathered before they are written, milliseconds. */
  readonly gatherMs: number;
  readonly onAccounts: (accounts: readonly StoredAccount[]) => void;
  readonly onTrouble: (message: string) => void;
}

/** How long to wait after the disk refused, milliseconds. */
const RETRY_MS = 2000;

/**
 * Contacts on their way to the disk: gathered, written by a thread, kept until that says so. Of each contact the last
 * state is kept, so what waits never grows beyond the contacts there are.
 */
export class StoreThread {
  /** Null: removed. */
  #changes = new Map<string, Registration | null>();
  #writing: { readonly number: number; readonly changes: Map<string, Registration | null> } | null = null;
  #number = 0;
  #timer: { cancel(): void } | null = null;
  #worker: Worker | null = null;
  #whenClosed: (() => void) | null = null;

  constructor(private readonly options: StoreThreadOptions) {}

  start(): void {
    this.#running();
  }

  save(registration: Registration): void {
    this.#changed(registration.id, registration);
  }

  remove(id: string): void {
    this.#changed(id, null);
  }

  /** Write what is left and end the thread. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#writing === null) this.#write();
    await new Promise<void>((resolve) => {
      this.#whenClosed = resolve;
      if (this.#writing === null) this.#post({ type: 'close' });
    });
  }

  #changed(id: string, registration: Registration | null): void {
    this.#changes.set(id, registration);
    this.#schedule(this.options.gatherMs);
  }

  #schedule(ms: number): void {
    if (this.#timer !== null || this.#writing !== null || this.#whenClosed !== null) return;
    this.#timer = this.options.clock.after(ms, () => {
      this.#timer = null;
      this.#write();
    });
  }

  #write(): void {
    if (this.#changes.size === 0) return;
    const changes = this.#changes;
    this.#changes = new Map();
    this.#number++;
    this.#writing = { number: this.#number, changes };
    const saved = [...changes.values()].filter((change) => change !== null);
    const removed = [...changes].filter(([, change]) => change === null).map(([id]) => id);
    this.#post({ type: 'write', number: this.#number, changes: { saved, removed } });
  }

  #heard(answer: StoreAnswer): void {
    if (answer.type === 'accounts') return this.options.onAccounts(answer.accounts);
    if (answer.type === 'closed') {
      this.#worker = null;
      return this.#whenClosed?.();
    }
    if (answer.number !== this.#writing?.number) return;
    if (answer.type === 'refused') return this.#failed(answer.message);
    this.#writing = null;
    if (this.#whenClosed !== null) return this.#finish();
    if (this.#changes.size > 0) this.#schedule(this.options.gatherMs);
  }

  /** The last changes before the end, if there are any, then the end. */
  #finish(): void {
    this.#write();
    if (this.#writing === null) this.#post({ type: 'close' });
  }

  #failed(message: string): void {
    const { changes } = this.#writing ?? { changes: new Map<string, Registration | null>() };
    this.#writing = null;
    // What came meanwhile is newer.
    this.#changes = new Map([...changes, ...this.#changes]);
    this.options.onTrouble(message);
    if (this.#whenClosed !== null) this.#post({ type: 'close' });
    else this.#schedule(RETRY_MS);
  }

  #post(request: StoreRequest): void {
    this.#running().postMessage(request);
  }

  #running(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = this.options.startThread();
    worker.on('message', (answer: StoreAnswer) => this.#heard(answer));
    worker.on('error', (error) => this.#lost(worker, error));
    worker.on('exit', (code) =>
      this.#lost(worker, new Error(`the thread of agents ended with code ${code}`)),
    );
    this.#worker = worker;
    return worker;
  }

  #lost(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    if (this.#whenClosed !== null) return this.#whenClosed();
    if (this.#writing !== null) this.#failed(error.message);
    else this.options.onTrouble(error.message);
    // It looks for changed accounts also while no contact changes.
    this.options.clock.after(RETRY_MS, () => this.#whenClosed === null && this.#running());
  }
}
