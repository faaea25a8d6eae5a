import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { closeMonth } from '../../../src/ledger/close-months.js';
import { type EraseParts, eraseCaller, type RecordingOfErased } from '../../../src/ledger/erase-caller.js';
import { eraseInThread } from '../../../src/ledger/erase-thread.js';
import { Holds } from '../../../src/ledger/keeping/holds.js';
import { ledgerFolder, listMonths, monthPath } from '../../../src/ledger/ledger-folder.js';
import { openLedger } from '../../../src/ledger/open-ledger.js';
import { ReaderStore } from '../../../src/ledger/reader-store.js';
import type { AuditRecord, LedgerRecord } from '../../../src/ledger/records.js';
import { closingRecord } from '../../../src/ledger/statements.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import type { WriterStore } from '../../../src/ledger/writer-store.js';
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

const NUMBER = '13912345678';
const OTHER = '13800001111';
const PSEUDONYM = 'erased-1f';
const REQUEST = {
  numbers: [NUMBER, `+86${NUMBER}`],
  by: 'privacy-desk',
  reason: 'request 17',
  pseudonym: PSEUDONYM,
};
const NEXT_MONTH = START + 31 * 86_400_000;

let dir = '';
let folder = '';
let now = START;
let store: WriterStore;
let batch = 0;

function write(...records: LedgerRecord[]): void {
  batch += 1;
  store.commit({ number: batch, records, journal: [] });
}

function reader(): ReaderStore {
  const made = new ReaderStore(folder);
  onTestFinished(() => made.close());
  return made;
}

function run(month: string, ...statements: string[]): void {
  const db = new Database(monthPath(folder, month));
  for (const statement of statements) expect(db.prepare(statement).run().changes, statement).toBe(1);
  db.close();
}

const append = async (record: AuditRecord): Promise<void> => write(record);
const parts = (changes: Partial<EraseParts> = {}): EraseParts => ({
  folder,
  append,
  now: () => now,
  ...changes,
});

/** One call of the caller in two months' files, one of somebody else, and one more in the newest file. */
beforeEach(() => {
  dir = temporaryFolder();
  folder = ledgerFolder(dir);
  now = START;
  batch = 0;
  store = writerOf(dir, { now: () => now });
  onTestFinished(() => store.close());
  const mine = { callId: 'mine', callerNumber: NUMBER };
  write(
    legRecord('mine-1', { ...mine, role: 'caller', direction: 'in' }),
    legRecord('mine-2', { ...mine, agent: '8001', numberDialled: `9${NUMBER}` }),
    transferRecord('mine-t1', { callId: 'mine', note: `回电 ${NUMBER}，家住和平区` }),
    legRecord('other-1', { callId: 'other', callerNumber: OTHER }),
    callRecord('other', { callerNumber: OTHER }),
  );
  now = NEXT_MONTH;
  write(
    callRecord('mine', { callerNumber: `+86${NUMBER}` }),
    recordingRecord('mine-r1', { callId: 'mine' }),
    auditRecord('mine-a1', { callId: 'mine', action: 'note-written', detail: '打不通' }),
    callRecord('again', { callerNumber: NUMBER, startedAt: NEXT_MONTH }),
  );
  const closing = closeMonth(folder, '2026-03');
  if (closing === null) throw new Error('somebody reads the file');
  write(closingRecord(closing, now));
});

describe('eraseCaller', () => {
  it('puts the pseudonym in place of the number, takes out what was written, and leaves all else', async () => {
    const erased = await eraseCaller(REQUEST, parts());
    expect(erased).toMatchObject({
      ok: true,
      erased: { calls: 2, records: 6, months: ['2026-03', '2026-04'], recordings: ['mine-r1'] },
    });
    const ledger = reader();
    expect(ledger.story('mine')).toMatchObject({
      call: { callerNumber: PSEUDONYM, trunk: 'carrier' },
      legs: [
        { id: 'mine-1', callerNumber: PSEUDONYM, numberDialled: '12345' },
        {
          id: 'mine-2',
          callerNumber: PSEUDONYM,
          numberDialled: `9${PSEUDONYM}`,
          agent: '8001',
          talkMs: 28_000,
        },
      ],
      transfers: [{ id: 'mine-t1', note: null, requestedTarget: '*1' }],
    });
    expect(ledger.list('call', { caller: PSEUDONYM }).items.map(({ id }) => id)).toEqual(['again', 'mine']);
    expect(ledger.list('call', { caller: NUMBER }).items).toEqual([]);
    expect(ledger.list('audit', { callId: 'mine' }).items).toMatchObject([{ detail: null }]);
    expect(ledger.list('call', { caller: OTHER }).items).toHaveLength(1);
    expect(ledger.list('audit', { action: 'erased' }).items).toMatchObject([
      {
        actor: 'privacy-desk',
        subject: erased.ok ? erased.erased.id : '',
        detail: expect.stringContaining('request 17'),
      },
    ]);
  });

  it('leaves nothing of it in the files, unused space and logs included', async () => {
    expect(readFileSync(monthPath(folder, '2026-03')).includes(NUMBER)).toBe(true);
    await eraseCaller(REQUEST, parts());
    store.close();
    for (const month of listMonths(folder)) {
      const bytes = readFileSync(monthPath(folder, month));
      for (const secret of [NUMBER, '和平区', '打不通'])
        expect(bytes.includes(secret), `${secret} in ${month}`).toBe(false);
    }
  });

  it('breaks no chain, and closes finished months again', async () => {
    const before = await verifyLedger(folder);
    if (!before.ok) throw new Error(before.break.message);
    await eraseCaller(REQUEST, parts());
    expect(await verifyLedger(folder, { expectHead: before.head })).toMatchObject({
      ok: true,
      months: [
        { month: '2026-03', file: 'closed' },
        { month: '2026-04', file: 'open' },
      ],
    });
    expect(await verifyLedger(folder, { month: '2026-03' })).toMatchObject({ ok: true });
  });

  it('does nothing the second time, and takes in what came since', async () => {
    await eraseCaller(REQUEST, parts());
    expect(await eraseCaller(REQUEST, parts())).toMatchObject({ erased: { id: null, records: 0 } });
    write(callRecord('third', { callerNumber: NUMBER, startedAt: now }));
    expect(await eraseCaller(REQUEST, parts())).toMatchObject({
      erased: { records: 1, months: ['2026-04'] },
    });
    expect(await verifyLedger(folder)).toMatchObject({ ok: true });
  });

  it('may be cut off at any moment: the ledger fits, and the same request does the rest', async () => {
    const cut = new Error('killed');
    // Before anything was written, after the record of it, in the first file, before that one is closed again.
    const stops = [
      parts({ append: () => Promise.reject(cut) }),
      parts({
        append: async (record) => {
          await append(record);
          if (record.action === 'erased') throw cut;
        },
      }),
      parts({
        onProgress: () => {
          throw cut;
        },
      }),
      parts({
        append: async (record) => (record.action === 'month-closed' ? Promise.reject(cut) : append(record)),
      }),
    ];
    for (const [index, stop] of stops.entries()) {
      await expect(eraseCaller(REQUEST, stop), `stop ${index}`).rejects.toThrow('killed');
      expect(await verifyLedger(folder), `stop ${index}`).toMatchObject({ ok: true });
    }
    await eraseCaller(REQUEST, parts());
    expect(reader().list('leg', { caller: NUMBER }).items).toEqual([]);
    expect(await verifyLedger(folder)).toMatchObject({ months: [{ month: '2026-03', file: 'closed' }, {}] });
  });

  it.each([
    [{ kind: 'caller', number: NUMBER }],
    [{ kind: 'call', callId: 'again' }],
    [{ kind: 'month', month: '2026-04' }],
  ] as const)('changes nothing that is held: %j', async (target) => {
    const holds = new Holds(folder);
    const hold = holds.add(target, { by: 'archive', reason: 'court file 17' }, now);
    expect(await eraseCaller(REQUEST, parts())).toEqual({ ok: false, held: [hold] });
    expect(reader().list('call', { caller: NUMBER }).items).toHaveLength(1);
    holds.release(hold.id, { by: 'archive', reason: 'closed' }, now);
    expect(await eraseCaller(REQUEST, parts())).toMatchObject({ ok: true, erased: { records: 6 } });
  });

  it.each([
    ["UPDATE legs SET caller_number = 'somebody' WHERE id = 'mine-1'", 'erased', 'mine-1'],
    ["UPDATE legs SET agent = '8002' WHERE id = 'mine-2'", 'erased', 'mine-2'],
    ["UPDATE legs SET seal = zeroblob(32) WHERE id = 'mine-2'", 'changed', 'mine-2'],
    ["UPDATE transfers SET note = 'x' WHERE id = 'mine-t1'", 'erased', 'mine-t1'],
    ["UPDATE legs SET seal = zeroblob(32), caller_number = 'x' WHERE id = 'other-1'", 'erased', 'other-1'],
    ['DELETE FROM erased WHERE seq = 2', 'erased', 'mine-1'],
    ['UPDATE erased SET content = zeroblob(32) WHERE seq = 3', 'erased', 'mine-1'],
  ])('vouches for nothing else: %s', async (statement, problem, id) => {
    await eraseCaller(REQUEST, parts());
    run('2026-03', statement);
    expect(await verifyLedger(folder)).toMatchObject({ ok: false, break: { problem, id } });
  });

  it('counts for nothing without the record of it', async () => {
    await eraseCaller(REQUEST, parts({ append: async () => undefined }));
    expect(await verifyLedger(folder)).toMatchObject({
      ok: false,
      break: { problem: 'erased', id: 'mine-1' },
    });
  });

  it('takes what it erases out of derived tables, in the same transaction', async () => {
    const forgotten: string[] = [];
    const table = {
      name: 'notes',
      version: 1,
      create: () => undefined,
      drop: () => undefined,
      writer: () => () => undefined,
      eraser: () => (record: LedgerRecord) => {
        forgotten.push(record.kind === 'transfer' ? String(record.note) : record.id);
      },
    };
    await eraseCaller(REQUEST, parts({ derived: [table] }));
    expect(forgotten).toEqual(['mine-1', 'mine-2', `回电 ${NUMBER}，家住和平区`, 'mine', 'mine-a1', 'again']);
  });

  it('runs in a thread beside the open ledger', async () => {
    store.close();
    const opened = openLedger({ dir });
    if (!opened.ok) throw new Error(opened.fault.message);
    const { ledger } = opened;
    const heard: RecordingOfErased[] = [];
    const refused = eraseInThread({ folder, request: REQUEST }, ledger, () =>
      Promise.reject(new Error('no disk')),
    );
    await expect(refused).rejects.toThrow('no disk');
    const erased = await eraseInThread({ folder, request: REQUEST }, ledger, async (recordings) => {
      heard.push(...recordings);
      // Nothing is erased before.
      expect(reader().list('call', { caller: PSEUDONYM }).items).toEqual([]);
    });
    expect(erased).toMatchObject({ ok: true, erased: { calls: 2, records: 6, recordings: ['mine-r1'] } });
    expect(heard).toEqual([{ id: 'mine-r1', callId: 'mine', file: '2026/03/02/mine-r1.wav' }]);
    await ledger.close();
    expect(await verifyLedger(folder)).toMatchObject({ ok: true });
    expect(reader().list('call', { caller: PSEUDONYM }).items).toHaveLength(2);
  });
});
