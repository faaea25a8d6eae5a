/** Challenges of WWW-Authenticate and Proxy-Authenticate (RFC 3261 §22.4, RFC 7616 §3.3, RFC 8760). */

export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'SHA-512-256';

/** A challenge that we can answer. */
export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  /** Goes back as it came; null when there is none. */
  readonly opaque: string | null;
  readonly algorithm: DigestAlgorithm;
  /** The name of the algorithm ends with `-sess`: its key is made of the nonces too. */
  readonly session: boolean;
  /** What is protected: `auth` the request line, `auth-int` the body too, null as in RFC 2069. */
  readonly qop: 'auth' | 'auth-int' | null;
  /** The nonce was too old, name and password were right. */
  readonly stale: boolean;
}

/** Weakest first. RFC 7616 §3.7 ranks SHA-256 and SHA-512-256 alike; what more peers know comes last. */
const BY_STRENGTH: readonly DigestAlgorithm[] = ['MD5', 'SHA-512-256', 'SHA-256'];
/** A peer could send any number. */
const MOST_CHALLENGES = 16;
const LONGEST = 16_384;
/** A scheme and the blanks behind it, where a parameter follows. */
const SCHEME = /^([\w!#$%&'*+.^`|~-]+)[ \t]+(?=[\w-]+[ \t]*=)/;

/**
 * The challenges in one or more headers of that name, joined by commas; those with an algorithm, a scheme or
 * a protection that we do not know are left out.
 */
export function readChallenges(value: string): Challenge[] {
  const found: Map<string, string>[] = [];
  for (const piece of pieces(value.slice(0, LONGEST))) {
    // A challenge begins with its scheme: `Digest realm="..."`.
    const begins = SCHEME.exec(piece);
    if (begins !== null && found.length >= MOST_CHALLENGES) break;
    if (begins !== null) found.push(new Map([['scheme', (begins[1] ?? '').toLowerCase()]]));
    const parameter = begins === null ? piece : piece.slice(begins[0].length);
    const equals = parameter.indexOf('=');
    const name = parameter.slice(0, Math.max(equals, 0)).trim().toLowerCase();
    const current = found.at(-1);
    // RFC 7616 §3.3: a parameter comes once; the first one counts.
    if (name !== '' && current?.has(name) === false)
      current.set(name, unquoted(parameter.slice(equals + 1).trim()));
  }
  return found.flatMap((parameters) => challengeOf(parameters) ?? []);
}

/** The one to answer; null when there is none. Among equals the first: the peer lists what it prefers on top. */
export function strongest(challenges: readonly Challenge[]): Challenge | null {
  const strength = ({ algorithm }: Challenge): number => BY_STRENGTH.indexOf(algorithm);
  let best: Challenge | null = null;
  for (const one of challenges) if (best === null || strength(one) > strength(best)) best = one;
  return best;
}

/** Text between commas that are outside of quotes. */
function pieces(value: string): string[] {
  const found: string[] = [];
  let from = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at++) {
    const c = value.charAt(at);
    if (quoted && c === '\\') at++;
    else if (c === '"') quoted = !quoted;
    else if (c === ',' && !quoted) {
      found.push(value.slice(from, at).trim());
      from = at + 1;
    }
  }
  found.push(value.slice(from).trim());
  return found;
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  return value.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1');
}

function challengeOf(parameters: ReadonlyMap<string, string>): Challenge | null {
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  if (parameters.get('scheme') !== 'digest' || realm === undefined || nonce === undefined) return null;
  const named = (parameters.get('algorithm') ?? 'MD5').toUpperCase();
  const session = named.endsWith('-SESS');
  const wanted = session ? named.slice(0, -5) : named;
  const algorithm = BY_STRENGTH.find((known) => known === wanted);
  const qop = chooseQop(parameters.get('qop'));
  // RFC 7616 §3.4.2: the key of a session needs our nonce, which goes with a qop only.
  if (algorithm === undefined || qop === undefined || (session && qop === null)) return null;
  const stale = parameters.get('stale')?.toLowerCase() === 'true';
  return { realm, nonce, opaque: parameters.get('opaque') ?? null, algorithm, session, qop, stale };
}

/** Undefined when something is offered, but nothing that we know. */
function chooseQop(offered: string | undefined): Challenge['qop'] | undefined {
  if (offered === undefined || offered.trim() === '') return null;
  const options = offered.split(',').map((option) => option.trim().toLowerCase());
  if (options.includes('auth')) return 'auth';
  return options.includes('auth-int') ? 'auth-int' : undefined;
}
