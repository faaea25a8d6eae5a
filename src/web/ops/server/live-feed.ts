/** The stream of live events; connects again by itself, and goes on where it was. */
import { EventReader, type StreamEvent } from './event-reader.js';
import { OpsError, send } from './ops-client.js';

export interface LiveFeedEvents {
  onEvent(event: StreamEvent): void;
  onConnection(up: boolean): void;
  /** The server does not let this page in any more. */
  onRefused(): void;
}

const SHORTEST_MS = 250;
/** Longest pause before the feed connects again; milliseconds. */
const LONGEST_MS = 3_000;
/** The server says something at least every 15 s; without a word for so long the connection is dead. */
const SILENT_MS = 40_000;

/** Read with fetch: an EventSource cannot show a token. */
export class LiveFeed {
  #retryMs = SHORTEST_MS;
  #lastId = '';
  #closed = false;
  #reading: AbortController | null = null;

  constructor(private readonly events: LiveFeedEvents) {}

  /** Reads until `close`. */
  async run(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#read();
      } catch (error) {
        if (error instanceof OpsError && (error.code === 'unauthorized' || error.code === 'forbidden')) {
          this.close();
          this.events.onRefused();
          return;
        }
      }
      if (this.#closed) return;
      this.events.onConnection(false);
      await new Promise((resolve) => setTimeout(resolve, this.#retryMs));
      this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_MS);
    }
  }

  close(): void {
    this.#closed = true;
    this.#reading?.abort();
  }

  async #read(): Promise<void> {
    const reading = new AbortController();
    this.#reading = reading;
    let watch = setTimeout(() => reading.abort(), SILENT_MS);
    try {
      const headers: Record<string, string> = this.#lastId === '' ? {} : { 'last-event-id': this.#lastId };
      const response = await send('GET', '/v1/events', { signal: reading.signal, headers });
      const body = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      if (body === undefined) return;
      this.#retryMs = SHORTEST_MS;
      this.events.onConnection(true);
      const reader = new EventReader();
      for (;;) {
        const { done, value } = await body.read();
        if (done) return;
        clearTimeout(watch);
        watch = setTimeout(() => reading.abort(), SILENT_MS);
        for (const event of reader.read(value)) {
          this.#lastId = event.id;
          this.events.onEvent(event);
        }
      }
    } finally {
      clearTimeout(watch);
    }
  }
}
