import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ChainHead } from '../../../src/ledger/chain.js';
import { takeLock } from '../../../src/ledger/ledger-lock.js';
import { oldLedgerPath } from '../../../src/ledger/old-ledger.js';
import { newestMonth, temporaryFolder, writerOf } from '../ledger/fixtures.js';
import { ledgerCommand, RECORDS } from './a-ledger.js';

let dir = '';
let head: ChainHead = { count: 0, hash: '' };

const onekey = (...argv: string[]) => ledgerCommand(dir, ...argv);

beforeEach(() => {
  dir = temporaryFolder();
  const store = writerOf(dir);
  head = store.commit({ number: 1, records: RECORDS, journal: [] }).head;
  store.close();
});

describe('onekey ledger migrate', () => {
  it('takes an older ledger over, once', async () => {
    dir = temporaryFolder();
    const db = new Database(oldLedgerPath(dir));
    db.exec(readFileSync(join(import.meta.dirname, '..', 'ledger', 'version-1.sql'), 'utf8'));
    db.close();
    const before = await onekey('query', 'calls');
    expect([before.code, before.err]).toEqual([1, expect.stringContaining('onekey ledger migrate')]);
    const { code, out, progress } = await onekey('migrate');
    expect([code, ...out]).toEqual([0, expect.stringContaining('5 records taken over')]);
    expect(progress).toContain('5 of 5 records taken over');
    expect((await onekey('query', 'legs')).out).toHaveLength(4);
    expect((await onekey('migrate')).out.join()).toContain('no ledger of an older version');
  });

  it('stands back while the server runs, and takes no words', async () => {
    const lock = takeLock(dir);
    expect((await onekey('migrate')).err).toContain('in use by a running onekey');
    lock?.release();
    expect((await onekey('migrate', 'now')).code).toBe(2);
  });
});

describe('onekey ledger erase', () => {
  it('takes out what the ledger holds of a caller', async () => {
    const reason = ['--reason', 'request 17'];
    await onekey('report', 'save', 'of-one', 'calls', '--caller', '13800001111');
    const { code, out } = await onekey(
      'erase',
      '--caller',
      '13800001111',
      '--pseudonym',
      'erased-1',
      ...reason,
    );
    expect([code, out[0]]).toEqual([0, '5 records of 1 calls erased; the number is erased-1 there now']);
    expect(out[1]).toBe('saved reports that had the number, and have erased-1 now: of-one');
    expect((await onekey('report', 'list')).out.join('\n')).toContain('caller=erased-1');
    expect((await onekey('query', 'calls', '--caller', 'erased-1')).out).toHaveLength(2);
    expect((await onekey('verify')).code).toBe(0);
    expect((await onekey('erase', '--caller', '13800001111', ...reason)).out[0]).toContain('no record');
    expect((await onekey('query', 'audits', '--action', 'erased', '--json')).out[0]).toContain('request 17');
  });

  it('says how to have it done by the server that has the ledger', async () => {
    const lock = takeLock(dir);
    const { code, err } = await onekey('erase', '--caller', '13800001111', '--reason', 'request 17');
    lock?.release();
    expect([code, err]).toEqual([1, expect.stringContaining('POST /v1/erasures')]);
  });

  it.each([
    [['--reason', 'request 17'], 'whose data'],
    [['--caller', '138'], 'say why'],
    [['--caller', '138', '--reason', 'call 138'], 'neither reason nor pseudonym'],
    [['--caller', '138', '--reason', 'x', 'now'], 'one word too many'],
  ])('%j is a usage error', async (argv, message) => {
    const { code, err } = await onekey('erase', ...argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('onekey ledger rebuild', () => {
  it('makes statistics and full text anew where asked', async () => {
    const month = basename(newestMonth(dir), '.sqlite');
    expect((await onekey('rebuild')).out).toEqual([
      'statistics and full text are as this program makes them',
    ]);
    expect((await onekey('rebuild', '--force', '--month', month)).out).toEqual([
      `statistics and full text made anew: ${month}`,
    ]);
    expect((await onekey('rebuild', '--month', 'March')).code).toBe(2);
    expect((await onekey('verify')).code).toBe(0);
  });
});

describe('onekey ledger hold', () => {
  it('adds, lists and releases', async () => {
    const { code, out } = await onekey(
      'hold',
      'add',
      '--caller',
      '13800001111',
      '--reason',
      'file 17',
      '--by',
      'archive',
      '--json',
    );
    expect(code).toBe(0);
    const { id } = JSON.parse(out[0] ?? '') as { id: string };
    expect((await onekey('hold', 'list')).out.join()).toMatch(
      /caller 13800001111, since .* by archive: file 17/,
    );
    expect(await onekey('hold', 'release', id, '--reason', 'settled')).toMatchObject({ code: 0 });
    expect((await onekey('hold', 'list')).out).toEqual(['nothing is held']);
    expect((await onekey('hold', 'list', '--all')).out.join()).toContain('settled');
    expect(await onekey('hold', 'release', id, '--reason', 'again')).toMatchObject({ code: 1 });
  });

  it.each([
    [['hold']],
    [['hold', 'add', '--reason', 'x']],
    [['hold', 'add', '--caller', '110', '--call', 'call-1', '--reason', 'x']],
    [['hold', 'add', '--month', '2026-13', '--reason', 'x']],
    [['hold', 'add', '--call', 'call-1']],
    [['hold', 'release', '--reason', 'x']],
    [['hold', 'list', 'all']],
  ])('%j is a usage error', async (argv) => {
    expect((await onekey(...argv)).code).toBe(2);
  });
});

describe('onekey ledger backup and restore', () => {
  it('copies the ledger and brings it back', async () => {
    const to = join(temporaryFolder(), 'backup');
    const { code, out } = await onekey('backup', '--to', to);
    expect(code).toBe(0);
    expect(out.at(-1)).toBe(`head ${head.count}:${head.hash}`);
    expect(await onekey('restore', '--from', to)).toMatchObject({ code: 1 });
    const back = await onekey('restore', '--from', to, '--replace');
    expect(back.out[0]).toContain(`${head.count} records, all as they were written`);
    expect((await onekey('verify')).code).toBe(0);
  });

  it('says what is wrong', async () => {
    expect((await onekey('backup')).code).toBe(2);
    expect((await onekey('restore')).code).toBe(2);
    expect(await onekey('restore', '--from', dir)).toMatchObject({
      code: 1,
      err: expect.stringContaining('no backup'),
    });
  });
});
