/** One byte of a month's file is changed, at hundreds of places: nothing that was written may change unnoticed. */
import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { closeMonth } from '../../../src/ledger/close-months.js';
import { TABLES } from '../../../src/ledger/columns.js';
import { ledgerFolder, monthPath } from '../../../src/ledger/ledger-folder.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { type FoundRow, rowsInOrder } from '../../../src/ledger/rows-in-order.js';
import { closingRecord } from '../../../src/ledger/statements.js';
import { type VerifyResult, verifyLedger } from '../../../src/ledger/verify-ledger.js';
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

const SEED = 20260302;
const CALLS = 60;
const RECORDS = CALLS * 6;

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

let folder = '';
let path = '';
let whole = Buffer.alloc(0);
let rows: ReadonlyMap<number, string> = new Map();

/** All records as text; null where the file cannot be read any more. */
function dump(): ReadonlyMap<number, string> | null {
  try {
    const db = new Database(path, { readonly: true });
    try {
      const page = rowsInOrder(db).page(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
      return new Map([...page].map(([seq, found]) => [seq, JSON.stringify(found.map(contents))]));
    } finally {
      db.close();
    }
  } catch {
    return null;
  }
}

/** What a row says: an empty column says nothing, under whatever name. */
function contents({ kind, row }: FoundRow) {
  const known = ['mark', 'seal', ...TABLES[kind].columns.map(({ name }) => name)];
  return [kind, known.map((name) => row[name] ?? null)];
}

function write(at: number, byte: number): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, Buffer.from([byte]), 0, 1, at);
  closeSync(fd);
}

/** Changes one bit, verifies, and puts it back. */
async function flipped(at: number, bit: number) {
  write(at, (whole[at] ?? 0) ^ (1 << bit));
  const now = dump();
  const result = await verifyLedger(folder);
  write(at, whole[at] ?? 0);
  return { now, result };
}

/** Places whose record is another than it was, or gone, or new. */
function touched(now: ReadonlyMap<number, string>): number[] {
  const places = new Set([...now.keys(), ...rows.keys()]);
  return [...places].filter((seq) => now.get(seq) !== rows.get(seq)).sort((a, b) => a - b);
}

/** A record that was hit must be the one that is named; whatever was hit must be noticed. */
function judge(
  now: ReadonlyMap<number, string> | null,
  result: VerifyResult,
  place: string,
): 'record' | 'file' {
  expect(result.ok, place).toBe(false);
  if (result.ok) return 'file';
  const { problem, seq } = result.break;
  if (now === null) return 'file';
  const places = touched(now);
  if (places.length === 0) {
    // No record is hit; "meta" may be, which tells where the chain begins and ends.
    expect(['file', 'month', 'tail', 'unreadable', 'missing', 'changed', 'added'], place).toContain(problem);
    if (problem === 'changed') expect(seq, place).toBe(1);
    return 'file';
  }
  // A row that has moved to another place is found at the one or the other.
  expect(places, place).toContain(seq);
  return 'record';
}

beforeEach(() => {
  const dir = temporaryFolder();
  folder = ledgerFolder(dir);
  path = monthPath(folder, '2026-03');
  let now = START;
  const store = writerOf(dir, { now: () => now, derived: [] });
  const records = Array.from({ length: CALLS }, (_, n): LedgerRecord[] => {
    const callId = `call-${n}`;
    return [
      legRecord(`${callId}-1`, { callId, startedAt: START + n }),
      legRecord(`${callId}-2`, { callId, startedAt: START + n, agent: '8001' }),
      transferRecord(`${callId}-t1`, { callId, note: '停电，请尽快上门', matter: '水电-07' }),
      recordingRecord(`${callId}-r1`, { callId }),
      auditRecord(`${callId}-a1`, { callId }),
      callRecord(callId, { startedAt: START + n }),
    ];
  });
  store.commit({ number: 1, records: records.flat(), journal: [] });
  now = START + 31 * 86_400_000;
  store.commit({ number: 2, records: [callRecord('next')], journal: [] });
  const closing = closeMonth(folder, '2026-03');
  if (closing === null) throw new Error('somebody reads the file');
  store.commit({ number: 3, records: [closingRecord(closing, now)], journal: [] });
  store.close();
  whole = readFileSync(path);
  rows = dump() ?? new Map();
  expect(rows.size).toBe(RECORDS);
});

describe('a flipped bit', () => {
  it(`anywhere in a closed file is noticed, and the record named that it hit (200 places, seed ${SEED})`, async () => {
    expect(await verifyLedger(folder)).toMatchObject({
      ok: true,
      months: [
        { month: '2026-03', file: 'closed' },
        { month: '2026-04', file: 'open' },
      ],
    });
    const chance = random(SEED);
    const hits = { record: 0, file: 0 };
    for (let n = 0; n < 200; n += 1) {
      const at = Math.floor(chance() * whole.length);
      const bit = Math.floor(chance() * 8);
      const { now, result } = await flipped(at, bit);
      hits[judge(now, result, `byte ${at}, bit ${bit}: ${JSON.stringify(result)}`)] += 1;
    }
    // Rows are the greater part of such a file; so are the tests of them.
    expect(hits.record).toBeGreaterThan(40);
    expect(hits.file).toBeGreaterThan(40);
    expect(await verifyLedger(folder)).toMatchObject({ ok: true });
  }, 120_000);

  it('in the header, the table "meta" and the list of erased records is noticed', async () => {
    for (let at = 0; at < 100; at += 1) {
      const { now, result } = await flipped(at, at % 8);
      judge(now, result, `byte ${at}: ${JSON.stringify(result)}`);
    }
  }, 120_000);

  it(`in a file that is still written is noticed where it touches a record (100 places, seed ${SEED + 1})`, async () => {
    // Without the file that says how this one was closed, it is the newest, and open.
    const dir = temporaryFolder();
    const store = writerOf(dir, { now: () => START, derived: [] });
    store.close();
    folder = ledgerFolder(dir);
    const open = monthPath(folder, '2026-03');
    writeFileSync(open, whole);
    path = open;
    expect(await verifyLedger(folder)).toMatchObject({ ok: true, months: [{ file: 'open' }] });
    const chance = random(SEED + 1);
    for (let n = 0; n < 100; n += 1) {
      const at = Math.floor(chance() * whole.length);
      const { now, result } = await flipped(at, Math.floor(chance() * 8));
      if (now === null || touched(now).length > 0)
        judge(now, result, `byte ${at}: ${JSON.stringify(result)}`);
    }
    expect(statSync(path).size).toBe(whole.length);
  }, 120_000);

  it('at the end of a file, or one byte more, is noticed', async () => {
    for (const changed of [whole.subarray(0, whole.length - 1), Buffer.concat([whole, Buffer.alloc(1)])]) {
      writeFileSync(path, changed);
      expect(await verifyLedger(folder)).toMatchObject({ ok: false, break: { file: '2026-03.sqlite' } });
    }
    writeFileSync(path, whole);
  });
});
