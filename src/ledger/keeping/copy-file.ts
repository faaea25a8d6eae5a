import { createHash } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../sync-folder.js';

/** How far a copy has come, bytes. */
export type OnBytes = (bytes: number) => void;

export interface Copied {
  readonly bytes: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

const CHUNK_BYTES = 1024 * 1024;

/**
 * Copy a file, durably; it appears under its name when it is whole. Rejects with errors of the system, and when the copy
 * has not the SHA-256 that is expected: then nothing is left of it.
 */
export async function copyFile(
  from: string,
  to: string,
  onBytes: OnBytes,
  expected?: string,
): Promise<Copied> {
  const part = `${to}.part`;
  const source = await open(from, 'r');
  try {
    const target = await open(part, 'w', 0o640);
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      for (;;) {
        const { bytesRead } = await source.read(chunk, 0, chunk.length, bytes);
        if (bytesRead === 0) break;
        const piece = chunk.subarray(0, bytesRead);
        hash.update(piece);
        await target.writeFile(piece);
        bytes += bytesRead;
        onBytes(bytes);
      }
      await target.sync();
    } finally {
      await target.close();
    }
    const sha256 = hash.digest('hex');
    if (expected !== undefined && sha256 !== expected)
      throw new Error(`${from} is damaged: its SHA-256 is ${sha256} and should be ${expected}`);
    await rename(part, to);
    syncFolder(dirname(to));
    return { bytes, sha256 };
  } finally {
    await source.close();
    rmSync(part, { force: true });
  }
}

/** The SHA-256 of a file; 64 lower-case hex digits. Rejects with errors of the system. */
export async function hashFile(path: string, onBytes: OnBytes = () => undefined): Promise<Copied> {
  const source = await open(path, 'r');
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await source.read(chunk, 0, chunk.length, bytes);
      if (bytesRead === 0) break;
      hash.update(chunk.subarray(0, bytesRead));
      bytes += bytesRead;
      onBytes(bytes);
    }
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    await source.close();
  }
}

/** Length and time of change of a file. Throws errors of the system. */
export function stampOf(path: string): { readonly bytes: number; readonly modifiedMs: number } {
  const { size, mtimeMs } = statSync(path);
  return { bytes: size, modifiedMs: mtimeMs };
}
