import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LedgerTrouble } from '../../../src/ledger/faults.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openLedgerReader } from '../../../src/ledger/ledger-reader.js';
import { ledgerPath } from '../../../src/ledger/open-file.js';
import { type OpenLedgerOptions, openLedger } from '../../../src/ledger/open-ledger.js';
import { SCHEMA_VERSION } from '../../../src/ledger/schema.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import { callRecord, legRecord, temporaryFolder, transferRecord } from './fixtures.js';

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
    expect(await verifyLedger(ledgerPath(dir))).toMatchObject({ ok: true, head: { count: 3 } });
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

  it('leaves one file and the lock behind, readable by owner and group', async () => {
    const dir = join(temporaryFolder(), 'made', 'on the way');
    const ledger = opened({ dir });
    ledger.append([callRecord('call-1')]);
    await ledger.flush();
    expect(existsSync(join(dir, 'ledger.sqlite-wal'))).toBe(true);
    await ledger.close();
    expect(readdirSync(dir).sort()).toEqual(['ledger.lock', 'ledger.sqlite']);
    expect(statSync(ledgerPath(dir)).mode & 0o007).toBe(0);
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
    expect(await verifyLedger(ledgerPath(dir))).toMatchObject({ ok: true, head: { count: 2 } });
  });

  it('holds entries while the file cannot be written, then writes all of them in order', async () => {
    const dir = temporaryFolder();
    const troubles: LedgerTrouble[] = [];
    const ledger = opened({ dir, onTrouble: (trouble) => troubles.push(trouble) });
    ledger.append([legRecord('leg-0')]);
    await ledger.flush();
    const intruder = new Database(ledgerPath(dir));
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
    const intruder = new Database(ledgerPath(dir));
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
    expect(await verifyLedger(ledgerPath(dir))).toMatchObject({ ok: true, head: { count: 0 } });
  });
});

describe('openLedger refuses', () => {
  it('a second writer, and lets it in once the first is closed', async () => {
    const dir = temporaryFolder();
    const first = opened({ dir });
    expect(refused(dir)).toMatchObject({ code: 'locked', path: ledgerPath(dir) });
    await first.close();
    opened({ dir });
  });

  it('a folder that is a file', () => {
    const path = join(temporaryFolder(), 'data');
    writeFileSync(path, '');
    expect(refused(path)).toMatchObject({ code: 'not-writable', path });
    expect(refused(join(path, 'below'))).toMatchObject({ code: 'not-writable' });
  });

  it('a ledger file that is a folder', () => {
    const dir = temporaryFolder();
    mkdirSync(ledgerPath(dir));
    expect(refused(dir)).toMatchObject({ code: 'not-writable', path: ledgerPath(dir) });
  });

  it('a place where nobody may write', () => {
    const fault = refused('/proc/onekey-data');
    expect(fault).toMatchObject({ code: 'not-writable', path: '/proc/onekey-data' });
    expect(fault.remedy).toContain('--data');
  });

  it('a file that is no database, and leaves it as it is', () => {
    const dir = temporaryFolder();
    writeFileSync(ledgerPath(dir), 'minutes of the meeting\n'.repeat(100));
    expect(refused(dir)).toMatchObject({ code: 'not-a-ledger', path: ledgerPath(dir) });
    expect(statSync(ledgerPath(dir)).size).toBe(2300);
  });

  it('the database of another program', () => {
    const dir = temporaryFolder();
    const db = new Database(ledgerPath(dir));
    db.exec('CREATE TABLE recipes (id INTEGER PRIMARY KEY)');
    db.close();
    expect(refused(dir)).toMatchObject({ code: 'not-a-ledger' });
  });

  it('a ledger of a newer onekey', async () => {
    const dir = temporaryFolder();
    await opened({ dir }).close();
    const db = new Database(ledgerPath(dir));
    db.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    db.close();
    const fault = refused(dir);
    expect(fault.code).toBe('newer-version');
    expect(fault.message).toContain(`version ${SCHEMA_VERSION + 1}`);
  });

  it('a ledger whose meta table is gone, and a damaged file', async () => {
    const dir = temporaryFolder();
    await opened({ dir }).close();
    const db = new Database(ledgerPath(dir));
    db.exec("DELETE FROM meta WHERE key = 'count'");
    db.close();
    expect(refused(dir)).toMatchObject({ code: 'not-a-ledger' });
    writeFileSync(ledgerPath(dir), `SQLite format 3\0${'x'.repeat(5000)}`);
    chmodSync(ledgerPath(dir), 0o640);
    expect(['not-a-ledger', 'unreadable']).toContain(refused(dir).code);
  });
});
