/** Slows down who guesses passwords: per account and source, so that nobody can lock an agent out from elsewhere. */

export interface LockoutLimits {
  /** Wrong passwords in a row before the first lock. */
  readonly attempts: number;
  /** The first lock, each further one lasts twice as long; milliseconds. */
  readonly firstMs: number;
  /** The longest lock; also how long a pair must be quiet to be forgotten. */
  readonly mostMs: number;
}

/** An account that is locked for a source. */
export interface Lockout {
  /** The name that was tried; there need be no such account. */
  readonly account: string;
  /** IP address. */
  readonly source: string;
  /** Wrong passwords since the pair was last quiet. */
  readonly failures: number;
  /** How often in a row it was locked. */
  readonly times: number;
  /** UTC milliseconds. */
  readonly until: number;
}

export interface LockoutOptions {
  /** UTC milliseconds. */
  readonly now: () => number;
  readonly limits: LockoutLimits;
  readonly onLocked: (lockout: Lockout) => void;
  /** Pairs that are kept in mind; the one that failed longest ago is forgotten first. */
  readonly most?: number;
}

interface Entry {
  readonly account: string;
  readonly source: string;
  failures: number;
  /** Failures since the last lock. */
  row: number;
  times: number;
  until: number;
  lastAt: number;
}

const MOST = 50_000;

export class Lockouts {
  readonly #entries = new Map<string, Entry>();

  constructor(private readonly options: LockoutOptions) {}

  /** Until when this pair is locked, UTC milliseconds; null when it is not. */
  lockedUntil(account: string, source: string): number | null {
    const entry = this.#entries.get(keyOf(account, source));
    return entry !== undefined && entry.until > this.options.now() ? entry.until : null;
  }

  /** A wrong password, or a name that there is no account of. */
  failed(account: string, source: string): void {
    const { now, limits, onLocked, most = MOST } = this.options;
    const key = keyOf(account, source);
    const known = this.#entries.get(key);
    const quiet = known === undefined || now() - Math.max(known.lastAt, known.until) > limits.mostMs;
    const entry: Entry = quiet
      ? { account, source, failures: 0, row: 0, times: 0, until: 0, lastAt: 0 }
      : known;
    entry.failures++;
    entry.row++;
    entry.lastAt = now();
    // Set anew, so that the order is that of the last failure.
    this.#entries.delete(key);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size >= most && oldest !== undefined) this.#entries.delete(oldest);
    this.#entries.set(key, entry);
    // Who was locked before gets no further attempts for nothing.
    if (entry.times === 0 && entry.row < limits.attempts) return;
    entry.row = 0;
    entry.times++;
    entry.until = now() + Math.min(limits.mostMs, limits.firstMs * 2 ** Math.min(entry.times - 1, 40));
    onLocked(lockoutOf(entry));
  }

  /** The right password: what was before is forgiven. */
  succeeded(account: string, source: string): void {
    if (this.#entries.size > 0) this.#entries.delete(keyOf(account, source));
  }

  /** The account was changed: it is free again for everybody. */
  forgive(account: string): void {
    for (const [key, entry] of this.#entries) if (entry.account === account) this.#entries.delete(key);
  }

  /** Pairs that are locked now, the latest first; 1,000 at most. */
  current(): readonly Lockout[] {
    const now = this.options.now();
    const found: Lockout[] = [];
    for (const entry of this.#entries.values()) if (entry.until > now) found.push(lockoutOf(entry));
    return found.reverse().slice(0, 1000);
  }
}

function lockoutOf({ account, source, failures, times, until }: Entry): Lockout {
  return { account, source, failures, times, until };
}

const keyOf = (account: string, source: string): string => `${source} ${account}`;
