import { splitList } from '../../sip/message/params.js';
import type { DigestAlgorithm } from './hashes.js';

/** What an Authorization header says, as far as we challenge for it (RFC 7616 §3.4). */
export interface Authorization {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  /** Hexadecimal, lower case. */
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  readonly cnonce: string;
  /** Eight hexadecimal digits as sent. */
  readonly nc: string;
}

/** Phones send some 300 characters. */
const LONGEST = 4096;

const ALGORITHMS: Readonly<Record<string, DigestAlgorithm>> = { MD5: 'MD5', 'SHA-256': 'SHA-256' };

/**
 * Read a header of that name; null for another scheme, for an algorithm that we did not offer, for what is not
 * protected by `qop=auth` (its nonces could not be counted), and for what is not whole.
 */
export function readAuthorization(value: string | undefined): Authorization | null {
  if (value === undefined || value.length > LONGEST) return null;
  const scheme = /^\s*digest\s+/i.exec(value);
  if (scheme === null) return null;
  const parameters = parametersOf(value.slice(scheme[0].length));
  const get = (name: string): string => parameters.get(name) ?? '';
  const algorithm = ALGORITHMS[(parameters.get('algorithm') ?? 'MD5').toUpperCase()];
  const [username, realm, nonce, uri, cnonce] = ['username', 'realm', 'nonce', 'uri', 'cnonce'].map(get);
  const nc = get('nc');
  const response = get('response').toLowerCase();
  if (!username || !realm || !nonce || !uri || !cnonce || algorithm === undefined) return null;
  if (get('qop').toLowerCase() !== 'auth' || !/^[0-9a-f]{8}$/i.test(nc)) return null;
  if (!/^[0-9a-f]{32,64}$/.test(response)) return null;
  return { username, realm, nonce, uri, response, algorithm, cnonce, nc };
}

/** By name in lower case; of a name that comes twice the first counts. */
function parametersOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const piece of splitList(text)) {
    const equals = piece.indexOf('=');
    const name = piece.slice(0, Math.max(0, equals)).trim().toLowerCase();
    if (name !== '' && !found.has(name)) found.set(name, unquoted(piece.slice(equals + 1).trim()));
  }
  return found;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1') : value;
}
