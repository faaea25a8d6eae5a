import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LENGTH = 32;

/**
 * 32 random bytes that stay the same as long as the data folder does, in a file that its owner alone may read. Made
 * when there are none. Throws the error of the file system when that cannot be done.
 */
export function keptSecret(dataDir: string, file: string): Buffer {
  const path = join(dataDir, file);
  mkdirSync(dataDir, { recursive: true, mode: 0o750 });
  const kept = existing(path);
  if (kept !== undefined) return kept;
  const made = randomBytes(LENGTH);
  writeFileSync(path, `${made.toString('base64url')}\n`, { mode: 0o600 });
  // The mode above counts for a new file only.
  chmodSync(path, 0o600);
  return made;
}

function existing(path: string): Buffer | undefined {
  try {
    const secret = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64url');
    return secret.length === LENGTH ? secret : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
