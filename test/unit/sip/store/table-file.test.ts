import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/sip/clock.js';
import { silentLog } from '../../../../src/sip/log.js';
import { TableFile } from '../../../../src/sip/store/table-file.js';

describe('a table that outlives the process', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'onekey-table-'));
    path = join(folder, 'table');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = (): TableFile => new TableFile(path, systemClock, silentLog);
  const content = (table: TableFile): unknown => Object.fromEntries(table.entries());

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
    table.close();
  });

  it('passes over a line that a kill cut off, and lines that are none', async () => {
    writeFileSync(path, '["a","one"]\nnonsense\n["b"]\n{"c":1}\n["d","four"]\n["e","fi');
    const table = open();
    expect(content(table)).toEqual({ a: 'one', d: 'four' });
    table.set('f', 'six');
    await written('six');
    expect(content(open())).toEqual({ a: 'one', d: 'four', f: 'six' });
    table.close();
  });

  it('holds only what is live once it was opened again', () => {
    appendFileSync(path, Array.from({ length: 1000 }, (_, i) => `["a","${i}"]\n`).join(''));
    const table = open();
    expect(content(table)).toEqual({ a: '999' });
    expect(readFileSync(path, 'utf8')).toBe('["a","999"]\n');
    table.close();
  });

  it('says how things were when it was closed: what is set later does not count', () => {
    const table = open();
    table.set('a', 'one');
    table.close();
    table.set('a', null);
    expect(content(open())).toEqual({ a: 'one' });
  });

  it('does not grow without bound', async () => {
    const table = open();
    const long = 'x'.repeat(3_000_000);
    for (let i = 0; i < 6; i += 1) {
      table.set('a', `${i}${long}`);
      await written(`"${i}xx`);
    }
    table.set('a', 'end');
    await written('"end"');
    expect(statSync(path).size).toBeLessThan(12_000_000);
    expect(content(open())).toEqual({ a: 'end' });
    table.close();
  });

  it('goes on in memory where the folder is not there, and says so', () => {
    const said: string[] = [];
    const log = { ...silentLog, warn: (_: object, text: string) => void said.push(text) };
    const table = new TableFile(join(folder, 'nowhere', 'table'), systemClock, log);
    table.set('a', 'one');
    expect(content(table)).toEqual({ a: 'one' });
    expect(said).toContain('calls that are up cannot be kept for a restart');
    table.close();
  });
});
