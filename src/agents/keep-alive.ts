import type { AgentClock } from './clock.js';
import type { ContactBook } from './contact-book.js';
import { contactOf, isBehindNat, type Registration } from './registration.js';

/** Sends OPTIONS outside of a dialog; resolves to the final status, 408 and 503 when nobody is there. */
export type AskPhone = (
  uri: string,
  hop: { readonly nextHop: string | null; readonly route: string | null },
) => Promise<number>;

export interface KeepAliveOptions {
  readonly clock: AgentClock;
  readonly book: ContactBook;
  readonly ask: AskPhone;
  /** How often, milliseconds; 0: never. Bindings of NATs over UDP last 30 s at least nearly everywhere. */
  readonly everyMs: number;
}

/** Unanswered OPTIONS in a row after which a phone counts as gone. */
const MISSES = 3;
/** How often it is looked whose turn it is. */
const TICK_MS = 1000;

interface Turn {
  dueAt: number;
  misses: number;
  asking: boolean;
}

/**
 * Keeps the way open to phones behind NAT that registered over UDP, by OPTIONS, and finds out when a phone that was lost
 * is back. Phones over connections keep those open by themselves (RFC 5626 §3.5.1). A bound binding is asked once at a
 * time, so a dead phone costs one transaction.
 */
export class KeepAlive {
  readonly #turns = new Map<string, Turn>();
  #timer: { cancel(): void } | null = null;

  constructor(private readonly options: KeepAliveOptions) {}

  start(): void {
    if (this.options.everyMs > 0) this.#next();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #next(): void {
    this.#timer = this.options.clock.after(TICK_MS, () => {
      this.#tick();
      this.#next();
    });
  }

  #tick(): void {
    const { book, clock, everyMs } = this.options;
    const now = clock.now();
    const wanted = new Set<string>();
    for (const entry of book.all()) {
      if (!entry.lost && !(entry.source.transport === 'udp' && isBehindNat(entry))) continue;
      wanted.add(entry.id);
      const turn = this.#turns.get(entry.id) ?? {
        dueAt: entry.refreshedAt + everyMs,
        misses: 0,
        asking: false,
      };
      this.#turns.set(entry.id, turn);
      if (turn.dueAt > now || turn.asking) continue;
      turn.dueAt = now + everyMs;
      this.#ask(entry, turn);
    }
    for (const id of this.#turns.keys()) if (!wanted.has(id)) this.#turns.delete(id);
  }

  #ask(registration: Registration, turn: Turn): void {
    const { book, ask } = this.options;
    const { id, uri, route, ways } = contactOf(registration);
    turn.asking = true;
    void ask(uri, { nextHop: ways[0].nextHop, route })
      // A server that is not there says nothing about the phone.
      .catch(() => 0)
      .then((status) => {
        turn.asking = false;
        if (status === 0) return;
        const there = status !== 408 && status !== 503 && status !== 430;
        turn.misses = there ? 0 : turn.misses + 1;
        if (there) book.mark(id, false);
        else if (turn.misses >= MISSES) book.mark(id, true);
      });
  }
}
