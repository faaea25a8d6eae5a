import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { MemberScope, Role } from '../config/roles.js';
import type { TokenVerdict } from '../config/token-verdict.js';
import type { IssuedTokens, TokenGuesses } from './issued-tokens.js';
import type { ApiToken } from './tokens.js';

/** Where tokens are known, and who guesses them. */
export interface TokenSources {
  /** Those of the configuration, or that of the file in the data folder. */
  readonly tokens: readonly ApiToken[];
  /** Those that were issued at the command line. */
  readonly issued?: IssuedTokens | undefined;
  readonly guesses?: TokenGuesses | undefined;
}

/** Whose token came with a request. */
export interface TokenHolder {
  readonly name: string;
  readonly role: Role;
  readonly members: MemberScope;
  /** What open answers end with; null for a token of the configuration, which holds as long as the program runs. */
  readonly pass: string | null;
}

export type BearerVerdict =
  | { readonly kind: 'held'; readonly holder: TokenHolder }
  | { readonly kind: 'unknown' }
  | Exclude<TokenVerdict, { kind: 'held' | 'unknown' }>
  | { readonly kind: 'locked'; readonly forMs: number };

/** Nobody guesses a token so long; one that is shorter may be a word. Characters. */
const UNGUESSABLE = 32;

/** Knows the bearer token of a request (RFC 6750). */
export class BearerTokens {
  readonly #configured: readonly { readonly digest: Buffer; readonly token: ApiToken }[];

  constructor(private readonly sources: TokenSources) {
    this.#configured = sources.tokens.map((token) => ({ digest: digest(token.token), token }));
  }

  /** Whose token it is. Who guesses is locked out; who has a token that cannot be guessed is not, whoever else is there. */
  judge(request: FastifyRequest): BearerVerdict {
    const given = /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given === undefined) return { kind: 'unknown' };
    const { issued, guesses } = this.sources;
    const configured = this.#find(given);
    const verdict = issued?.find(given) ?? { kind: 'unknown' };
    const forMs = guesses?.lockedFor(request.ip) ?? 0;
    if (configured !== undefined && (forMs === 0 || given.length >= UNGUESSABLE)) {
      const { name, role } = configured;
      const holder = {
        name,
        role: role === 'operator' ? 'admin' : role,
        members: 'all',
        pass: null,
      } as const;
      return { kind: 'held', holder };
    }
    if (verdict.kind === 'held') {
      const { name, role, members, pass } = verdict;
      return { kind: 'held', holder: { name, role, members, pass } };
    }
    if (verdict.kind !== 'unknown') return verdict;
    if (forMs > 0) return { kind: 'locked', forMs };
    guesses?.wrong(given, request.ip);
    return verdict;
  }

  #find(given: string): ApiToken | undefined {
    const wanted = digest(given);
    let found: ApiToken | undefined;
    // All are compared, each in constant time: the time taken tells nothing about any of them.
    for (const { digest: known, token } of this.#configured)
      if (timingSafeEqual(known, wanted)) found ??= token;
    return found;
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
