import { createHash } from 'node:crypto';
import type { Challenge, DigestAlgorithm } from './challenge.js';

/** Name and password of an account at a peer. Never logged. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The request that is to be authorized, as it goes out. */
export interface DigestRequest {
  readonly method: string;
  /** Request-URI. */
  readonly uri: string;
  /** Empty when there is none. */
  readonly body: string;
}

/** What is ours to choose. */
export interface DigestNonces {
  readonly cnonce: string;
  /** How often the peer's nonce was answered, this time included: 1 to 2^32-1. */
  readonly count: number;
}

const HASHES: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: 'md5',
  'SHA-256': 'sha256',
  'SHA-512-256': 'sha512-256',
};

/** The value of Authorization or Proxy-Authorization that answers a challenge (RFC 7616 §3.4, RFC 8760 §2.4). */
export function authorization(
  challenge: Challenge,
  { username, password }: Credentials,
  { method, uri, body }: DigestRequest,
  { cnonce, count }: DigestNonces,
): string {
  const { realm, nonce, opaque, algorithm, session, qop } = challenge;
  const hash = (text: string): string => createHash(HASHES[algorithm]).update(text, 'utf8').digest('hex');
  const secret = hash(`${username}:${realm}:${password}`);
  const ha1 = session ? hash(`${secret}:${nonce}:${cnonce}`) : secret;
  const ha2 = hash(qop === 'auth-int' ? `${method}:${uri}:${hash(body)}` : `${method}:${uri}`);
  const nc = count.toString(16).padStart(8, '0');
  const response = hash(
    qop === null ? `${ha1}:${nonce}:${ha2}` : `${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`,
  );
  const parts = [
    `username=${quoted(username)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    `algorithm=${algorithm}${session ? '-sess' : ''}`,
  ];
  if (opaque !== null) parts.push(`opaque=${quoted(opaque)}`);
  if (qop !== null) parts.push(`qop=${qop}`, `nc=${nc}`, `cnonce="${cnonce}"`);
  return `Digest ${parts.join(', ')}`;
}

/** Line ends cannot stand in a header, whatever a peer's challenge holds. */
const quoted = (text: string): string =>
  `"${text.replace(/[\r\n\0]/g, ' ').replace(/["\\]/g, (c) => `\\${c}`)}"`;
