/** The desk's state as it comes from the server, whole each time; connects again by itself. */
import type { DeskState } from '../../../api/desk/desk-state.js';

export interface FeedEvents {
  onState(state: DeskState): void;
  onConnection(up: boolean): void;
  /** The session is over. */
  onExpired(): void;
}

/** Longest pause before the feed connects again; milliseconds. */
const longestMs = 3_000;
/** The server says something at least every 15 s; without a word for so long the connection is dead. */
const silentMs = 40_000;

export class DeskFeed {
  #source: EventSource | null = null;
  #retryMs = 250;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(private readonly events: FeedEvents) {}

  open(): void {
    const source = new EventSource('/v1/desk/events');
    this.#source = source;
    const alive = (): void => {
      clearTimeout(this.#watch);
      this.#watch = setTimeout(() => this.#again(), silentMs);
    };
    source.addEventListener('open', () => {
      this.#retryMs = 250;
      this.events.onConnection(true);
      alive();
    });
    source.addEventListener('state', (event) => {
      alive();
      this.events.onState(JSON.parse(event.data) as DeskState);
    });
    source.addEventListener('alive', alive);
    source.addEventListener('expired', () => {
      this.close();
      this.events.onExpired();
    });
    source.addEventListener('error', () => this.#again());
    alive();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#watch);
    this.#source?.close();
  }

  /** EventSource gives up for good on some answers; a new one never does. */
  #again(): void {
    this.#source?.close();
    clearTimeout(this.#watch);
    if (this.#closed) return;
    this.events.onConnection(false);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#reopen(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, longestMs);
  }

  async #reopen(): Promise<void> {
    // An EventSource does not tell a session that is over from a server that is away.
    const response = await fetch('/v1/desk/session', { credentials: 'same-origin' }).catch(() => null);
    if (this.#closed) return;
    if (response?.status === 401) {
      this.close();
      this.events.onExpired();
    } else this.open();
  }
}
