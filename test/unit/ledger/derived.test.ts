import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { closingsAfter } from '../../../src/ledger/close-months.js';
import { type DerivedTable, derivedVersion, outdated, rebuild } from '../../../src/ledger/derived.js';
import { ledgerFolder, monthPath } from '../../../src/ledger/ledger-folder.js';
import { openMonth } from '../../../src/ledger/month-file.js';
import { rebuildMonths } from '../../../src/ledger/rebuild-months.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { closingRecord } from '../../../src/ledger/statements.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import {
  callRecord,
  legRecord,
  newestMonth,
  START,
  temporaryFolder,
  transferRecord,
  writerOf,
} from './fixtures.js';

/** What came, in the order in which it came, with a word about it. */
function log(version: number, word: string): DerivedTable {
  return {
    name: 'log',
    version,
    create: (db) => db.exec('CREATE TABLE log_lines (seq INTEGER PRIMARY KEY, line TEXT)'),
    drop: (db) => db.exec('DROP TABLE IF EXISTS log_lines'),
    writer: (db) => {
      const insert = db.prepare('INSERT INTO log_lines VALUES (?, ?)');
      return (record, row, seq) => {
        if (record.id === 'refused') throw new Error('no room');
        insert.run(seq, `${word} ${record.kind} ${String(row.id)}`);
      };
    },
  };
}

const RECORDS: readonly LedgerRecord[] = [
  legRecord('a'),
  callRecord('b'),
  legRecord('c'),
  transferRecord('d'),
];
const LINES = ['heard leg a', 'heard call b', 'heard leg c', 'heard transfer d'];

let dir = '';

function lines(): unknown[] {
  const db = new Database(newestMonth(dir), { readonly: true });
  const all = db.prepare('SELECT line FROM log_lines ORDER BY seq').pluck().all();
  db.close();
  return all;
}

beforeEach(() => {
  dir = temporaryFolder();
});

describe('a derived table', () => {
  it('is kept up with the records, in their transaction', () => {
    const store = writerOf(dir, { derived: [log(1, 'heard')] });
    store.commit({ number: 1, records: RECORDS.slice(0, 2), journal: [] });
    const bad = [legRecord('c'), legRecord('refused')];
    expect(() => store.commit({ number: 2, records: bad, journal: [] })).toThrow('no room');
    expect(lines()).toEqual(LINES.slice(0, 2));
    store.commit({ number: 2, records: RECORDS, journal: [] });
    store.close();
    expect(lines()).toEqual(LINES);
  });

  it('is made anew from the records where it is missing or of another version, when the file is opened for writing', () => {
    const before = writerOf(dir, { derived: [] });
    before.commit({ number: 1, records: RECORDS, journal: [] });
    before.close();
    const told: object[] = [];
    const listener = { info: (fields: object) => told.push(fields), warn: () => {}, error: () => {} };
    writerOf(dir, { derived: [log(1, 'heard')], log: listener }).close();
    expect(lines()).toEqual(LINES);
    expect(told).toMatchObject([{ tables: ['log'] }, { records: 4 }]);
    writerOf(dir, { derived: [log(1, 'never')], log: listener }).close();
    expect(lines()).toEqual(LINES);
    writerOf(dir, { derived: [log(2, 'again')] }).close();
    expect(lines()[0]).toBe('again leg a');
  });

  it('comes with the file of a new month', () => {
    let now = START;
    const store = writerOf(dir, { derived: [log(1, 'heard')], now: () => now });
    store.commit({ number: 1, records: RECORDS.slice(0, 1), journal: [] });
    now += 31 * 86_400_000;
    store.commit({ number: 2, records: RECORDS.slice(1), journal: [] });
    store.close();
    expect(lines()).toEqual(LINES.slice(1));
  });

  it('stays as it was when making it anew is cut off', () => {
    const store = writerOf(dir, { derived: [log(1, 'heard')], now: () => START });
    store.commit({ number: 1, records: RECORDS, journal: [] });
    store.close();
    const db = openMonth(monthPath(ledgerFolder(dir), '2026-03'), []);
    const next = log(2, 'again');
    expect(outdated(db, [next])).toEqual([next]);
    expect(() =>
      rebuild(db, [next], () => {
        throw new Error('killed');
      }),
    ).toThrow('killed');
    expect(derivedVersion(db, 'log')).toBe(1);
    rebuild(db, [next]);
    expect(outdated(db, [next])).toEqual([]);
    expect(derivedVersion(db, 'other')).toBeUndefined();
    db.close();
    expect(lines()[3]).toBe('again transfer d');
  });

  it('is made anew in all months, which are closed again; a month alone when asked', async () => {
    let now = START;
    const store = writerOf(dir, { derived: [], now: () => now });
    onTestFinished(() => store.close());
    let batch = 0;
    const append = async (record: LedgerRecord): Promise<void> => {
      batch += 1;
      store.commit({ number: batch, records: [record], journal: [] });
    };
    for (const record of RECORDS.slice(0, 2)) await append(record);
    now += 31 * 86_400_000;
    for (const record of RECORDS.slice(2)) await append(record);
    const folder = ledgerFolder(dir);
    const parts = { folder, force: false, append, now: () => now, derived: [log(1, 'heard')] };
    expect(await rebuildMonths({ ...parts, month: '2026-03' })).toEqual(['2026-03']);
    expect(await verifyLedger(folder)).toMatchObject({ months: [{ file: 'closed' }, { file: 'open' }] });
    const progress: [string, number][] = [];
    const told = { onProgress: (month: string, records: number) => progress.push([month, records]) };
    expect(await rebuildMonths({ ...parts, ...told })).toEqual(['2026-04']);
    expect(progress).toEqual([['2026-04', 4]]);
    expect(await rebuildMonths(parts)).toEqual([]);
    expect(await rebuildMonths({ ...parts, force: true })).toEqual(['2026-03', '2026-04']);
    expect(lines().slice(0, 2)).toEqual(LINES.slice(2));
    expect(await verifyLedger(folder)).toMatchObject({ ok: true, months: [{ file: 'closed' }, {}] });
  });

  it('that changes in a finished month without a word is noticed', async () => {
    let now = START;
    const store = writerOf(dir, { derived: [log(1, 'heard')], now: () => now });
    store.commit({ number: 1, records: RECORDS, journal: [] });
    now += 31 * 86_400_000;
    const folder = ledgerFolder(dir);
    store.commit({ number: 2, records: [callRecord('next')], journal: [] });
    const [closing] = closingsAfter(folder, []);
    if (closing === undefined) throw new Error('nothing is to be closed');
    store.commit({ number: 3, records: [closingRecord(closing, now)], journal: [] });
    store.close();
    const db = new Database(monthPath(folder, '2026-03'));
    db.exec("UPDATE log_lines SET line = 'x'");
    db.close();
    expect(await verifyLedger(folder)).toMatchObject({ ok: false, break: { problem: 'file', seq: null } });
  });
});
