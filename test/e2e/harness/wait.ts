import { setTimeout as sleep } from 'node:timers/promises';

/** An INVITE to somebody silent is given up after 32 s (RFC 3261 timer B), and its leg with it; milliseconds. */
export const allTimersMs = 45_000;

/**
 * Ask again and again until the answer is not undefined.
 *
 * @param what for the error, e.g. `the server to be ready`.
 * @throws when the time is up.
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  limitMs = 10_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await sleep(20);
  }
}
