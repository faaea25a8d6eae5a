/** Agents at pages in browsers: their passwords, and those that pages register phones with. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Account, Secrets } from './authenticator.js';
import { ha1 } from './digest/hashes.js';
import type { Lockouts } from './lockouts.js';

export interface PageAccessParts {
  /** 32 random bytes that stay the same across restarts. */
  readonly secret: Buffer;
  readonly realm: string;
  readonly account: (id: string) => Account | undefined;
  readonly lockouts: Lockouts;
  /** A password was wrong, or there is no such account. */
  readonly onWrong: (account: string, source: string) => void;
}

/** Stands in for the secret of an account that is not there: the same work is done for it. */
const NOBODY = '0'.repeat(64);
/** Longest name that is taken note of. */
const LONGEST_NAME = 64;

export class PageAccess {
  constructor(private readonly parts: PageAccessParts) {}

  /**
   * Whether this is the password of an account that is enabled. `source`: IP address; too many wrong passwords from
   * there lock the account for it, those of its phones included.
   */
  logIn(id: string, password: string, source: string): 'right' | 'wrong' | 'locked' {
    const { realm, lockouts, onWrong } = this.parts;
    const name = id.slice(0, LONGEST_NAME);
    if (lockouts.lockedUntil(name, source) !== null) return 'locked';
    const account = this.#enabled(id);
    const given = Buffer.from(ha1('SHA-256', id, realm, password), 'latin1');
    const kept = Buffer.from(account?.secrets['SHA-256'] ?? NOBODY, 'latin1');
    if (timingSafeEqual(given, kept) && account !== undefined) {
      lockouts.succeeded(name, source);
      return 'right';
    }
    lockouts.failed(name, source);
    onWrong(name, source);
    return 'wrong';
  }

  /** Another text after each change of the password; null without an account that is enabled. */
  markOf(id: string): string | null {
    const account = this.#enabled(id);
    return account === undefined
      ? null
      : createHash('sha256').update(`mark\n${account.secrets['SHA-256']}`).digest('base64url');
  }

  /**
   * What the phone of a page registers with: good as long as the account's password stays what it is, and worth nothing
   * elsewhere. Null without an account that is enabled.
   */
  pagePassword(id: string): string | null {
    const account = this.#enabled(id);
    return account === undefined ? null : this.#derived(account);
  }

  /** The same as a registrar compares it. */
  pageSecrets(account: Account): Secrets {
    const { realm } = this.parts;
    const password = this.#derived(account);
    const { id } = account.agent;
    return { MD5: ha1('MD5', id, realm, password), 'SHA-256': ha1('SHA-256', id, realm, password) };
  }

  #derived({ agent, secrets }: Account): string {
    return createHmac('sha256', this.parts.secret)
      .update(`phone\n${agent.id}\n${secrets['SHA-256']}`)
      .digest('base64url');
  }

  #enabled(id: string): Account | undefined {
    const account = this.parts.account(id);
    return account?.agent.enabled === true ? account : undefined;
  }
}
