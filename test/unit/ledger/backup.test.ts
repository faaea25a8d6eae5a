import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backUp } from '../../../src/ledger/keeping/backup.js';
import { Holds } from '../../../src/ledger/keeping/holds.js';
import { restore } from '../../../src/ledger/keeping/restore.js';
import { ledgerFolder, listMonths, monthPath } from '../../../src/ledger/ledger-folder.js';
import { openLedger } from '../../../src/ledger/open-ledger.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import { callRecord } from './fixtures.js';
import { someMonths } from './some-months.js';

let root: string;
let dir: string;
let to: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'onekey-backup-'));
  dir = join(root, 'data');
  to = join(root, 'backup');
});
afterEach(() => rmSync(root, { recursive: true }));

const now = (): number => Date.UTC(2026, 5, 15);
const MONTHS = ['2026-01', '2026-02', '2026-03'];
const take = (options: { readonly check?: boolean; readonly prune?: boolean } = {}) =>
  backUp({ from: ledgerFolder(dir), to, now, ...options });
const bringBack = (options: { readonly replace?: boolean } = {}) =>
  restore({ from: to, data: join(root, 'other'), replace: false, now, ...options });

/** Turns one bit in the middle of a file over, without a trace in its length and time. */
function flip(path: string): void {
  const { atime, mtime } = statSync(path);
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  utimesSync(path, atime, mtime);
}

describe('a backup', () => {
  it('can be read and verified as a data folder', async () => {
    someMonths(dir, MONTHS);
    const taken = await take();
    expect(taken).toMatchObject({ ok: true, head: { count: 6 } });
    expect(await verifyLedger(ledgerFolder(to))).toMatchObject({
      ok: true,
      head: taken.ok ? taken.head : null,
    });
    expect(readdirSync(ledgerFolder(to)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('has months that are over as they are, byte for byte, and copies them once', async () => {
    const folder = someMonths(dir, MONTHS);
    await take();
    for (const month of ['2026-01', '2026-02'])
      expect(readFileSync(monthPath(ledgerFolder(to), month))).toEqual(
        readFileSync(monthPath(folder, month)),
      );
    expect(await take()).toMatchObject({ ok: true, kept: ['2026-01.sqlite', '2026-02.sqlite'] });
  });

  it('is taken while the server writes, and has what was durable before, and the live calls', async () => {
    someMonths(dir, MONTHS);
    const opened = openLedger({ dir, commitMs: 1 });
    if (!opened.ok) throw new Error(opened.fault.message);
    const { ledger } = opened;
    ledger.journal('call-live', { talking: true });
    ledger.append([callRecord('call-now')]);
    await ledger.flush();
    let number = 0;
    const writing = setInterval(() => ledger.append([callRecord(`call-later-${number++}`)]), 1);
    const taken = await take();
    clearInterval(writing);
    await ledger.close();
    expect(taken.ok).toBe(true);
    expect(await bringBack()).toMatchObject({ ok: true });
    const back = openLedger({ dir: join(root, 'other') });
    if (!back.ok) throw new Error(back.fault.message);
    expect(back.ledger.leftOpen().map(({ callId }) => callId)).toEqual(['call-live']);
    await back.ledger.close();
    const { head } = taken.ok ? taken : { head: { count: 0 } };
    expect(head.count).toBeGreaterThanOrEqual(7);
  });

  it('copies a month again that has changed since, and one whose copy is damaged when it is checked', async () => {
    const folder = someMonths(dir, MONTHS);
    await take();
    utimesSync(monthPath(folder, '2026-01'), new Date(), new Date());
    const again = await take();
    expect(again.ok && again.copied).toContain('2026-01.sqlite');
    flip(monthPath(ledgerFolder(to), '2026-02'));
    expect(await take()).toMatchObject({ kept: ['2026-01.sqlite', '2026-02.sqlite'] });
    expect(await take({ check: true })).toMatchObject({ kept: ['2026-01.sqlite'] });
    expect(readFileSync(monthPath(ledgerFolder(to), '2026-02'))).toEqual(
      readFileSync(monthPath(folder, '2026-02')),
    );
  });

  it('keeps holds', async () => {
    const folder = someMonths(dir, MONTHS);
    new Holds(folder).add({ kind: 'month', month: '2026-01' }, { by: 'archive', reason: 'file 17' }, now());
    await take();
    expect(await bringBack()).toMatchObject({ ok: true });
    expect(new Holds(ledgerFolder(join(root, 'other'))).active()).toHaveLength(1);
  });

  it('says what is in the way', async () => {
    someMonths(dir, MONTHS);
    writeFileSync(join(root, 'backup'), 'a file');
    expect(await take()).toMatchObject({ ok: false });
    rmSync(join(root, 'backup'));
    await take();
    writeFileSync(join(to, 'backup.json'), '{"format":9}');
    expect(await take()).toMatchObject({
      ok: false,
      message: `${join(to, 'backup.json')} is no manifest of a backup`,
    });
  });
});

describe('restoring', () => {
  it('brings the same ledger back', async () => {
    const folder = someMonths(dir, MONTHS);
    await take();
    const before = await verifyLedger(folder);
    expect(await bringBack()).toMatchObject({ ok: true, movedTo: null, files: 4 });
    expect(await verifyLedger(ledgerFolder(join(root, 'other')))).toEqual(before);
    expect(listMonths(ledgerFolder(join(root, 'other')))).toEqual(MONTHS);
  });

  it('finds a damaged file by its SHA-256, and leaves nothing behind', async () => {
    someMonths(dir, MONTHS);
    await take();
    flip(monthPath(ledgerFolder(to), '2026-02'));
    const result = await bringBack();
    expect(result).toMatchObject({ ok: false });
    expect(result.ok ? '' : result.message).toContain('2026-02.sqlite is damaged');
    expect(existsSync(ledgerFolder(join(root, 'other')))).toBe(false);
  });

  it('replaces a ledger only when it is told to, and keeps the old one', async () => {
    someMonths(dir, MONTHS);
    await take();
    someMonths(join(root, 'other'), ['2025-12']);
    expect(await bringBack()).toMatchObject({ ok: false });
    expect(listMonths(ledgerFolder(join(root, 'other')))).toEqual(['2025-12']);
    const result = await bringBack({ replace: true });
    expect(result.ok).toBe(true);
    expect(listMonths(ledgerFolder(join(root, 'other')))).toEqual(MONTHS);
    expect(result.ok && result.movedTo !== null && listMonths(result.movedTo)).toEqual(['2025-12']);
  });

  it('does nothing while a server has the data folder, or where there is no backup', async () => {
    someMonths(dir, MONTHS);
    expect(await bringBack()).toMatchObject({ ok: false });
    await take();
    const opened = openLedger({ dir: join(root, 'other') });
    if (!opened.ok) throw new Error(opened.fault.message);
    expect(await bringBack({ replace: true })).toMatchObject({ ok: false });
    await opened.ledger.close();
  });

  it('does not take a backup that lost a month', async () => {
    someMonths(dir, MONTHS);
    await take();
    rmSync(monthPath(ledgerFolder(to), '2026-02'));
    appendFileSync(join(to, 'note'), 'x');
    expect(await bringBack()).toMatchObject({ ok: false });
  });
});
