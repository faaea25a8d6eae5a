/** Algorithms of digest authentication that agents' phones may use (RFC 7616 §3.2, RFC 8760 §2.1). */
import { createHash } from 'node:crypto';

export type DigestAlgorithm = 'MD5' | 'SHA-256';

const HASHES: Readonly<Record<DigestAlgorithm, string>> = { MD5: 'md5', 'SHA-256': 'sha256' };

/** Hexadecimal digest of a text. */
export function hash(algorithm: DigestAlgorithm, text: string): string {
  return createHash(HASHES[algorithm]).update(text, 'utf8').digest('hex');
}

/** What stands for name and password: all that is kept of a password (RFC 7616 §3.4.2, A1 without `-sess`). */
export function ha1(algorithm: DigestAlgorithm, user: string, realm: string, password: string): string {
  return hash(algorithm, `${user}:${realm}:${password}`);
}

/** Of a request that is protected by `qop=auth` (RFC 7616 §3.4.1). */
export interface ProtectedRequest {
  readonly method: string;
  /** `uri` of the Authorization header. */
  readonly uri: string;
  readonly nonce: string;
  /** Eight hexadecimal digits. */
  readonly nc: string;
  readonly cnonce: string;
}

/** The `response` that belongs to it. */
export function responseFor(algorithm: DigestAlgorithm, secret: string, request: ProtectedRequest): string {
  const { method, uri, nonce, nc, cnonce } = request;
  return hash(algorithm, `${secret}:${nonce}:${nc}:${cnonce}:auth:${hash(algorithm, `${method}:${uri}`)}`);
}
