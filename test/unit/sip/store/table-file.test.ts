import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/sip/clock.js';
import { silentLog } from '../../../../src/sip/log.js';
import { readTable, TableFile } from '../../../../src/sip/store/table-file.js';
import { randomFrom } from '../../dialplan/plan-text.js';

describe('a table that outlives the process', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'onekey-table-'));
    path = join(folder, 'table');
  });
  afterEach(async () => {
    for (const table of opened.splice(0)) await table.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const opened: TableFile[] = [];
  const open = (rewriteAbove?: number): TableFile => {
    const table = new TableFile(path, systemClock, silentLog, rewriteAbove);
    opened.push(table);
    return table;
  };
  const content = (table: TableFile): unknown => Object.fromEntries(table.entries());

  /** What the file holds now, as a process finds it that is started after this one was killed. */
  const left = (): Map<string, string> => readTable(readFileSync(path, 'utf8'));

  /** Everything so far is in the file, as it is when the process is killed then. */
  async function written(last: string): Promise<void> {
    await expect.poll(() => readFileSync(path, 'utf8'), { timeout: 10_000 }).toContain(last);
  }

  it('gives back what was set last, without being closed', async () => {
    const table = open();
    table.set('a', 'one');
    table.set('b', 'two');
    table.set('a', 'three');
    table.set('gone', 'x');
    table.set('gone', null);
    table.set('last', 'ünï "quoted"\n');
    await written('last');
    expect(content(open())).toEqual({ a: 'three', b: 'two', last: 'ünï "quoted"\n' });
    await table.close();
  });

  it('passes over a line that a kill cut off, and lines that are none', async () => {
    writeFileSync(path, '["a","one"]\nnonsense\n["b"]\n{"c":1}\n["d","four"]\n["e","fi');
    const table = open();
    expect(content(table)).toEqual({ a: 'one', d: 'four' });
    table.set('f', 'six');
    await written('six');
    expect(content(open())).toEqual({ a: 'one', d: 'four', f: 'six' });
    await table.close();
  });

  it('holds only what is live once it was opened again', async () => {
    appendFileSync(path, Array.from({ length: 1000 }, (_, i) => `["a","${i}"]\n`).join(''));
    const table = open();
    expect(content(table)).toEqual({ a: '999' });
    await expect.poll(() => readFileSync(path, 'utf8'), { timeout: 10_000 }).toBe('["a","999"]\n');
    await table.close();
  });

  it('says how things were when it was closed: what is set later does not count', async () => {
    const table = open();
    table.set('a', 'one');
    const closed = table.close();
    table.set('a', null);
    await closed;
    expect(content(open())).toEqual({ a: 'one' });
  });

  it('has everything in its file at every moment, and does not let it grow without bound', async () => {
    const table = open(30_000);
    const below = randomFrom(7);
    const latest = new Map<string, string>();
    let shrunk = 0;
    let size = 0;
    for (let round = 0; round < 600; round += 1) {
      const key = `call-${below(8)}`;
      if (below(5) === 0) latest.delete(key);
      else latest.set(key, `${round}${'x'.repeat(1000)}`);
      table.set(key, latest.get(key) ?? null);
      if (below(4) === 0) await new Promise(setImmediate);
      if (below(4) > 0) continue;
      latest.set('round', `${round}`);
      table.set('round', `${round}`);
      await expect.poll(() => left().get('round'), { timeout: 10_000, interval: 1 }).toBe(`${round}`);
      expect(left()).toEqual(latest);
      const now = statSync(path).size;
      if (now < size) shrunk += 1;
      size = now;
      expect(size).toBeLessThan(100_000);
    }
    expect(shrunk, 'times that the file was written anew').toBeGreaterThan(3);
    await table.close();
    expect(left()).toEqual(latest);
  });

  it('goes on in memory where the folder is not there, and says so', async () => {
    const said: string[] = [];
    const log = { ...silentLog, warn: (_: object, text: string) => void said.push(text) };
    const table = new TableFile(join(folder, 'nowhere', 'table'), systemClock, log);
    table.set('a', 'one');
    expect(content(table)).toEqual({ a: 'one' });
    await expect.poll(() => said).toContain('calls that are up cannot be kept for a restart');
    await table.close();
  });
});
