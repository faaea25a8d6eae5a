import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** How long a link opens after its call has ended; milliseconds. */
export const LINK_OUTLIVES_CALL_MS = 8 * 3_600_000;
/** Characters of a key: 132 bits in base64url. */
const KEY_LENGTH = 22;

/** How much a link shows: `all`, or all but who calls, for a desk that the caller's number must be kept from. */
export type LinkScope = 'all' | 'caller-withheld';

/**
 * Makes and checks the links by which a desk opens the screen pop of a call without a token: the key in it is an
 * HMAC-SHA-256 over scope and id. Links end with the secret, which is made anew at each start.
 */
export class ScreenPopLinks {
  /** @param secret at least 32 random bytes */
  constructor(private readonly secret: Uint8Array) {}

  /**
   * The link for a call or transfer.
   * @param base URL that desks reach this server by, such as `https://onekey.example`; a path in it is kept
   */
  url(base: string, id: string, scope: LinkScope): string {
    return `${base.replace(/\/+$/, '')}/v1/screen-pop/${encodeURIComponent(id)}?key=${this.#key(scope, id)}`;
  }

  /** What this key opens of this id; null when this server did not make it. Takes the same time for every key. */
  opens(id: string, key: string): LinkScope | null {
    const given = digest(key);
    const all = timingSafeEqual(given, digest(this.#key('all', id)));
    const withheld = timingSafeEqual(given, digest(this.#key('caller-withheld', id)));
    if (all) return 'all';
    return withheld ? 'caller-withheld' : null;
  }

  #key(scope: LinkScope, id: string): string {
    return createHmac('sha256', this.secret)
      .update(`${scope} ${id}`, 'utf8')
      .digest('base64url')
      .slice(0, KEY_LENGTH);
  }
}

/** Texts of any length as ones of the same length. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
