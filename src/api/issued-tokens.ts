import type { MemberScope, Role } from '../config/roles.js';

/** What a token that somebody sent stands for. `replaced`: there is another secret, and the time for the change is over. */
export type TokenVerdict =
  | {
      readonly kind: 'held';
      readonly name: string;
      readonly role: Role;
      readonly members: MemberScope;
      /** Names the secret in the program; opens nothing. See onEnded. */
      readonly pass: string;
    }
  | { readonly kind: 'expired' | 'revoked' | 'replaced'; readonly name: string }
  | { readonly kind: 'unknown' };

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
