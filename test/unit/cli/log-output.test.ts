import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logTo } from '../../../src/cli/log-output.js';

describe('a log', () => {
  let folder: string;
  let pipe: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'onekey-log-'));
    pipe = join(folder, 'pipe');
    expect(await once(spawn('mkfifo', [pipe]), 'exit')).toEqual([0, null]);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('whose reader stalls holds nothing up, takes bounded memory, and says how much is missing', async () => {
    // Both ends, so that neither opening nor writing waits for a reader that is not there.
    const fd = openSync(pipe, 'r+');
    const log = logTo(fd, { base: null, timestamp: false }, 300_000);
    const text = 'x'.repeat(1000);
    for (let number = 0; number < 1000; number += 1) log.info({ number }, text);
    const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'inherit'] });
    const seen: { number?: number; lines?: number }[] = [];
    createInterface({ input: reader.stdout }).on('line', (line) => seen.push(JSON.parse(line)));
    await expect.poll(() => seen.at(-1)?.lines, { timeout: 20_000 }).toBeGreaterThan(600);
    const written = seen.filter(({ number }) => number !== undefined);
    expect(written.map(({ number }) => number)).toEqual(written.map((_, index) => index));
    expect(written.length + (seen.at(-1)?.lines ?? 0)).toBe(1000);
    log.info({ number: 1000 }, 'after');
    await expect.poll(() => seen.at(-1)?.number, { timeout: 20_000 }).toBe(1000);
    reader.kill();
    closeSync(fd);
  });
});
