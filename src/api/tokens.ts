import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLoopback } from '../config/loopback.js';
import type { Role } from '../config/roles.js';

/** A role, or `operator`: another name of admin. */
export type TokenRole = Role | 'operator';

/** A bearer token and who holds it. */
export interface ApiToken {
  /** Who holds it, for the log. */
  readonly name: string;
  readonly token: string;
  readonly role: TokenRole;
}

/** Shortest token that is taken from the file. */
const MIN_TOKEN = 16;

/** File in the data folder with the token that is made when the configuration has none. */
const TOKEN_FILE = 'api-token';

/** The token of a data folder and where it is. */
export interface EnsuredToken {
  readonly token: ApiToken;
  readonly path: string;
}

/**
 * The token of this machine's own people and scripts: that of `ensureToken`, where the API listens on loopback and the
 * configuration has no tokens; null elsewhere.
 */
export function localToken(
  { host, tokens }: { readonly host: string; readonly tokens: readonly ApiToken[] },
  dataDir: string,
): EnsuredToken | null {
  return tokens.length === 0 && isLoopback(host) ? ensureToken(dataDir) : null;
}

/**
 * The operator token in `api-token` of the data folder, readable by its owner only; made at random when
 * there is none. Throws the error of the file system when that cannot be done.
 */
export function ensureToken(dataDir: string): EnsuredToken {
  const path = join(dataDir, TOKEN_FILE);
  mkdirSync(dataDir, { recursive: true, mode: 0o750 });
  let token = existing(path);
  if (token === undefined) {
    token = randomBytes(32).toString('base64url');
    writeFileSync(path, `${token}\n`, { mode: 0o600 });
  }
  // The mode above counts for a new file only.
  chmodSync(path, 0o600);
  return { token: { name: TOKEN_FILE, token, role: 'operator' }, path };
}

function existing(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text.length >= MIN_TOKEN ? text : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
