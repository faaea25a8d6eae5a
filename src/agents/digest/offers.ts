import type { DigestAlgorithm } from './hashes.js';

/** How long a phone that was offered all is expected to answer, milliseconds. */
const PATIENCE_MS = 600_000;
const MOST = 20_000;

/**
 * Which algorithms a phone is offered. Some give up when they see a challenge that they do not know, although another
 * one beside it would do: who comes again without credentials is offered MD5 alone. Nothing is lost by that: whoever
 * could make a phone do so could take the other challenge away as well.
 */
export class Offers {
  /** When a phone was offered all, by its address and name. */
  readonly #asked = new Map<string, number>();

  constructor(
    private readonly algorithms: readonly DigestAlgorithm[],
    private readonly now: () => number,
  ) {}

  /** For a phone that has shown no credentials. */
  to(phone: string): readonly DigestAlgorithm[] {
    const { algorithms } = this;
    if (algorithms.length < 2 || !algorithms.includes('MD5')) return algorithms;
    const asked = this.#asked.get(phone);
    if (asked !== undefined && this.now() - asked < PATIENCE_MS) return ['MD5'];
    this.#asked.delete(phone);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size >= MOST && oldest !== undefined) this.#asked.delete(oldest);
    this.#asked.set(phone, this.now());
    return algorithms;
  }

  /** It has answered one of them. */
  answered(phone: string): void {
    this.#asked.delete(phone);
  }
}
