import { createHash, randomBytes } from 'node:crypto';
import type { MemberScope, Role } from '../config/roles.js';

/** A token of the API as it was issued: who holds it and what they may do. Its secrets are known by digests alone. */
export interface StoredToken {
  /** Who holds it: stands for them in the audit. */
  readonly name: string;
  readonly role: Role;
  readonly members: MemberScope;
  /** UTC milliseconds, as all times here. */
  readonly createdAt: number;
  /** User of this machine who issued it. */
  readonly createdBy: string;
  /** Null while it holds. */
  readonly revokedAt: number | null;
  /** The newest first; those before it hold for a while, so that who uses it can be switched without a gap. */
  readonly secrets: readonly TokenSecret[];
}

export interface TokenSecret {
  /** SHA-256 in base64url. The secret has 256 bits of chance, so it needs neither salt nor work. */
  readonly digest: string;
  readonly madeAt: number;
  readonly endsAt: number;
  /** Last use, to the minute; null when it was never used. */
  readonly usedAt: number | null;
}

/** Begins every secret, so that one which got into the wrong place is recognised there. */
const PREFIX = 'onekey_';

/** A new secret: 256 random bits in base64url. */
export function madeSecret(random: (bytes: number) => Buffer = randomBytes): string {
  return PREFIX + random(32).toString('base64url');
}

/** What is kept of a secret. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('base64url');
}

/** When the token ends: the end of its newest secret. */
export function endOf({ secrets }: StoredToken): number {
  return secrets[0]?.endsAt ?? 0;
}
