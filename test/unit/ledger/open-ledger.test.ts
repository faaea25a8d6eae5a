import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { LedgerTrouble } from '../../../src/ledger/faults.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { ledgerFolder, livePath, monthPath } from '../../../src/ledger/ledger-folder.js';
import { openLedgerReader } from '../../../src/ledger/ledger-reader.js';
import { type OpenLedgerOptions, openLedger } from '../../../src/ledger/open-ledger.js';
import { SCHEMA_VERSION } from '../../../src/ledger/schema.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import { callRecord, legRecord, newestMonth, temporaryFolder, transferRecord, writerOf } from './fixtures.js';

function opened(options: OpenLedgerOptions): Ledger {
  const result = openLedger(options);
  if (!result.ok) throw new Error(result.fault.message);
  onTestFinished(() => result.ledger.close().catch(() => undefined));
  return result.ledger;
}

function refused(dir: string) {
  const result = openLedger({ dir });
  if (result.ok) throw new Error('the ledger opened');
  return result.fault;
}

describe('openLedger', () => {
  it('keeps records in the order given and gives them back as they were', async () => {
    const dir = temporaryFolder();
    const ledger = opened({ dir });
    const media = { packetsReceived: 10, packetsSent: 11, packetsLost: 1, jitterMs: 2.5 };
    const leg = legRecord('leg-1', { media, reason: 'SIP;cause=200;text="转接"' });
    ledger.append([leg, transferRecord('transfer-1')]);
    ledger.append([callRecord('call-1', { missed: true, cause: 'busy' })]);
    await ledger.flush();
    const reading = openLedgerReader({ dir, thread: false });
    if (!reading.ok) throw new Error(reading.fault.message);
    expect(await reading.reader.story('call-1')).toEqual({
      call: { seq: 3, ...callRecord('call-1', { missed: true, cause: 'busy' }) },
      legs: [{ seq: 1, ...leg }],
      transfers: [{ seq: 2, ...transferRecord('transfer-1') }],
      recordings: [],
    });
    await reading.reader.close();
    await ledger.close();
    expect(await verifyLedger(ledgerFolder(dir))).toMatchObject({ ok: true, head: { count: 3 } });
  });

  it('reads a month of an earlier version as it is, and completes it when it is written to', async () => {
    const dir = temporaryFolder();
    const before = opened({ dir });
    before.append([callRecord('call-1')]);
    await before.close();
    const month = new Database(newestMonth(dir));
    month.exec(
      'DROP INDEX calls_call_back; ALTER TABLE calls DROP COLUMN call_back_of; PRAGMA user_version = 5',
    );
    month.close();
    const live = new Database(livePath(ledgerFolder(dir)));
    live.pragma('user_version = 5');
    live.close();
    const reading = openLedgerReader({ dir, thread: false });
    if (!reading.ok) throw new Error(reading.fault.message);
    onTestFinished(() => reading.reader.close());
    expect((await reading.reader.calls({})).items).toMatchObject([{ id: 'call-1', callBackOf: null }]);
    expect((await reading.reader.calls({ callBackOf: 'call-1' })).items).toEqual([]);
    const after = opened({ dir });
    after.append([callRecord('call-2', { callBackOf: 'call-1' })]);
    await after.close();
    const again = openLedgerReader({ dir, thread: false });
    if (!again.ok) throw new Error(again.fault.message);
    onTestFinished(() => again.reader.close());
    expect((await again.reader.calls({ callBackOf: 'call-1' })).items).toMatchObject([{ id: 'call-2' }]);
    expect(await verifyLedger(ledgerFolder(dir))).toMatchObject({ ok: true });
  });

  it('gives back the last state of the calls that were live, and of no other', async () => {
    const dir = temporaryFolder();
    const ledger = opened({ dir });
    expect(ledger.leftOpen()).toEqual([]);
    ledger.journal('call-1', { step: 1 });
    await ledger.flush();
    ledger.journal('call-1', { step: 2, legs: [{ id: 'leg-1', tag: null }] });
    ledger.journal('call-2', { step: 1 });
    ledger.append([callRecord('call-2')], 'call-2');
    await ledger.close();
    const again = opened({ dir });
    expect(again.leftOpen()).toEqual([
      {
        callId: 'call-1',
        snapshot: { step: 2, legs: [{ id: 'leg-1', tag: null }] },
        writtenAt: expect.any(Number),
      },
    ]);
    again.append([callRecord('call-1')], 'call-1');
    await again.close();
    expect(opened({ dir }).leftOpen()).toEqual([]);
  });

  it('forgets at the start the calls whose record is there: a crash came between records and journal', async () => {
    const dir = temporaryFolder();
    const before = writerOf(dir);
    const journal = ['done', 'open'].map((callId) => ({ callId, snapshot: '{"step":1}', writtenAt: 5 }));
    before.commit({ number: 1, records: [], journal });
    before.commit({
      number: 2,
      records: [callRecord('done'), legRecord('open-1', { callId: 'open' })],
      journal: [],
    });
    before.close();
    const ledger = opened({ dir });
    expect(ledger.leftOpen()).toEqual([{ callId: 'open', snapshot: { step: 1 }, writtenAt: 5 }]);
    ledger.append([callRecord('open')], 'open');
    await ledger.close();
    expect(opened({ dir }).leftOpen()).toEqual([]);
  });

  it('forgets them also when the month has turned since', async () => {
    const dir = temporaryFolder();
    const before = writerOf(dir, { now: () => Date.now() - 40 * 86_400_000 });
    before.commit({ number: 1, records: [callRecord('done')], journal: [] });
    before.commit({ number: 2, records: [], journal: [{ callId: 'done', snapshot: '{}', writtenAt: 5 }] });
    before.close();
    const after = writerOf(dir);
    after.commit({ number: 3, records: [callRecord('other')], journal: [] });
    after.close();
    expect(opened({ dir }).leftOpen()).toEqual([]);
  });

  it('states how the file of a finished month is, once, which holds it to that', async () => {
    const dir = temporaryFolder();
    const before = writerOf(dir, { now: () => Date.now() - 40 * 86_400_000 });
    before.commit({ number: 1, records: [callRecord('a')], journal: [] });
    before.close();
    const closed = basename(newestMonth(dir), '.sqlite');
    const reading = openLedgerReader({ dir, thread: false });
    if (!reading.ok) throw new Error(reading.fault.message);
    const stated = async () => (await reading.reader.audits({ action: 'month-closed' })).items;
    for (let life = 1; life <= 2; life += 1) {
      const ledger = opened({ dir });
      ledger.append([callRecord(`life-${life}`)]);
      await vi.waitFor(
        async () => {
          await ledger.flush();
          expect(await stated()).toMatchObject([{ subject: closed, actor: 'onekey' }]);
        },
        { timeout: 30_000, interval: 50 },
      );
      await ledger.close();
    }
    await reading.reader.close();
    expect(await verifyLedger(ledgerFolder(dir))).toMatchObject({
      ok: true,
      months: [{ month: closed, file: 'closed' }, { file: 'open' }],
    });
  }, 60_000);

  it('leaves a file for the month, one for live calls and the lock behind, readable by owner and group', async () => {
    const dir = join(temporaryFolder(), 'made', 'on the way');
    const ledger = opened({ dir });
    ledger.append([callRecord('call-1')]);
    await ledger.flush();
    const month = basename(newestMonth(dir));
    expect(existsSync(`${newestMonth(dir)}-wal`)).toBe(true);
    await ledger.close();
    expect(readdirSync(dir).sort()).toEqual(['ledger', 'ledger.lock']);
    expect(readdirSync(ledgerFolder(dir)).sort()).toEqual([month, 'live.sqlite']);
    for (const path of [ledgerFolder(dir), newestMonth(dir), livePath(ledgerFolder(dir))])
      expect(statSync(path).mode & 0o007, path).toBe(0);
  });

  it('writes a record once: the same again is left out, another under its id is reported', async () => {
    const dir = temporaryFolder();
    const troubles: LedgerTrouble[] = [];
    const ledger = opened({ dir, onTrouble: (trouble) => troubles.push(trouble) });
    ledger.append([legRecord('leg-1'), legRecord('leg-1')]);
    ledger.append([legRecord('leg-1', { outcome: 'interrupted' }), legRecord('leg-2')]);
    await ledger.close();
    expect(troubles).toEqual([{ kind: 'conflict', recordKind: 'leg', id: 'leg-1' }]);
    const reading = openLedgerReader({ dir, thread: false });
    if (!reading.ok) throw new Error(reading.fault.message);
    const { items } = await reading.reader.legs({ order: 'oldest' });
    await reading.reader.close();
    expect(items.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['leg-1', 'answered'],
      ['leg-2', 'answered'],
    ]);
    expect(await verifyLedger(ledgerFolder(dir))).toMatchObject({ ok: true, head: { count: 2 } });
  });

  it('holds entries while the file cannot be written, then writes all of them in order', async () => {
    const dir = temporaryFolder();
    const troubles: LedgerTrouble[] = [];
    const ledger = opened({ dir, onTrouble: (trouble) => troubles.push(trouble) });
    ledger.append([legRecord('leg-0')]);
    await ledger.flush();
    const intruder = new Database(newestMonth(dir));
    intruder.exec('BEGIN IMMEDIATE');
    for (let n = 1; n <= 20; n += 1) ledger.append([legRecord(`leg-${n}`)]);
    await expect(ledger.flush()).rejects.toThrow('SQLITE_BUSY');
    expect(troubles[0]).toMatchObject({ kind: 'refused', code: 'SQLITE_BUSY', waiting: 20 });
    intruder.exec('ROLLBACK');
    intruder.close();
    await ledger.flush();
    expect(troubles.at(-1)).toMatchObject({ kind: 'recovered' });
    const reading = openLedgerReader({ dir, thread: false });
    if (!reading.ok) throw new Error(reading.fault.message);
    const { items } = await reading.reader.legs({ order: 'oldest' });
    await reading.reader.close();
    expect(items.map(({ id }) => id)).toEqual(Array.from({ length: 21 }, (_, n) => `leg-${n}`));
  });

  it('says on closing how many entries the disk never took', async () => {
    const dir = temporaryFolder();
    const ledger = opened({ dir });
    ledger.append([legRecord('leg-0')]);
    await ledger.flush();
    const intruder = new Database(newestMonth(dir));
    intruder.exec('BEGIN IMMEDIATE');
    ledger.append([legRecord('leg-1')]);
    ledger.journal('call-1', {});
    await expect(ledger.close()).rejects.toThrow('2 ledger entries were not written');
    intruder.close();
    expect(opened({ dir }).leftOpen()).toEqual([]);
  }, 20_000);

  it('ignores what comes after closing, and closes once', async () => {
    const dir = temporaryFolder();
    const complaints: string[] = [];
    const log = { info: () => {}, warn: () => {}, error: (_: object, text: string) => complaints.push(text) };
    const ledger = opened({ dir, log });
    await Promise.all([ledger.close(), ledger.close()]);
    ledger.append([legRecord('late')]);
    ledger.journal('late', {});
    expect(complaints).toHaveLength(2);
    expect(await verifyLedger(ledgerFolder(dir))).toMatchObject({ ok: true, head: { count: 0 } });
  });
});

describe('openLedger refuses', () => {
  it('a second writer, and lets it in once the first is closed', async () => {
    const dir = temporaryFolder();
    const first = opened({ dir });
    expect(refused(dir)).toMatchObject({ code: 'locked', path: ledgerFolder(dir) });
    await first.close();
    opened({ dir });
  });

  it('a folder that is a file', () => {
    const path = join(temporaryFolder(), 'data');
    writeFileSync(path, '');
    expect(refused(path)).toMatchObject({ code: 'not-writable', path });
    expect(refused(join(path, 'below'))).toMatchObject({ code: 'not-writable' });
  });

  it('a folder of the ledger that is a file, and a file of it that is a folder', () => {
    const dir = temporaryFolder();
    writeFileSync(ledgerFolder(dir), '');
    expect(refused(dir)).toMatchObject({ code: 'not-writable', path: ledgerFolder(dir) });
    const other = temporaryFolder();
    const month = monthPath(ledgerFolder(other), '2026-03');
    mkdirSync(month, { recursive: true });
    expect(refused(other)).toMatchObject({ code: 'not-a-ledger', path: month });
  });

  it('a place where nobody may write', () => {
    const fault = refused('/proc/onekey-data');
    expect(fault).toMatchObject({ code: 'not-writable', path: '/proc/onekey-data' });
    expect(fault.remedy).toContain('--data');
  });

  it.each(['live', '2026-03'])('%s.sqlite that is no database, and leaves it as it is', (name) => {
    const dir = temporaryFolder();
    mkdirSync(ledgerFolder(dir));
    const path = join(ledgerFolder(dir), `${name}.sqlite`);
    writeFileSync(path, 'minutes of the meeting\n'.repeat(100));
    expect(refused(dir)).toMatchObject({ code: 'not-a-ledger', path });
    expect(statSync(path).size).toBe(2300);
  });

  it('the database of another program', () => {
    const dir = temporaryFolder();
    mkdirSync(ledgerFolder(dir));
    const db = new Database(monthPath(ledgerFolder(dir), '2026-03'));
    db.exec('CREATE TABLE recipes (id INTEGER PRIMARY KEY)');
    db.close();
    expect(refused(dir)).toMatchObject({ code: 'not-a-ledger' });
  });

  it('a ledger of a newer onekey', async () => {
    const dir = temporaryFolder();
    await opened({ dir }).close();
    const db = new Database(newestMonth(dir));
    db.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    db.close();
    const fault = refused(dir);
    expect(fault.code).toBe('newer-version');
    expect(fault.message).toContain(`version ${SCHEMA_VERSION + 1}`);
  });

  it('a month whose meta table is gone, and a damaged file', async () => {
    const dir = temporaryFolder();
    await opened({ dir }).close();
    const path = newestMonth(dir);
    const db = new Database(path);
    db.exec("DELETE FROM meta WHERE key = 'commit'");
    db.close();
    expect(refused(dir)).toMatchObject({ code: 'not-a-ledger', path });
    writeFileSync(path, `SQLite format 3\0${'x'.repeat(5000)}`);
    chmodSync(path, 0o640);
    expect(['not-a-ledger', 'unreadable']).toContain(refused(dir).code);
  });
});
