import { createHash } from 'node:crypto';
import { type LockoutLimits, Lockouts } from '../agents/lockouts.js';

export interface TokenGuessOptions {
  /** UTC milliseconds. */
  readonly now: () => number;
  readonly limits: LockoutLimits;
  /** An address is locked. */
  readonly onLocked: (source: string, forMs: number) => void;
}

/** An address may be wrong as many times more often as with passwords: a house of many programs has one address. */
const PROGRAMS_PER_SOURCE = 5;
/** Wrong tokens that are kept in mind; the oldest is forgotten first. */
const MOST_REMEMBERED = 20_000;
/** Stands for all tokens in the lockouts. */
const ANY = '*';

/**
 * Slows down who guesses tokens, by address. A program that sends the same wrong token again and again is no guesser,
 * and locks nobody out who is behind the same address.
 */
export class TokenGuesses {
  readonly #lockouts: Lockouts;
  readonly #seen = new Set<string>();

  constructor(private readonly options: TokenGuessOptions) {
    const { now, limits, onLocked } = options;
    this.#lockouts = new Lockouts({
      now,
      limits: { ...limits, attempts: limits.attempts * PROGRAMS_PER_SOURCE },
      onLocked: ({ source, until }) => onLocked(source, until - now()),
    });
  }

  /** For how long an address is locked still, milliseconds; 0 when it is not. `source`: IP address. */
  lockedFor(source: string): number {
    const until = this.#lockouts.lockedUntil(ANY, source);
    return until === null ? 0 : until - this.options.now();
  }

  /** A token that there never was came from this address. */
  wrong(token: string, source: string): void {
    const guess = createHash('sha256').update(`${source}\n${token}`).digest('base64url');
    if (this.#seen.has(guess)) return;
    const [oldest] = this.#seen;
    if (this.#seen.size >= MOST_REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
    this.#seen.add(guess);
    this.#lockouts.failed(ANY, source);
  }
}
