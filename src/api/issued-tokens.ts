import type { TokenVerdict } from '../config/token-verdict.js';

/** What the API needs of tokens that were issued at the command line. */
export interface IssuedTokens {
  /** Takes as long whatever is sent. */
  find(token: string): TokenVerdict;
  /** Hears the pass of each secret that holds no more. */
  onEnded(listener: (pass: string) => void): () => void;
  /** Days that each token still has, below zero when it has expired; without those that were revoked. */
  daysLeft(): readonly { readonly name: string; readonly days: number }[];
}

/** Slows down who guesses tokens. `source`: IP address. */
export interface TokenGuesses {
  /** For how long an address is locked still, milliseconds; 0 when it is not. */
  lockedFor(source: string): number;
  /** A token that there never was came from there. */
  wrong(token: string, source: string): void;
}
