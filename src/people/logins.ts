import type { LockoutLimits } from '../agents/lockouts.js';
import { Lockouts } from '../agents/lockouts.js';
import { isPassword, NOBODYS_PASSWORD } from './password-hash.js';
import type { People } from './people.js';

/** `busy`: too many log in at this moment. */
export type LoginVerdict = 'right' | 'wrong' | 'locked' | 'busy';

export interface LoginOptions {
  readonly people: Pick<People, 'passwordOf'>;
  /** UTC milliseconds. */
  readonly now: () => number;
  readonly limits: LockoutLimits;
  /** A name, or with null any name, is locked for an address. */
  readonly onLocked: (name: string | null, source: string, forMs: number) => void;
}

/** Longest name that is taken note of. */
const LONGEST_NAME = 64;
/** Logins that wait for their turn at most; each takes a tenth of a second of one processor. */
const MOST_WAITING = 20;
/** An address may be wrong as many times more often over all names: a house of many people has one address. */
const NAMES_PER_SOURCE = 5;
/** No account has this name. */
const ANYBODY = '*';

/** Logging in with a password: one after the other, so that guessing in parallel gains nothing. */
export class Logins {
  readonly #byName: Lockouts;
  readonly #bySource: Lockouts;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(private readonly options: LoginOptions) {
    const { now, limits, onLocked } = options;
    const lasting = (until: number): number => until - now();
    this.#byName = new Lockouts({
      now,
      limits,
      onLocked: ({ account, source, until }) => onLocked(account, source, lasting(until)),
    });
    this.#bySource = new Lockouts({
      now,
      limits: { ...limits, attempts: limits.attempts * NAMES_PER_SOURCE },
      onLocked: ({ source, until }) => onLocked(null, source, lasting(until)),
    });
  }

  /** Whether this is the password of an account that is enabled. `source`: IP address. Never rejects. */
  async check(id: string, password: string, source: string): Promise<LoginVerdict> {
    if (this.#waiting >= MOST_WAITING) return 'busy';
    this.#waiting++;
    const verdict = this.#turn.then(() => this.#decide(id, password, source));
    this.#turn = verdict.finally(() => this.#waiting--);
    return verdict;
  }

  /** The account was changed: it is free again for everybody. */
  forgive(id: string): void {
    this.#byName.forgive(id.slice(0, LONGEST_NAME));
  }

  async #decide(id: string, password: string, source: string): Promise<LoginVerdict> {
    const name = id.slice(0, LONGEST_NAME);
    if (this.#byName.lockedUntil(name, source) !== null) return 'locked';
    if (this.#bySource.lockedUntil(ANYBODY, source) !== null) return 'locked';
    const kept = this.options.people.passwordOf(id);
    const right = await isPassword(password, kept ?? NOBODYS_PASSWORD);
    if (right && kept !== null) {
      this.#byName.succeeded(name, source);
      return 'right';
    }
    this.#byName.failed(name, source);
    this.#bySource.failed(ANYBODY, source);
    return 'wrong';
  }
}
