import type { Worker } from 'node:worker_threads';
import type { SipLog } from '../log.js';
import type { SipServerStats } from '../server.js';
import type { FromThread, Started, ToThread, TrustedBlock } from './messages.js';

export interface ThreadedServerOptions {
  /** A worker thread just started from `server-worker.js` with a `ThreadSetup`. */
  readonly worker: Worker;
  /** Gets what the server logs. */
  readonly log: SipLog;
  /**
   * Called once when the thread ended by itself or no longer answers; it is gone then, with every dialog. Not called
   * when the server could not start, which rejects `start`, nor after `stop`.
   */
  readonly crashed: (error: Error) => void;
  /** How often the thread is asked whether it is there; 5000 ms when absent. */
  readonly watchMs?: number;
}

/** Questions in a row that may stay without an answer. */
const MOST_UNANSWERED = 3;
/** A thread that was told to stop is ended after this, ms. */
const STOP_MS = 5_000;

type Phase = 'starting' | 'running' | 'stopping' | 'ended';

/** The folder of the thread's entry, for whoever starts the worker. */
export const threadModule = import.meta.url;

/** A SIP server in a thread of its own, so that signalling and application use two cores. */
export class ThreadedSipServer {
  private readonly worker: Worker;
  private phase: Phase = 'starting';
  private resolveStart: (started: Started) => void = () => undefined;
  private rejectStart: (error: Error) => void = () => undefined;
  private readonly exited: Promise<void>;
  private asked: ((stats: SipServerStats) => void)[] = [];
  private unanswered = 0;
  private watch: NodeJS.Timeout | null = null;
  private last: Error | null = null;

  constructor(private readonly options: ThreadedServerOptions) {
    this.worker = options.worker;
    this.worker.on('message', (message: FromThread) => this.onMessage(message));
    this.worker.on('messageerror', (error) =>
      options.log.warn({ err: error }, 'unreadable message of the SIP thread'),
    );
    this.worker.on('error', (error: unknown) => {
      this.last = error instanceof Error ? error : new Error(String(error));
    });
    this.exited = new Promise((resolve) => {
      this.worker.once('exit', (code) => {
        this.onExit(code);
        resolve();
      });
    });
  }

  /** Resolves when all sockets are open; rejects with the system's error when one cannot be opened. */
  start(): Promise<Started> {
    return new Promise((resolve, reject) => {
      this.resolveStart = resolve;
      this.rejectStart = reject;
    });
  }

  /** Closes everything at once and ends the thread; peers are not told. */
  async stop(): Promise<void> {
    if (this.phase === 'ended') return;
    this.phase = 'stopping';
    this.endWatch();
    this.tell({ type: 'stop' });
    const deadline = setTimeout(() => void this.worker.terminate(), STOP_MS);
    await this.exited;
    clearTimeout(deadline);
  }

  /** The figures of the server; those who ask while an answer is under way share it. Rejects when the thread is gone. */
  stats(): Promise<SipServerStats> {
    if (this.phase !== 'running') return Promise.reject(new Error('the SIP thread is not running'));
    return new Promise((resolve, reject) => {
      if (this.asked.length === 0) this.tell({ type: 'stats' });
      this.asked.push(resolve);
      void this.exited.then(() => reject(new Error('the SIP thread has ended')));
    });
  }

  /** Replaces the sources that are never counted or blocked. */
  trust(blocks: readonly TrustedBlock[]): void {
    this.tell({ type: 'trust', blocks });
  }

  reloadCertificates(): void {
    this.tell({ type: 'reloadCertificates' });
  }

  private tell(message: ToThread): void {
    this.worker.postMessage(message);
  }

  private onMessage(message: FromThread): void {
    switch (message.type) {
      case 'started':
        this.phase = 'running';
        this.resolveStart(message.started);
        this.beginWatch();
        return;
      case 'refused':
        this.last = message.error;
        return;
      case 'stats': {
        this.unanswered = 0;
        const waiting = this.asked;
        this.asked = [];
        for (const resolve of waiting) resolve(message.stats);
        return;
      }
      case 'log':
        this.options.log[message.level](message.fields, message.text);
        return;
      case 'stopped':
        return;
    }
  }

  private onExit(code: number): void {
    const { phase } = this;
    this.phase = 'ended';
    this.endWatch();
    const error = this.last ?? new Error(`the SIP thread ended with code ${code}`);
    if (phase === 'starting') this.rejectStart(error);
    if (phase === 'running') this.options.crashed(error);
  }

  /** A thread that is caught in a loop ends nothing by itself: it is asked something every few seconds. */
  private beginWatch(): void {
    this.watch = setInterval(() => {
      if (this.unanswered >= MOST_UNANSWERED) {
        this.last ??= new Error('the SIP thread does not answer');
        void this.worker.terminate();
        return;
      }
      this.unanswered++;
      this.tell({ type: 'stats' });
    }, this.options.watchMs ?? 5_000).unref();
  }

  private endWatch(): void {
    if (this.watch !== null) clearInterval(this.watch);
    this.watch = null;
  }
}
