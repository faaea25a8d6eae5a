import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8192);
let used = pool.length;
let fill: (bytes: Buffer) => void = randomFillSync;

/** From now on randomness comes from `source`, from the system's again without one; for simulations from a seed. */
export function drawFrom(source: ((bytes: Buffer) => void) | null): void {
  fill = source ?? randomFillSync;
  used = pool.length;
}

/** `bytes` random bytes as hexadecimal text; from a pool, because a call needs about ten of them. */
export function randomToken(bytes: number): string {
  if (used + bytes > pool.length) {
    fill(pool);
    used = 0;
  }
  const token = pool.toString('hex', used, used + bytes);
  used += bytes;
  return token;
}

/** A Via branch that no one else makes (RFC 3261 §8.1.1.7). */
export const newBranch = (): string => `z9hG4bK${randomToken(10)}`;

/** A From or To tag with 40 random bits; RFC 3261 §19.3 asks for 32. */
export const newTag = (): string => randomToken(5);

/** A random whole number from 0 to `max`, both included; `max` up to 255. */
export const randomUpTo = (max: number): number => Number.parseInt(randomToken(1), 16) % (max + 1);
