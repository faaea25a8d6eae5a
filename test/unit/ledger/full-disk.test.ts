import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** A disk of its own that goes with the process: in a mount namespace, and a user namespace for who is not root. */
const UNSHARE = process.getuid?.() === 0 ? ['-m'] : ['-rm'];

interface Seen {
  readonly verified: { readonly ok: boolean };
  readonly ids: readonly string[];
  readonly leftOpen: readonly string[];
  readonly troubles: readonly string[];
  readonly durable?: boolean;
  readonly found?: readonly string[];
}

async function scene(name: string): Promise<Seen> {
  const root = mkdtempSync(join(tmpdir(), 'onekey-full-disk-'));
  try {
    const child = join(import.meta.dirname, 'full-disk-child.ts');
    const command = [...UNSHARE, process.execPath, '--import', 'tsx', child, name, root];
    const { stdout } = await promisify(execFile)('unshare', command, { timeout: 60_000 });
    return JSON.parse(stdout) as Seen;
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Ids of calls in the order in which they were written. */
const upTo = (last: number): readonly string[] => Array.from({ length: last }, (_, i) => `call-${i + 1}`);

describe('a ledger whose disk is full', { timeout: 90_000 }, () => {
  it('keeps what comes in memory, and has all of it, in order, when there is room again', async () => {
    const seen = await scene('memory');
    expect(seen.verified.ok).toBe(true);
    expect(seen.ids).toEqual(upTo(400));
    expect(seen.leftOpen).toEqual([]);
    expect(seen.troubles).toEqual(['refused', 'recovered']);
  });

  it('keeps what comes on another disk, where it is as durable, and takes it in when there is room again', async () => {
    const seen = await scene('spool');
    expect(seen.durable).toBe(true);
    expect(seen.verified.ok).toBe(true);
    expect(seen.ids).toEqual(upTo(400));
    expect(seen.leftOpen).toEqual([]);
    expect(seen.troubles).toEqual(['spooling', 'caught-up']);
  });

  it('keeps in memory what neither disk takes', async () => {
    const seen = await scene('both');
    expect(seen.verified.ok).toBe(true);
    expect(seen.ids).toEqual(upTo(600));
    expect(seen.troubles).toEqual(expect.arrayContaining(['spooling', 'refused', 'recovered', 'caught-up']));
  });

  it('starts on a full disk after a crash, knows its live calls from the spool, and loses nothing', async () => {
    const seen = await scene('restart');
    expect(seen.found).toEqual(['call-open']);
    expect(seen.verified.ok).toBe(true);
    expect(seen.ids).toEqual(upTo(250));
    expect(seen.leftOpen).toEqual(['call-open']);
  });

  it('begins on a full disk, and makes its files when there is room', async () => {
    const seen = await scene('fresh');
    expect(seen.verified.ok).toBe(true);
    expect(seen.ids).toEqual(upTo(50));
  });
});
