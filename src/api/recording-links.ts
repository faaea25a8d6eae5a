import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long a link opens; milliseconds. */
export const RECORDING_LINK_MS = 10 * 60_000;
/** Characters of a signature: 132 bits in base64url. */
const SIGNATURE_LENGTH = 22;

/**
 * Makes and checks the keys by which a browser hears a recording without a token, which a player in a page cannot
 * send. A key names who asked for it, for the audit: `end.holder.signature`. Keys end with the secret, too.
 */
export class RecordingLinks {
  /** @param secret at least 32 random bytes */
  constructor(
    private readonly secret: Uint8Array,
    private readonly now: () => number,
  ) {}

  /** A key for this recording, and when it ends; UTC milliseconds. */
  key(id: string, holder: string): { readonly key: string; readonly endsAt: number } {
    const endsAt = this.now() + RECORDING_LINK_MS;
    return { key: `${endsAt}.${holder}.${this.#signature(id, holder, String(endsAt))}`, endsAt };
  }

  /** Who was given this key for this recording; null when it is not for it, or its time is over. */
  holder(id: string, key: string): string | null {
    const [end = '', holder = '', signature = '', ...more] = key.split('.');
    const wanted = Buffer.from(this.#signature(id, holder, end));
    const given = Buffer.from(signature);
    if (more.length > 0 || given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
    return Number(end) > this.now() ? holder : null;
  }

  #signature(id: string, holder: string, end: string): string {
    return createHmac('sha256', this.secret)
      .update(`recording ${end} ${holder} ${id}`, 'utf8')
      .digest('base64url')
      .slice(0, SIGNATURE_LENGTH);
  }
}
