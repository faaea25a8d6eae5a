import type { MemberScope, Role } from './roles.js';

/** What a secret of a token stands for. `replaced`: the token has another one, and the time for the change is over. */
export type TokenVerdict =
  | {
      readonly kind: 'held';
      readonly name: string;
      readonly role: Role;
      readonly members: MemberScope;
      /** Names the secret in the program; opens nothing. Who holds tokens tells when it has ended. */
      readonly pass: string;
    }
  | { readonly kind: 'expired' | 'revoked' | 'replaced'; readonly name: string }
  | { readonly kind: 'unknown' };
