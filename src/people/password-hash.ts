/** What is kept of passwords of people: scrypt (RFC 7914), which makes guessing dear in memory and time. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** Cost: 2^15 blocks of 1 KiB, some 32 MiB and a tenth of a second for each guess. */
const COST = { N: 2 ** 15, r: 8, p: 1 } as const;
const LENGTH = 32;
/** What a kept hash may ask for at most, bytes: one that somebody has changed must not take all memory. */
const MOST_MEMORY = 128 * 1024 * 1024;

/** Stands in for an account that is not there: the same work is done for it. */
export const NOBODYS_PASSWORD = textOf(COST, Buffer.alloc(16), Buffer.alloc(LENGTH));

/** `scrypt$N$r$p$salt$hash`, the last two in base64url. Works beside the event loop. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return textOf(COST, salt, await derive(password, salt, COST));
}

/** Whether `kept` was made of this password; false, too, for what hashPassword never writes. */
export async function isPassword(password: string, kept: string): Promise<boolean> {
  const [, n, r, p, salt, hash] =
    /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([\w-]{22})\$([\w-]{43})$/.exec(kept) ?? [];
  if (salt === undefined || hash === undefined) return false;
  const wanted = Buffer.from(hash, 'base64url');
  const cost = { N: Number(n), r: Number(r), p: Number(p) };
  const given = await derive(password, Buffer.from(salt, 'base64url'), cost).catch(() => null);
  return given !== null && timingSafeEqual(given, wanted);
}

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

function textOf({ N, r, p }: Cost, salt: Buffer, hash: Buffer): string {
  return `scrypt$${N}$${r}$${p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  const options: ScryptOptions = { ...cost, maxmem: MOST_MEMORY };
  return new Promise((resolve, reject) => {
    // Rejects, too, what scrypt throws at once: a cost that is none.
    scrypt(password.normalize('NFKC'), salt, LENGTH, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
