import { createHmac, timingSafeEqual } from 'node:crypto';

export interface NonceOptions {
  /** UTC milliseconds. */
  readonly now: () => number;
  /** Random bytes. */
  readonly random: (bytes: number) => Buffer;
  /** How long a nonce is taken, milliseconds. */
  readonly lifetimeMs: number;
  /** Nonces in use that are counted at a time; with more, all of them go stale. */
  readonly most?: number;
}

/**
 * What becomes of a nonce that came with the right password.
 * - `fresh`: ours, young enough, and this count of it was not used before
 * - `stale`: another one is needed (RFC 7616 §3.3, `stale`)
 */
export type NonceVerdict = 'fresh' | 'stale';

const MOST = 100_000;
/** Time and random part of a nonce, bytes. */
const TIME = 6;
const SALT = 6;
const SEAL = 12;
/** Counts below the highest that may still come: requests overtake each other over UDP. */
const WINDOW = 32;

interface Counted {
  highest: number;
  /** Bit n: the count `highest - n` was used. */
  used: number;
}

/**
 * Nonces that name their own age under a seal of ours, so that nothing is kept of those that nobody uses; of the others
 * each count is taken once (RFC 7616 §3.4, `nc`), which keeps a request that was listened to from being repeated.
 */
export class Nonces {
  readonly #key: Buffer;
  readonly #used = new Map<string, Counted>();
  /** Nonces from before have lost their counts. */
  #since = 0;

  constructor(private readonly options: NonceOptions) {
    this.#key = options.random(32);
  }

  /** A new one; 32 characters that need no quoting. */
  issue(): string {
    const head = Buffer.alloc(TIME + SALT);
    head.writeUIntBE(this.options.now(), 0, TIME);
    this.options.random(SALT).copy(head, TIME);
    return Buffer.concat([head, this.#seal(head)]).toString('base64url');
  }

  /** Use a nonce once more. `nc` is the count as it was sent, eight hexadecimal digits. */
  use(nonce: string, nc: string): NonceVerdict {
    const made = this.#madeAt(nonce);
    const { now, lifetimeMs } = this.options;
    const count = Number.parseInt(nc, 16);
    if (made === null || made <= this.#since || now() - made > lifetimeMs || !(count > 0)) return 'stale';
    const known = this.#used.get(nonce);
    if (known !== undefined) return take(known, count) ? 'fresh' : 'stale';
    this.#forget();
    this.#used.set(nonce, { highest: count, used: 1 });
    return 'fresh';
  }

  /** Nonces that are counted now. */
  get size(): number {
    return this.#used.size;
  }

  #forget(): void {
    const { now, lifetimeMs, most = MOST } = this.options;
    if (this.#used.size < most) return;
    for (const nonce of this.#used.keys()) {
      if (now() - (this.#madeAt(nonce) ?? 0) > lifetimeMs) this.#used.delete(nonce);
    }
    if (this.#used.size < most) return;
    this.#used.clear();
    this.#since = now();
  }

  /** When it was made; null when it is none of ours. */
  #madeAt(nonce: string): number | null {
    const bytes = Buffer.from(nonce, 'base64url');
    if (bytes.length !== TIME + SALT + SEAL) return null;
    const head = bytes.subarray(0, TIME + SALT);
    return timingSafeEqual(this.#seal(head), bytes.subarray(TIME + SALT)) ? head.readUIntBE(0, TIME) : null;
  }

  #seal(head: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(head).digest().subarray(0, SEAL);
  }
}

/** Take a count of a nonce that was used before; false when it was taken already or is too far behind. */
function take(counted: Counted, count: number): boolean {
  const ahead = count - counted.highest;
  if (ahead > 0) {
    counted.used = ahead >= WINDOW ? 1 : ((counted.used << ahead) | 1) >>> 0;
    counted.highest = count;
    return true;
  }
  if (ahead <= -WINDOW) return false;
  const bit = (1 << -ahead) >>> 0;
  if ((counted.used & bit) !== 0) return false;
  counted.used = (counted.used | bit) >>> 0;
  return true;
}
