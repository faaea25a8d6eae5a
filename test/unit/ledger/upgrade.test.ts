import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openLedgerReader } from '../../../src/ledger/ledger-reader.js';
import { ledgerPath, openForWriting, prepareFolder } from '../../../src/ledger/open-file.js';
import { openLedger } from '../../../src/ledger/open-ledger.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import {
  auditRecord,
  legRecord,
  recordingRecord,
  START,
  temporaryFolder,
  transferRecord,
} from './fixtures.js';

const VERSION_2 = readFileSync(join(import.meta.dirname, 'version-2.sql'), 'utf8');
const HEAD_2 = { count: 3, hash: '9a5fbab6be00d5207a5dfe40a1806d810a928c09bf18917575b1b0cbbbf4d370' };
const VERSION_1 = readFileSync(join(import.meta.dirname, 'version-1.sql'), 'utf8');
/** The head that version 1 noted. */
const OLD_HEAD = { count: 5, hash: '8d45c7963c9efe09be45b323c63f7288957bf8e8b630d75f1acf1b813914a12c' };
const LATER = { startedAt: START + 3_600_000 };
const NEW: readonly LedgerRecord[] = [
  legRecord('leg-4', { ...LATER, callId: 'call-3', agent: '8017' }),
  legRecord('leg-5', { ...LATER, callId: 'call-3', agent: null }),
  transferRecord('transfer-2', {
    callId: 'call-3',
    mode: 'alert',
    matter: '治安-01',
    note: '第一行\n第二行',
  }),
];

let dir = '';
let file = '';

beforeEach(() => {
  dir = temporaryFolder();
  file = ledgerPath(dir);
  const db = new Database(file);
  db.exec(VERSION_1);
  db.close();
});

/** Open for writing as the server does, add records, close. */
async function write(records: readonly LedgerRecord[]): Promise<void> {
  const result = openLedger({ dir });
  if (!result.ok) throw new Error(result.fault.message);
  result.ledger.append(records);
  await result.ledger.close();
}

function reader() {
  const opened = openLedgerReader({ dir, thread: false });
  if (!opened.ok) throw new Error(opened.fault.message);
  onTestFinished(() => opened.reader.close());
  return opened.reader;
}

function run(...statements: string[]): void {
  const db = new Database(file);
  for (const statement of statements) expect(db.prepare(statement).run().changes, statement).toBe(1);
  db.close();
}

function definition(path: string): unknown[] {
  const db = new Database(path, { readonly: true });
  try {
    const columns = ['calls', 'legs', 'transfers', 'recordings', 'audits'].map(
      (table) =>
        new Set(
          (db.pragma(`table_info(${table})`) as { name: string; type: string }[]).map(
            ({ name, type }) => `${name} ${type}`,
          ),
        ),
    );
    const indexes = db
      .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name")
      .all();
    return [db.pragma('user_version'), columns, indexes];
  } finally {
    db.close();
  }
}

describe('a ledger of version 1', () => {
  it('is read and verified as it is, and not changed by it', async () => {
    const before = readFileSync(file);
    const ledger = reader();
    const { items } = await ledger.legs({ order: 'oldest' });
    expect(items.map(({ id, agent }) => [id, agent])).toEqual([
      ['leg-1', null],
      ['leg-2', null],
      ['leg-3', null],
    ]);
    expect((await ledger.transfers({})).items).toMatchObject([
      { id: 'transfer-1', matter: null, note: null },
    ]);
    expect((await ledger.legs({ agent: '8001' })).items).toEqual([]);
    expect((await ledger.transfers({ matter: 'x' })).items).toEqual([]);
    expect((await ledger.recordings({})).items).toEqual([]);
    expect((await ledger.audits({ actor: 'ops' })).items).toEqual([]);
    expect(await ledger.story('call-1')).toMatchObject({ recordings: [] });
    expect(await verifyLedger(file)).toEqual({ ok: true, head: OLD_HEAD });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('gets the tables of today when it is opened for writing, and keeps its records and live calls', async () => {
    const result = openLedger({ dir });
    if (!result.ok) throw new Error(result.fault.message);
    expect(result.ledger.leftOpen()).toEqual([{ callId: 'call-2', snapshot: { step: 1 }, writtenAt: START }]);
    await result.ledger.close();
    expect(await verifyLedger(file)).toEqual({ ok: true, head: OLD_HEAD });
    const fresh = temporaryFolder();
    prepareFolder(fresh);
    openForWriting(ledgerPath(fresh), START).close();
    expect(definition(file)).toEqual(definition(ledgerPath(fresh)));
    const once = definition(file);
    openForWriting(file, START).close();
    expect(definition(file)).toEqual(once);
  });

  it('holds old and new records in one chain, through the head that was noted before', async () => {
    await write(NEW);
    expect(await verifyLedger(file, { expectHead: OLD_HEAD })).toMatchObject({
      ok: true,
      head: { count: 8 },
    });
    const ledger = reader();
    expect((await ledger.legs({ agent: '8017' })).items).toEqual([{ seq: 6, ...NEW[0] }]);
    expect((await ledger.transfers({ matter: '治安-01' })).items).toEqual([{ seq: 8, ...NEW[2] }]);
    expect((await ledger.transfers({ id: 'transfer-1' })).items).toMatchObject([{ seq: 2, note: null }]);
    expect((await ledger.transfers({ mode: 'alert' })).items).toHaveLength(1);
  });

  it.each([
    ["UPDATE legs SET agent = '8001' WHERE id = 'leg-2'", 3],
    ["UPDATE legs SET agent = '' WHERE id = 'leg-2'", 3],
    ["UPDATE transfers SET note = 'added' WHERE id = 'transfer-1'", 2],
    ["UPDATE legs SET agent = NULL WHERE id = 'leg-4'", 6],
    ["UPDATE legs SET agent = '8018' WHERE id = 'leg-4'", 6],
    ["UPDATE legs SET agent = '8018' WHERE id = 'leg-5'", 7],
    ["UPDATE transfers SET matter = note, note = matter WHERE id = 'transfer-2'", 8],
    ["UPDATE transfers SET note = NULL WHERE id = 'transfer-2'", 8],
  ])('shows after the upgrade that it was tampered with: %s', async (statement, seq) => {
    await write(NEW);
    run(statement);
    expect(await verifyLedger(file)).toMatchObject({ ok: false, break: { problem: 'changed', seq } });
  });

  it('stays of version 1, whole, when the upgrade is cut off', async () => {
    const db = new Database(file);
    // The name of an index to come is taken: the upgrade fails after its columns were added.
    db.exec('CREATE TABLE transfers_23 (x)');
    db.close();
    expect(openLedger({ dir })).toMatchObject({ ok: false, fault: { code: 'unreadable', path: file } });
    expect((await reader().legs({ agent: '8001' })).items).toEqual([]);
    expect(await verifyLedger(file)).toEqual({ ok: true, head: OLD_HEAD });
    const again = new Database(file);
    again.exec('DROP TABLE transfers_23');
    again.close();
    await write(NEW);
    expect(await verifyLedger(file, { expectHead: OLD_HEAD })).toMatchObject({ ok: true });
  });

  it('is found broken when it was broken before the upgrade', async () => {
    run("UPDATE legs SET talk_ms = 1 WHERE id = 'leg-3'");
    await write(NEW);
    expect(await verifyLedger(file)).toMatchObject({ break: { problem: 'changed', seq: 4 } });
  });
});

describe('a ledger of version 2', () => {
  beforeEach(() => {
    rmSync(file);
    const db = new Database(file);
    db.exec(VERSION_2);
    db.close();
  });

  it('is read and verified as it is', async () => {
    expect((await reader().legs({ agent: '8017' })).items).toHaveLength(1);
    expect((await reader().recordings({ callId: 'call-1' })).items).toEqual([]);
    expect(await verifyLedger(file)).toEqual({ ok: true, head: HEAD_2 });
  });

  it('gets the tables of today, and goes on with its chain', async () => {
    const recording = recordingRecord('call-1-r1');
    const audit = auditRecord('audit-1');
    await write([recording, audit]);
    const fresh = temporaryFolder();
    prepareFolder(fresh);
    openForWriting(ledgerPath(fresh), START).close();
    expect(definition(file)).toEqual(definition(ledgerPath(fresh)));
    expect(await verifyLedger(file, { expectHead: HEAD_2 })).toMatchObject({ ok: true, head: { count: 5 } });
    expect((await reader().recordings({ id: 'call-1-r1' })).items).toEqual([{ seq: 4, ...recording }]);
    expect((await reader().story('call-1'))?.recordings).toEqual([{ seq: 4, ...recording }]);
    expect((await reader().audits({ subject: 'call-1-r1' })).items).toEqual([{ seq: 5, ...audit }]);
  });

  it.each([
    ["UPDATE recordings SET sha256 = 'aa' WHERE id = 'call-1-r1'", 4],
    ["UPDATE recordings SET voices = '[]' WHERE id = 'call-1-r1'", 4],
    ["UPDATE audits SET actor = 'nobody' WHERE id = 'audit-1'", 5],
    ['UPDATE audits SET detail = NULL', 5],
  ])('shows that what was added was tampered with: %s', async (statement, seq) => {
    await write([recordingRecord('call-1-r1'), auditRecord('audit-1')]);
    run(statement);
    expect(await verifyLedger(file)).toMatchObject({ ok: false, break: { problem: 'changed', seq } });
  });
});
