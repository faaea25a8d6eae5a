import { timingSafeEqual } from 'node:crypto';
import { parseNameAddr } from '../sip/message/name-addr.js';
import type { Agent } from './agent.js';
import type { AgentAnswer, AgentRequest } from './agent-request.js';
import { type DigestAlgorithm, responseFor } from './digest/hashes.js';
import type { Nonces } from './digest/nonces.js';
import { Offers } from './digest/offers.js';
import { type Authorization, readAuthorization } from './digest/read-authorization.js';
import type { Lockouts } from './lockouts.js';

/** What is kept of a password, for each algorithm. Never logged, in no answer of the API. */
export type Secrets = Readonly<Record<DigestAlgorithm, string>>;

export interface Account {
  readonly agent: Agent;
  readonly secrets: Secrets;
}

export interface AuthenticatorOptions {
  readonly realm: string;
  /** Offered in this order: the one that we like best on top (RFC 8760 §2.3). */
  readonly algorithms: readonly [DigestAlgorithm, ...DigestAlgorithm[]];
  readonly nonces: Nonces;
  readonly lockouts: Lockouts;
  readonly account: (id: string) => Account | undefined;
  /** What else opens an account: the password of the phone in a page. */
  readonly pageSecrets: (account: Account) => Secrets;
  /** UTC milliseconds. */
  readonly now: () => number;
  /** A password was wrong, or there is no such account. */
  readonly onWrong: (account: string, source: string) => void;
}

export type Authentication =
  | { readonly ok: true; readonly agent: Agent }
  | { readonly ok: false; readonly answer: AgentAnswer };

/** Stands in for the secrets of accounts that are not there: the same work is done for them. */
const NOBODY: Secrets = { MD5: '0'.repeat(32), 'SHA-256': '0'.repeat(64) };
/** Longest name that is taken note of. */
const LONGEST_NAME = 64;

/**
 * Says whether a request proves by digest who sent it (RFC 3261 §22, RFC 7616). A name that there is no account of, one
 * that is disabled and a wrong password are answered alike, after the same work.
 */
export class Authenticator {
  readonly #offers: Offers;

  constructor(private readonly options: AuthenticatorOptions) {
    this.#offers = new Offers(options.algorithms, options.now);
  }

  /** Whether the request brings credentials for us. */
  brings(request: AgentRequest): boolean {
    return readAuthorization(request.get('Authorization'))?.realm === this.options.realm;
  }

  judge(request: AgentRequest): Authentication {
    const { nonces, lockouts, realm } = this.options;
    const given = readAuthorization(request.get('Authorization'));
    if (given === null || given.realm !== realm) return { ok: false, answer: this.challenge(request) };
    this.#offers.answered(phoneOf(request));
    const name = given.username.slice(0, LONGEST_NAME);
    const { host } = request.source;
    const until = lockouts.lockedUntil(name, host);
    if (until !== null) return this.#locked(until);
    const account = this.#verify(request.method, given);
    if (account === null) {
      lockouts.failed(name, host);
      this.options.onWrong(name, host);
      return this.#challenge(false);
    }
    // Only who knows the password learns whether the nonce was a good one.
    if (nonces.use(given.nonce, given.nc) === 'stale') return this.#challenge(true);
    lockouts.succeeded(name, host);
    return { ok: true, agent: account.agent };
  }

  /** Ask for credentials. */
  challenge(request: AgentRequest): AgentAnswer {
    return this.#challenge(false, this.#offers.to(phoneOf(request))).answer;
  }

  #verify(method: string, given: Authorization): Account | null {
    const account = this.options.account(given.username);
    const ofPage = account === undefined ? NOBODY : this.options.pageSecrets(account);
    const response = Buffer.from(given.response, 'latin1');
    const fits = ({ [given.algorithm]: secret }: Secrets): boolean => {
      const expected = Buffer.from(responseFor(given.algorithm, secret, { method, ...given }), 'latin1');
      return expected.length === response.length && timingSafeEqual(expected, response);
    };
    const right = [account?.secrets ?? NOBODY, ofPage].filter(fits).length > 0;
    const offered = this.options.algorithms.includes(given.algorithm);
    return right && offered && account?.agent.enabled === true ? account : null;
  }

  #challenge(
    stale: boolean,
    algorithms: readonly DigestAlgorithm[] = this.options.algorithms,
  ): { readonly ok: false; readonly answer: AgentAnswer } {
    const { realm, nonces } = this.options;
    const nonce = nonces.issue();
    const challenges = algorithms.map(
      (algorithm) =>
        `Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"${stale ? ', stale=true' : ''}`,
    );
    return { ok: false, answer: { status: 401, reason: null, headers: { 'WWW-Authenticate': challenges } } };
  }

  /** 403 and not 503: a proxy in front of phones would take us for broken. */
  #locked(until: number): { readonly ok: false; readonly answer: AgentAnswer } {
    const seconds = Math.max(1, Math.ceil((until - this.options.now()) / 1000));
    const headers = { 'Retry-After': String(seconds) };
    return { ok: false, answer: { status: 403, reason: 'Too Many Attempts', headers } };
  }
}

/** A phone that has not said its name yet, as far as phones can be told apart. */
function phoneOf(request: AgentRequest): string {
  return `${request.source.host} ${parseNameAddr(request.get('From') ?? '').uri.slice(0, LONGEST_NAME)}`;
}
