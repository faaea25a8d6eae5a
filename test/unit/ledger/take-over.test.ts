import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { AccountStore } from '../../../src/agents/account-store.js';
import { agentsPath } from '../../../src/agents/agent-tables.js';
import { ledgerFolder, listMonths, prepareFolder } from '../../../src/ledger/ledger-folder.js';
import { openLedgerReader } from '../../../src/ledger/ledger-reader.js';
import { keptLedgerPath, oldLedgerPath } from '../../../src/ledger/old-ledger.js';
import { openLedger } from '../../../src/ledger/open-ledger.js';
import { takeOverOldLedger } from '../../../src/ledger/take-over.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import { callRecord, START, temporaryFolder, writerOf } from './fixtures.js';

const VERSION_1 = readFileSync(join(import.meta.dirname, 'version-1.sql'), 'utf8');
const VERSION_2 = readFileSync(join(import.meta.dirname, 'version-2.sql'), 'utf8');
/** The heads that the old programs noted. */
const HEAD_1 = '5:8d45c7963c9efe09be45b323c63f7288957bf8e8b630d75f1acf1b813914a12c';
const HEAD_2 = '3:9a5fbab6be00d5207a5dfe40a1806d810a928c09bf18917575b1b0cbbbf4d370';
const YEARS_LATER = START + 800 * 86_400_000;

let dir = '';

function old(statements: string): void {
  const db = new Database(oldLedgerPath(dir));
  db.exec(statements);
  db.close();
}

function reader() {
  const opened = openLedgerReader({ dir, thread: false });
  if (!opened.ok) throw new Error(opened.fault.message);
  onTestFinished(() => opened.reader.close());
  return opened.reader;
}

function takeOver(now = YEARS_LATER, onProgress?: (records: number) => void) {
  expect(prepareFolder(dir)).toBeNull();
  return takeOverOldLedger({
    dir,
    timezone: 'Asia/Shanghai',
    now: () => now,
    ...(onProgress && { onProgress }),
  });
}

beforeEach(() => {
  dir = temporaryFolder();
});

describe('a ledger of one file', () => {
  it('becomes months: the same records under the same numbers, live calls, and a record of it', async () => {
    old(VERSION_1);
    const progress: number[] = [];
    const kept = keptLedgerPath(dir);
    expect(takeOver(YEARS_LATER, (records) => progress.push(records))).toEqual({
      ok: true,
      records: 5,
      broken: null,
      kept,
    });
    expect(progress).toEqual([5]);
    expect(listMonths(ledgerFolder(dir))).toEqual(['2026-03', '2028-05']);
    expect(await verifyLedger(ledgerFolder(dir))).toMatchObject({ ok: true, head: { count: 6 } });
    const { legs } = (await reader().story('call-1')) ?? { legs: [] };
    const db = new Database(kept, { readonly: true });
    const before = db.prepare('SELECT seq, id, talk_ms AS talkMs, reason FROM legs ORDER BY seq').all();
    db.close();
    const all = await reader().legs({ order: 'oldest' });
    expect(all.items.map(({ seq, id, talkMs, reason }) => ({ seq, id, talkMs, reason }))).toEqual(before);
    expect(legs.length).toBeGreaterThan(0);
    expect((await reader().audits({})).items).toMatchObject([
      { seq: 6, action: 'ledger-taken-over', subject: HEAD_1, detail: 'all as it was written' },
    ]);
    expect(existsSync(oldLedgerPath(dir))).toBe(false);
    expect(takeOver()).toEqual({ ok: true, records: null });
  });

  it('of version 2 keeps agents, matters and notes', async () => {
    old(VERSION_2);
    expect(takeOver()).toMatchObject({ ok: true, records: 3, broken: null });
    expect((await reader().legs({ agent: '8017' })).items).toHaveLength(1);
    expect((await reader().audits({})).items).toMatchObject([{ subject: HEAD_2 }]);
  });

  it('is taken over at the start of the server, which goes on with the live calls', async () => {
    old(VERSION_1);
    const lines: string[] = [];
    const log = { info: (_: object, text: string) => lines.push(text), warn: () => {}, error: () => {} };
    const opened = openLedger({ dir, log });
    if (!opened.ok) throw new Error(opened.fault.message);
    expect(opened.ledger.leftOpen()).toEqual([{ callId: 'call-2', snapshot: { step: 1 }, writtenAt: START }]);
    opened.ledger.append([callRecord('call-2')], 'call-2');
    await opened.ledger.close();
    expect(await verifyLedger(ledgerFolder(dir))).toMatchObject({ ok: true, head: { count: 7 } });
    expect(lines.some((line) => line.includes('taking over'))).toBe(true);
  });

  it('that was tampered with is taken over as it is, and the record of it says so', async () => {
    old(VERSION_1);
    old("UPDATE legs SET talk_ms = 1 WHERE id = 'leg-3'; DELETE FROM chain WHERE seq = 5");
    expect(takeOver()).toMatchObject({ ok: true, records: 5, broken: 'record 4 (leg leg-3) was changed' });
    expect((await reader().audits({})).items).toMatchObject([
      { detail: 'broken before: record 4 (leg leg-3) was changed' },
    ]);
    expect(await verifyLedger(ledgerFolder(dir))).toMatchObject({ ok: true });
  });

  it.each([
    ["DELETE FROM legs WHERE id = 'leg-1'", 'record 1 is gone, or was added'],
    [
      "INSERT INTO legs (seq, id, started_at, ended_at) VALUES (9, 'x', 1, 1)",
      'record 6 is gone, or was added',
    ],
    ["UPDATE meta SET value = '4' WHERE key = 'count'", 'its end is not record 4, as it was noted'],
    ['UPDATE transfers SET requested_target = NULL', 'record 2 (transfer transfer-1) was changed'],
  ])('tells what was wrong: %s', (statement, broken) => {
    old(VERSION_1);
    old(statement);
    expect(takeOver()).toMatchObject({ ok: true, broken });
  });

  it('is taken over anew when that was cut off in the middle, and only renamed when it was done', async () => {
    old(VERSION_1);
    expect(() =>
      takeOver(YEARS_LATER, () => {
        throw new Error('killed');
      }),
    ).not.toThrow();
    expect(listMonths(ledgerFolder(dir))).toEqual([]);
    expect(takeOver()).toMatchObject({ ok: true, records: 5 });
    // Killed right before the old file got its other name.
    renameSync(keptLedgerPath(dir), oldLedgerPath(dir));
    expect(takeOver()).toMatchObject({ ok: true, records: 0 });
    expect(await verifyLedger(ledgerFolder(dir))).toMatchObject({ ok: true, head: { count: 6 } });
    expect(existsSync(keptLedgerPath(dir))).toBe(true);
  });

  it('is refused beside months that are not of it, and when it is no ledger', () => {
    writerOf(dir).close();
    old(VERSION_1);
    expect(takeOver()).toMatchObject({ ok: false, fault: { code: 'two-ledgers', path: oldLedgerPath(dir) } });
    expect(openLedger({ dir })).toMatchObject({ ok: false, fault: { code: 'two-ledgers' } });
    dir = temporaryFolder();
    writeFileSync(oldLedgerPath(dir), 'minutes of the meeting');
    expect(takeOver()).toMatchObject({ ok: false, fault: { code: 'not-a-ledger' } });
    expect(openLedgerReader({ dir })).toMatchObject({
      ok: false,
      fault: { code: 'missing', remedy: expect.stringContaining('onekey ledger migrate') },
    });
  });

  it('hands its accounts of agents to their own file, whichever comes first', () => {
    old(VERSION_1);
    mkdirSync(join(dir, 'before'));
    const before = new AccountStore(join(dir, 'before', 'agents.sqlite'));
    const agent = {
      id: 'li-na',
      member: 'city',
      extension: '1',
      displayName: '李娜',
      role: 'agent' as const,
    };
    const whole = { ...agent, skills: [], languages: [], liaisonFor: [], enabled: true };
    const secrets = { MD5: 'a', 'SHA-256': 'b' };
    before.add({ agent: whole, realm: 'onekey', secrets, createdAt: 1, changedAt: 1 }, 'root');
    const expected = before.all();
    before.close();
    const db = new Database(oldLedgerPath(dir));
    db.prepare('ATTACH ? AS made').run(join(dir, 'before', 'agents.sqlite'));
    db.exec(`
      CREATE TABLE agents AS SELECT * FROM made.agents;
      CREATE TABLE agent_contacts AS SELECT * FROM made.agent_contacts;
      INSERT INTO meta SELECT * FROM made.meta WHERE key = 'agents_revision';
    `);
    db.close();
    for (const [taken, path] of [
      [false, agentsPath(dir)],
      [true, join(dir, 'other.sqlite')],
    ] as const) {
      if (taken) takeOver();
      const store = new AccountStore(path);
      expect(store.all()).toEqual(expected);
      expect(store.revision()).toBe(1);
      store.close();
    }
  });
});
