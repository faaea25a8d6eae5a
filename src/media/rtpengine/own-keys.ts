import { type MediaClock, systemClock } from '../clock.js';

interface OwnKey {
  readonly leg: string;
  readonly key: string;
  /** Its report is lost when it has not come by then; monotonic milliseconds. */
  readonly until: number;
}

/** A report comes with the answer to the command, within 2 ms; one that is later than this never comes. */
const lateMs = 2000;
/** Keys of one call whose reports may be awaited. */
const mostKeys = 64;

/**
 * Keys that we send into a leg ourselves. The engine (10.5) reports them like those that its party pressed, blocked
 * or not: taken for pressed ones they would be sent again, for ever.
 */
export class OwnKeys {
  readonly #calls = new Map<string, OwnKey[]>();

  constructor(private readonly clock: MediaClock = systemClock) {}

  /** A key is about to be sent. Gives what takes that back, for when the engine refused it. */
  sending(callId: string, leg: string, key: string): () => void {
    const own: OwnKey = { leg, key, until: this.clock.now() + lateMs };
    const awaited = this.#awaited(callId);
    this.#keep(callId, [...awaited, own].slice(-mostKeys));
    return () => this.#drop(callId, own);
  }

  /** True when what was reported is a key of ours; a second report of it is not. */
  takes(callId: string, leg: string, key: string): boolean {
    const own = this.#awaited(callId).find((one) => one.leg === leg && one.key === key);
    if (own !== undefined) this.#drop(callId, own);
    return own !== undefined;
  }

  callEnded(callId: string): void {
    this.#calls.delete(callId);
  }

  #awaited(callId: string): OwnKey[] {
    const now = this.clock.now();
    return (this.#calls.get(callId) ?? []).filter((own) => own.until > now);
  }

  #drop(callId: string, own: OwnKey): void {
    this.#keep(
      callId,
      this.#awaited(callId).filter((one) => one !== own),
    );
  }

  #keep(callId: string, keys: OwnKey[]): void {
    if (keys.length === 0) this.#calls.delete(callId);
    else this.#calls.set(callId, keys);
  }
}

/** The engine sends no shorter and no longer keys; milliseconds. */
const SHORTEST_MS = 100;
const LONGEST_MS = 5000;

/** How long a key is sent that was pressed for so long; milliseconds. */
export function sendableMs(pressedMs: number): number {
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, pressedMs));
}
