import type { ServerResponse } from 'node:http';
import type { DeskState } from './desk-state.js';

export interface DeskFeedOptions {
  /** The state of an agent's desk now; null when its account is over. */
  readonly stateOf: (agent: string) => DeskState | null;
  /** Changes within this time are told together; milliseconds, default 40. */
  readonly gatherMs?: number;
  /** Something is said at least this often; milliseconds, default 15,000. */
  readonly heartbeatMs?: number;
  /** Desks at once; default 2000. */
  readonly most?: number;
}

/** Bytes that may wait for a slow reader before it is dropped; it connects again and gets the state as it is then. */
const MAX_WAITING_BYTES = 1024 * 1024;

interface Reader {
  readonly agent: string;
  /** Its session is good still. */
  readonly isOpen: () => boolean;
  readonly response: ServerResponse;
  /** What it was told last, but for the time. */
  told: string;
}

/** Tells each desk its state whenever that has changed, as server-sent events (WHATWG HTML §9.2). */
export class DeskFeeds {
  readonly #readers = new Set<Reader>();
  readonly #heartbeat: NodeJS.Timeout;
  #gathering: NodeJS.Timeout | null = null;

  constructor(private readonly options: DeskFeedOptions) {
    this.#heartbeat = setInterval(() => this.#beat(), options.heartbeatMs ?? 15_000);
    this.#heartbeat.unref();
  }

  get hasRoom(): boolean {
    return this.#readers.size < (this.options.most ?? 2000);
  }

  /** @param isOpen the session is good still; asked with every heartbeat */
  serve(response: ServerResponse, agent: string, isOpen: () => boolean): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    const reader: Reader = { agent, isOpen, response, told: '' };
    this.#readers.add(reader);
    const gone = (): void => void this.#readers.delete(reader);
    response.on('close', gone);
    response.on('error', gone);
    this.#tell(reader);
  }

  /** Something may have changed for some desk. */
  changed(): void {
    if (this.#gathering !== null || this.#readers.size === 0) return;
    this.#gathering = setTimeout(() => {
      this.#gathering = null;
      for (const reader of this.#readers) this.#tell(reader);
    }, this.options.gatherMs ?? 40);
    this.#gathering.unref();
  }

  close(): void {
    clearInterval(this.#heartbeat);
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    for (const { response } of this.#readers) response.end();
    this.#readers.clear();
  }

  #beat(): void {
    for (const reader of this.#readers) {
      if (!reader.isOpen()) {
        this.#expire(reader);
        continue;
      }
      // Opening hours change the keys without any event.
      this.#tell(reader);
      this.#send(reader, 'event: alive\ndata: {}\n\n');
    }
  }

  #tell(reader: Reader): void {
    const state = this.options.stateOf(reader.agent);
    if (state === null) return this.#expire(reader);
    const content = JSON.stringify({ ...state, now: 0 });
    if (content === reader.told) return;
    reader.told = content;
    this.#send(reader, `event: state\ndata: ${JSON.stringify(state)}\n\n`);
  }

  #expire(reader: Reader): void {
    this.#send(reader, 'event: expired\ndata: {}\n\n');
    this.#readers.delete(reader);
    reader.response.end();
  }

  #send(reader: Reader, text: string): void {
    reader.response.write(text);
    if (reader.response.writableLength <= MAX_WAITING_BYTES) return;
    this.#readers.delete(reader);
    reader.response.destroy();
  }
}
