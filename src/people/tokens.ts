import { createHmac } from 'node:crypto';
import type { TokenVerdict } from '../config/token-verdict.js';
import { digestOf, endOf, type StoredToken, type TokenSecret } from './token.js';

export interface TokensOptions {
  /** UTC milliseconds. */
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
  /** Somebody uses a secret that holds no more; told once an hour at most for each. */
  readonly onUsedAfterEnd: (name: string, why: 'expired' | 'revoked' | 'replaced') => void;
  /** A token ends within two weeks; told once a day. `lastUsedAt` in UTC milliseconds, null when it never was. */
  readonly onEndsSoon: (name: string, daysLeft: number, lastUsedAt: number | null) => void;
}

/** How long before its end a token is told of; milliseconds. */
const SOON_MS = 14 * 86_400_000;
const DAY_MS = 86_400_000;
/** How often the use of a secret that ended is told; milliseconds. */
const TOLD_EVERY_MS = 3_600_000;

interface Entry {
  readonly token: StoredToken;
  readonly secret: TokenSecret;
}

/** The issued tokens in memory, as they were last read. */
export class Tokens {
  readonly #key: Buffer;
  #tokens: readonly StoredToken[] = [];
  #bySecret: ReadonlyMap<string, Entry> = new Map();
  /** When each secret was last used, by digest, since this was last asked for. */
  #uses = new Map<string, number>();
  readonly #lastUse = new Map<string, number>();
  /** When it was last told of a secret that it is used after its end, and that it ends soon; by digest. */
  readonly #toldUse = new Map<string, number>();
  readonly #toldEnd = new Map<string, number>();
  /** Secrets that held when it was last looked. */
  #holding: ReadonlySet<string> = new Set();
  readonly #ended = new Set<(pass: string) => void>();

  constructor(
    private readonly options: TokensOptions,
    tokens: readonly StoredToken[],
  ) {
    this.#key = options.random(32);
    this.replace(tokens);
  }

  /** Take the tokens as they are now. */
  replace(tokens: readonly StoredToken[]): void {
    this.#tokens = tokens;
    this.#bySecret = new Map(
      tokens.flatMap((token) =>
        token.secrets.map((secret): [string, Entry] => [this.#blind(secret.digest), { token, secret }]),
      ),
    );
    const digests = new Set(tokens.flatMap(({ secrets }) => secrets.map(({ digest }) => digest)));
    for (const kept of [this.#lastUse, this.#toldUse, this.#toldEnd])
      for (const digest of kept.keys()) if (!digests.has(digest)) kept.delete(digest);
    this.look();
  }

  /**
   * What a secret stands for. It is looked up by a keyed hash (HMAC-SHA256) of its digest: the time that takes depends on
   * nothing that who asks knows, and not on how many tokens there are.
   */
  find(given: string): TokenVerdict {
    const digest = digestOf(given);
    const entry = this.#bySecret.get(this.#blind(digest));
    if (entry === undefined) return { kind: 'unknown' };
    const { name, role, members } = entry.token;
    const why = this.#endedBy(entry);
    if (why === null) {
      this.#uses.set(digest, this.options.now());
      this.#lastUse.set(digest, this.options.now());
      return { kind: 'held', name, role, members, pass: passOf(digest) };
    }
    const told = this.#toldUse.get(digest);
    if (told === undefined || this.options.now() - told >= TOLD_EVERY_MS) {
      this.#toldUse.set(digest, this.options.now());
      this.options.onUsedAfterEnd(name, why);
    }
    return { kind: why, name };
  }

  /** Secrets that were used since this was last asked, by digest, and when last; UTC milliseconds. */
  takeUses(): ReadonlyMap<string, number> {
    const uses = this.#uses;
    this.#uses = new Map();
    return uses;
  }

  /** Days that each token still has, below zero when it has expired; those that were revoked are left out. */
  daysLeft(): readonly { readonly name: string; readonly days: number }[] {
    return this.#tokens
      .filter(({ revokedAt }) => revokedAt === null)
      .map((token) => ({ name: token.name, days: (endOf(token) - this.options.now()) / DAY_MS }));
  }

  /** Hears the pass of each secret that holds no more. */
  onEnded(listener: (pass: string) => void): () => void {
    this.#ended.add(listener);
    return () => void this.#ended.delete(listener);
  }

  /** See which secrets hold no more, and which tokens end soon. */
  look(): void {
    const before = this.#holding;
    const holding = [...this.#bySecret.values()].filter((entry) => this.#endedBy(entry) === null);
    this.#holding = new Set(holding.map(({ secret }) => secret.digest));
    for (const digest of before)
      if (!this.#holding.has(digest)) for (const listener of this.#ended) listener(passOf(digest));
    for (const token of this.#tokens) this.#tellEndsSoon(token);
  }

  #tellEndsSoon(token: StoredToken): void {
    const { now, onEndsSoon } = this.options;
    const left = endOf(token) - now();
    const [newest] = token.secrets;
    if (newest === undefined || token.revokedAt !== null || left <= 0 || left > SOON_MS) return;
    const told = this.#toldEnd.get(newest.digest);
    if (told !== undefined && now() - told < DAY_MS) return;
    this.#toldEnd.set(newest.digest, now());
    const uses = token.secrets.map(({ digest, usedAt }) => this.#lastUse.get(digest) ?? usedAt ?? 0);
    const lastUsedAt = Math.max(...uses);
    onEndsSoon(token.name, left / DAY_MS, lastUsedAt === 0 ? null : lastUsedAt);
  }

  /** Why a secret holds no more; null while it does. */
  #endedBy({ token, secret }: Entry): 'expired' | 'revoked' | 'replaced' | null {
    if (token.revokedAt !== null) return 'revoked';
    if (secret.endsAt > this.options.now()) return null;
    return secret === token.secrets[0] ? 'expired' : 'replaced';
  }

  #blind(digest: string): string {
    return createHmac('sha256', this.#key).update(digest).digest('base64url');
  }
}

function passOf(digest: string): string {
  return `token ${digest}`;
}
