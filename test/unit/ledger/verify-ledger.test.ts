import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { canonicalForm, chainHash, GENESIS } from '../../../src/ledger/chain.js';
import { toRow } from '../../../src/ledger/columns.js';
import { ledgerPath, openForWriting, prepareFolder } from '../../../src/ledger/open-file.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import { WriterStore } from '../../../src/ledger/writer-store.js';
import { callRecord, legRecord, START, temporaryFolder, transferRecord } from './fixtures.js';

const RECORDS: readonly LedgerRecord[] = [
  legRecord('leg-1', { media: { packetsReceived: 5, packetsSent: 6, packetsLost: 0, jitterMs: null } }),
  transferRecord('transfer-1'),
  legRecord('leg-2'),
  callRecord('call-1', { missed: true }),
  legRecord('leg-3', { reason: '忙 "busy"\u0000\ud800' }),
];

let file = '';

/** Change the file behind the ledger's back. */
function tamper(...statements: string[]): void {
  const db = new Database(file);
  for (const statement of statements) {
    const { changes } = db.prepare(statement).run();
    expect(changes, statement).toBeGreaterThan(0);
  }
  db.close();
}

beforeEach(() => {
  const dir = temporaryFolder();
  expect(prepareFolder(dir)).toBeNull();
  file = ledgerPath(dir);
  openForWriting(file, START).close();
  const store = new WriterStore(file);
  store.commit({ number: 1, records: RECORDS.slice(0, 3), journal: [] });
  store.commit({ number: 2, records: RECORDS.slice(3), journal: [] });
  store.close();
});

describe('verifyLedger', () => {
  it('accepts what the ledger wrote, and gives the head that the records make', async () => {
    let hash = GENESIS;
    for (const [index, record] of RECORDS.entries())
      hash = chainHash(hash, canonicalForm(index + 1, record.kind, toRow(record)));
    const progress: [number, number][] = [];
    const result = await verifyLedger(file, { onProgress: (done, total) => progress.push([done, total]) });
    expect(result).toEqual({ ok: true, head: { count: 5, hash } });
    expect(progress.at(-1)).toEqual([5, 5]);
  });

  it('accepts a ledger with nothing in it', async () => {
    const dir = temporaryFolder();
    prepareFolder(dir);
    openForWriting(ledgerPath(dir), START).close();
    expect(await verifyLedger(ledgerPath(dir))).toEqual({ ok: true, head: { count: 0, hash: GENESIS } });
  });

  it.each(Object.keys(toRow(legRecord('x'))).filter((column) => column !== 'id'))(
    'finds that the column %s of a leg was changed',
    async (column) => {
      tamper(`UPDATE legs SET "${column}" = CASE WHEN "${column}" IS 7 THEN 8 ELSE 7 END WHERE id = 'leg-2'`);
      expect(await verifyLedger(file)).toMatchObject({
        ok: false,
        break: { problem: 'changed', seq: 3, kind: 'leg', id: 'leg-2' },
      });
    },
  );

  it.each([
    ["UPDATE calls SET missed = 2 WHERE id = 'call-1'", 'changed', 4, 'call', 'call-1'],
    ["UPDATE calls SET cause = '' WHERE id = 'call-1'", 'changed', 4, 'call', 'call-1'],
    ["UPDATE legs SET id = 'leg-9' WHERE id = 'leg-2'", 'changed', 3, 'leg', 'leg-2'],
    ["UPDATE chain SET hash = 'ff' WHERE seq = 2", 'changed', 2, 'transfer', 'transfer-1'],
    ["UPDATE chain SET id = 'leg-7' WHERE seq = 3", 'changed', 3, 'leg', 'leg-7'],
    ["DELETE FROM legs WHERE id = 'leg-2'", 'deleted', 3, 'leg', 'leg-2'],
    ['DELETE FROM chain WHERE seq = 3', 'missing', 3, 'leg', 'leg-2'],
    ["INSERT INTO calls (seq, id) VALUES (99, 'x')", 'missing', 6, null, null],
    ["INSERT INTO calls (seq, id) VALUES (6, 'x')", 'added', 6, 'call', 'x'],
    ["INSERT INTO calls (seq, id) VALUES (-1, 'x')", 'added', -1, 'call', 'x'],
    ["INSERT INTO calls (seq, id) VALUES (2, 'x')", 'added', 2, 'call', 'x'],
    ["UPDATE meta SET value = '4' WHERE key = 'count'", 'tail', 4, null, null],
    ["UPDATE meta SET value = 'ff' WHERE key = 'head_hash'", 'tail', 5, null, null],
    ["DELETE FROM meta WHERE key = 'head_hash'", 'unreadable', null, null, null],
  ])('%s is %s at record %s', async (statement, problem, seq, kind, id) => {
    tamper(statement);
    expect(await verifyLedger(file)).toMatchObject({ ok: false, break: { problem, seq, kind, id } });
  });

  it('finds that row and chain entry are gone, in the middle and at the end', async () => {
    tamper("DELETE FROM legs WHERE id = 'leg-3'", 'DELETE FROM chain WHERE seq = 5');
    expect(await verifyLedger(file)).toMatchObject({ break: { problem: 'missing', seq: 5 } });
    tamper("DELETE FROM legs WHERE id = 'leg-2'", 'DELETE FROM chain WHERE seq = 3');
    expect(await verifyLedger(file)).toMatchObject({ break: { problem: 'missing', seq: 3 } });
  });

  it('finds by a head noted earlier that the whole end was cut off, meta and all', async () => {
    const before = await verifyLedger(file);
    if (!before.ok) throw new Error(before.break.message);
    const db = new Database(file);
    const hash = String(db.prepare('SELECT hash FROM chain WHERE seq = 4').pluck().get());
    db.close();
    tamper("DELETE FROM legs WHERE id = 'leg-3'", 'DELETE FROM chain WHERE seq = 5');
    tamper(
      "UPDATE meta SET value = '4' WHERE key = 'count'",
      `UPDATE meta SET value = '${hash}' WHERE key = 'head_hash'`,
    );
    expect(await verifyLedger(file)).toMatchObject({ ok: true });
    expect(await verifyLedger(file, { expectHead: before.head })).toMatchObject({
      break: { problem: 'tail', seq: 5 },
    });
    expect(await verifyLedger(file, { expectHead: { count: 4, hash } })).toMatchObject({ ok: true });
    expect(await verifyLedger(file, { expectHead: { count: 2, hash } })).toMatchObject({
      break: { problem: 'changed', seq: 2 },
    });
  });

  it('goes through more than one page', async () => {
    const store = new WriterStore(file);
    const legs = Array.from({ length: 2500 }, (_, n) => legRecord(`more-${n}`));
    store.commit({ number: 3, records: legs, journal: [] });
    store.close();
    expect(await verifyLedger(file)).toMatchObject({ ok: true, head: { count: 2505 } });
    tamper("UPDATE legs SET peer = NULL WHERE id = 'more-2400'");
    expect(await verifyLedger(file)).toMatchObject({ break: { problem: 'changed', seq: 2406 } });
  });

  it('says so when the file is damaged or gone', async () => {
    expect(await verifyLedger(`${file}.gone`)).toMatchObject({ break: { problem: 'unreadable', seq: null } });
  });
});
