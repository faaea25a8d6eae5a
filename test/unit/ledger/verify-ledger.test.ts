import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { canonicalForm, chainHash, GENESIS } from '../../../src/ledger/chain.js';
import { toRow } from '../../../src/ledger/columns.js';
import { ledgerFolder, monthPath } from '../../../src/ledger/ledger-folder.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { commitmentOf } from '../../../src/ledger/seal.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import {
  auditRecord,
  callRecord,
  legRecord,
  recordingRecord,
  START,
  temporaryFolder,
  transferRecord,
  writerOf,
} from './fixtures.js';

const RECORDS: readonly LedgerRecord[] = [
  legRecord('leg-1', { media: { packetsReceived: 5, packetsSent: 6, packetsLost: 0, jitterMs: null } }),
  transferRecord('transfer-1'),
  legRecord('leg-2'),
  callRecord('call-1', { missed: true }),
  legRecord('leg-3', { reason: '忙 "busy"\u0000\ud800' }),
  recordingRecord('recording-1'),
  auditRecord('audit-1'),
];
const COUNT = RECORDS.length;
const NEXT_MONTH = START + 31 * 86_400_000;

let folder = '';
let file = '';
let dir = '';
let now = START;

/** Change a file behind the ledger's back. */
function tamper(...statements: string[]): void {
  const db = new Database(file);
  for (const statement of statements) {
    const { changes } = db.prepare(statement).run();
    expect(changes, statement).toBeGreaterThan(0);
  }
  db.close();
}

function write(number: number, records: readonly LedgerRecord[]): void {
  const store = writerOf(dir, { now: () => now });
  store.commit({ number, records, journal: [] });
  store.close();
}

beforeEach(() => {
  dir = temporaryFolder();
  folder = ledgerFolder(dir);
  file = monthPath(folder, '2026-03');
  now = START;
  write(1, RECORDS.slice(0, 3));
  write(2, RECORDS.slice(3));
});

describe('verifyLedger', () => {
  it('accepts what the ledger wrote, and gives the head that the records make', async () => {
    const db = new Database(file, { readonly: true });
    let hash = GENESIS;
    for (const [index, record] of RECORDS.entries()) {
      const table = `${record.kind}s`;
      const seal = db
        .prepare<[string], Buffer>(`SELECT seal FROM ${table} WHERE id = ?`)
        .pluck()
        .get(record.id);
      const row = toRow(record);
      const commitment = seal instanceof Buffer ? commitmentOf(seal, record.kind, row) : null;
      expect(commitment === null).toBe(record.kind === 'recording');
      hash = chainHash(hash, canonicalForm(index + 1, record.kind, row, commitment));
    }
    db.close();
    const progress: [number, number][] = [];
    const result = await verifyLedger(folder, { onProgress: (done, total) => progress.push([done, total]) });
    expect(result).toEqual({
      ok: true,
      head: { count: COUNT, hash },
      months: [{ month: '2026-03', records: COUNT, file: 'open' }],
    });
    expect(progress.at(-1)).toEqual([COUNT, COUNT]);
  });

  it('accepts a ledger with nothing in it', async () => {
    const empty = temporaryFolder();
    writerOf(empty).close();
    expect(await verifyLedger(ledgerFolder(empty))).toMatchObject({
      ok: true,
      head: { count: 0, hash: GENESIS },
    });
  });

  it('does not hash personal data, but a commitment that differs for equal data', () => {
    const db = new Database(file, { readonly: true });
    const seals = db.prepare<[], Buffer>('SELECT seal FROM legs').pluck().all();
    db.close();
    expect(new Set(seals.map((seal) => seal.toString('hex'))).size).toBe(3);
    const row = toRow(callRecord('call-1'));
    expect(canonicalForm(1, 'call', row, Buffer.alloc(32))).not.toContain('13800001111');
  });

  it.each(Object.keys(toRow(legRecord('x'))).filter((column) => column !== 'id'))(
    'finds that the column %s of a leg was changed',
    async (column) => {
      tamper(`UPDATE legs SET "${column}" = CASE WHEN "${column}" IS 7 THEN 8 ELSE 7 END WHERE id = 'leg-2'`);
      expect(await verifyLedger(folder)).toMatchObject({
        ok: false,
        break: { problem: 'changed', file: '2026-03.sqlite', seq: 3, kind: 'leg', id: 'leg-2' },
      });
    },
  );

  it.each([
    ["UPDATE calls SET missed = 2 WHERE id = 'call-1'", 'changed', 4, 'call', 'call-1'],
    ["UPDATE calls SET cause = '' WHERE id = 'call-1'", 'changed', 4, 'call', 'call-1'],
    ["UPDATE calls SET caller_number = NULL WHERE id = 'call-1'", 'changed', 4, 'call', 'call-1'],
    ["UPDATE calls SET seal = zeroblob(16) WHERE id = 'call-1'", 'changed', 4, 'call', 'call-1'],
    ["UPDATE calls SET seal = NULL WHERE id = 'call-1'", 'changed', 4, 'call', 'call-1'],
    ["UPDATE calls SET seal = zeroblob(32) WHERE id = 'call-1'", 'erased', 4, 'call', 'call-1'],
    ['UPDATE recordings SET seal = zeroblob(16)', 'changed', 6, 'recording', 'recording-1'],
    ["UPDATE recordings SET sha256 = 'aa'", 'changed', 6, 'recording', 'recording-1'],
    ["UPDATE recordings SET voices = '[]'", 'changed', 6, 'recording', 'recording-1'],
    ["UPDATE audits SET actor = 'nobody'", 'changed', 7, 'audit', 'audit-1'],
    ['UPDATE audits SET detail = NULL', 'changed', 7, 'audit', 'audit-1'],
    ["UPDATE legs SET id = 'leg-9' WHERE id = 'leg-2'", 'changed', 3, 'leg', 'leg-9'],
    ['UPDATE transfers SET mark = zeroblob(8) WHERE seq = 2', 'changed', 2, 'transfer', 'transfer-1'],
    ["UPDATE transfers SET matter = note, note = 'x' WHERE seq = 2", 'changed', 2, 'transfer', 'transfer-1'],
    ["DELETE FROM legs WHERE id = 'leg-2'", 'missing', 3, null, null],
    ["DELETE FROM legs WHERE id = 'leg-1'", 'missing', 1, null, null],
    ["INSERT INTO calls (seq, mark, id) VALUES (99, 'm', 'x')", 'tail', 99, 'call', 'x'],
    ["INSERT INTO calls (seq, mark, id) VALUES (-1, 'm', 'x')", 'added', -1, 'call', 'x'],
    ["INSERT INTO calls (seq, mark, id) VALUES (2, 'm', 'x')", 'added', 2, 'call', 'x'],
    ["UPDATE meta SET value = '6' WHERE key = 'count'", 'tail', 7, 'audit', 'audit-1'],
    ["UPDATE meta SET value = '8' WHERE key = 'count'", 'missing', 8, null, null],
    ["UPDATE meta SET value = 'ff' WHERE key = 'head_hash'", 'tail', 7, null, null],
    ["DELETE FROM meta WHERE key = 'head_hash'", 'unreadable', null, null, null],
    ["DELETE FROM meta WHERE key = 'previous_hash'", 'unreadable', null, null, null],
    ["UPDATE meta SET value = '1' WHERE key = 'previous_count'", 'month', null, null, null],
  ])('%s is %s at record %s', async (statement, problem, seq, kind, id) => {
    tamper(statement);
    expect(await verifyLedger(folder)).toMatchObject({ ok: false, break: { problem, seq, kind, id } });
  });

  it('tells between which records one is gone, and that the last one is', async () => {
    tamper("DELETE FROM legs WHERE id = 'leg-2'");
    const result = await verifyLedger(folder);
    expect(result.ok || result.break.message).toBe(
      '2026-03.sqlite: record 3: the record is gone; it stood after transfer transfer-1 and before call call-1',
    );
    tamper("DELETE FROM legs WHERE id = 'leg-3'", 'DELETE FROM audits');
    const db = new Database(file);
    db.exec("INSERT INTO legs (seq, mark, id) VALUES (3, 'm', 'leg-2')");
    db.close();
    expect(await verifyLedger(folder)).toMatchObject({ break: { problem: 'changed', seq: 3 } });
  });

  it('finds by a head noted earlier that the whole end was cut off, meta and all', async () => {
    const before = await verifyLedger(folder);
    if (!before.ok) throw new Error(before.break.message);
    tamper('DELETE FROM audits', "UPDATE meta SET value = '6' WHERE key = 'count'");
    // Who knows the way the chain is made can compute the head of what is left.
    const cut = await verifyLedger(folder);
    expect(cut).toMatchObject({ ok: false, break: { problem: 'tail', seq: 6 } });
    expect(await verifyLedger(folder, { expectHead: before.head })).toMatchObject({ ok: false });
  });

  it('holds the chain to a head noted earlier', async () => {
    const before = await verifyLedger(folder);
    if (!before.ok) throw new Error(before.break.message);
    now = NEXT_MONTH;
    write(3, [legRecord('leg-4')]);
    expect(await verifyLedger(folder, { expectHead: before.head })).toMatchObject({ ok: true });
    const { hash } = before.head;
    expect(await verifyLedger(folder, { expectHead: { count: 8, hash } })).toMatchObject({
      break: { problem: 'changed', seq: 8 },
    });
    expect(await verifyLedger(folder, { expectHead: { count: 2, hash } })).toMatchObject({
      break: { problem: 'changed', seq: 2 },
    });
    expect(await verifyLedger(folder, { expectHead: { count: 9, hash } })).toMatchObject({
      break: { problem: 'tail', seq: 9 },
    });
  });

  it('goes through more than one page', async () => {
    write(
      3,
      Array.from({ length: 2500 }, (_, n) => legRecord(`more-${n}`)),
    );
    expect(await verifyLedger(folder)).toMatchObject({ ok: true, head: { count: 2507 } });
    tamper("UPDATE legs SET peer = NULL WHERE id = 'more-2400'");
    expect(await verifyLedger(folder)).toMatchObject({ break: { problem: 'changed', seq: 2408 } });
  });

  it('says so when the folder is gone', async () => {
    expect(await verifyLedger(`${folder}.gone`)).toMatchObject({ break: { problem: 'month', seq: null } });
  });
});

describe('a ledger of several months', () => {
  beforeEach(() => {
    now = NEXT_MONTH;
    write(3, [legRecord('leg-4'), callRecord('call-4')]);
    now = NEXT_MONTH + 31 * 86_400_000;
    write(4, [legRecord('leg-5')]);
  });

  it('is one chain', async () => {
    expect(await verifyLedger(folder)).toMatchObject({ ok: true, head: { count: 10 } });
    expect(await verifyLedger(folder, { month: '2026-04' })).toMatchObject({ ok: true, head: { count: 9 } });
    expect(await verifyLedger(folder, { month: '2026-07' })).toMatchObject({ break: { problem: 'month' } });
  });

  it('names the file of what does not fit', async () => {
    file = monthPath(folder, '2026-04');
    tamper("UPDATE calls SET trunk = 'x' WHERE id = 'call-4'");
    const broken = { problem: 'changed', file: '2026-04.sqlite', seq: 9, id: 'call-4' };
    expect(await verifyLedger(folder)).toMatchObject({ break: broken });
    expect(await verifyLedger(folder, { month: '2026-04' })).toMatchObject({ break: broken });
    expect(await verifyLedger(folder, { month: '2026-05' })).toMatchObject({ ok: true });
  });

  it('is broken where a file is gone, or is not the one that was there', async () => {
    const gone = monthPath(folder, '2026-04');
    file = gone;
    tamper("DELETE FROM legs WHERE id = 'leg-4'");
    rmSync(gone);
    expect(await verifyLedger(folder)).toMatchObject({ break: { problem: 'month', file: '2026-05.sqlite' } });
    file = monthPath(folder, '2026-05');
    tamper("UPDATE meta SET value = '2026-03.sqlite' WHERE key = 'previous_file'");
    expect(await verifyLedger(folder)).toMatchObject({ break: { problem: 'month', file: '2026-05.sqlite' } });
  });
});
