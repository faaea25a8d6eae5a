/** A ledger over the turn of a month: where records go, that none is doubled, and that readers see one ledger. */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ledgerFolder, listMonths, monthPath } from '../../../src/ledger/ledger-folder.js';
import type { Cursor } from '../../../src/ledger/query.js';
import { ReaderStore } from '../../../src/ledger/reader-store.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import type { WriterStore } from '../../../src/ledger/writer-store.js';
import {
  callRecord,
  legRecord,
  recordingRecord,
  temporaryFolder,
  transferRecord,
  writerOf,
} from './fixtures.js';

/** Midnight at which April 2026 begins in Shanghai. */
const APRIL = Date.UTC(2026, 2, 31, 16);
const MINUTE = 60_000;
const DAY = 86_400_000;

let dir = '';
let folder = '';
let now = 0;
let batch = 0;
let store: WriterStore;

function opened(): WriterStore {
  const made = writerOf(dir, { now: () => now });
  onTestFinished(() => made.close());
  return made;
}

function write(...records: LedgerRecord[]) {
  batch += 1;
  return store.commit({ number: batch, records, journal: [] });
}

function reader(): ReaderStore {
  const made = new ReaderStore(folder);
  onTestFinished(() => made.close());
  return made;
}

function meta(month: string): Record<string, string> {
  const db = new Database(monthPath(folder, month), { readonly: true });
  const rows = db.prepare<[], { key: string; value: string }>('SELECT key, value FROM meta').all();
  db.close();
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

function idsIn(month: string, table: string): unknown[] {
  const db = new Database(monthPath(folder, month), { readonly: true });
  const ids = db.prepare(`SELECT id FROM ${table} ORDER BY seq`).pluck().all();
  db.close();
  return ids;
}

beforeEach(() => {
  dir = temporaryFolder();
  folder = ledgerFolder(dir);
  now = APRIL - MINUTE;
  batch = 0;
  store = opened();
});

describe('writing over the turn of a month', () => {
  it('begins a file when the first record of the month comes, and goes on counting', () => {
    write(callRecord('a', { startedAt: now }));
    now = APRIL;
    store.commit({ number: 2, records: [], journal: [{ callId: 'c', snapshot: '{}', writtenAt: now }] });
    expect(listMonths(folder)).toEqual(['2026-03']);
    batch = 2;
    // Its call began in March.
    expect(write(legRecord('b', { startedAt: APRIL - MINUTE })).head.count).toBe(2);
    expect(listMonths(folder)).toEqual(['2026-03', '2026-04']);
    expect(idsIn('2026-04', 'legs')).toEqual(['b']);
  });

  it('names in each file the end of the one before, and in that one that it is done', async () => {
    const { head } = write(callRecord('a', { startedAt: now }));
    now = APRIL + MINUTE;
    write(callRecord('b', { startedAt: now }));
    expect(meta('2026-03')).toMatchObject({
      previous_file: '',
      previous_count: '0',
      head_hash: head.hash,
      count: '1',
      closed_at: String(now),
      ranges: JSON.stringify({ call: { from: APRIL - MINUTE, to: APRIL - MINUTE } }),
    });
    expect(meta('2026-04')).toMatchObject({
      previous_file: '2026-03.sqlite',
      previous_count: '1',
      previous_hash: head.hash,
      count: '2',
    });
    expect(meta('2026-04').closed_at).toBeUndefined();
    expect(await verifyLedger(folder)).toMatchObject({ ok: true, head: { count: 2 } });
  });

  it('leaves out months in which nobody called, and never goes back when the clock does', async () => {
    now = APRIL + 70 * DAY;
    write(callRecord('a'));
    now = APRIL;
    write(callRecord('b'));
    store.close();
    store = opened();
    write(callRecord('c'));
    expect(listMonths(folder)).toEqual(['2026-03', '2026-06']);
    expect(idsIn('2026-06', 'calls')).toEqual(['a', 'b', 'c']);
    expect(await verifyLedger(folder)).toMatchObject({ ok: true });
  });

  it.each(['call', 'leg', 'transfer', 'recording'] as const)(
    'writes a %s once that comes again in the next month',
    async (kind) => {
      const made = {
        call: callRecord('x', { startedAt: now }),
        leg: legRecord('x', { startedAt: now }),
        transfer: transferRecord('x', { requestedAt: now }),
        recording: recordingRecord('x', { startedAt: now }),
      }[kind];
      write(made);
      now = APRIL + MINUTE;
      // Made anew from the journal after a crash: its other contents are told, and stay out.
      expect(
        write(made, callRecord('y', { startedAt: now }), { ...made, endedAt: now } as LedgerRecord),
      ).toMatchObject({
        conflicts: kind === 'transfer' ? [] : [{ recordKind: kind, id: 'x' }],
        head: { count: 2 },
      });
      now = APRIL + 31 * DAY;
      expect(write(made).head.count).toBe(2);
      expect(await verifyLedger(folder)).toMatchObject({ ok: true, head: { count: 2 } });
    },
  );

  it('writes nothing of a batch again that was written before midnight and comes again after it', () => {
    const before = { number: 1, records: [callRecord('a', { startedAt: now })], journal: [] };
    store.commit(before);
    now = APRIL + MINUTE;
    expect(store.commit(before)).toMatchObject({ head: { count: 1 }, conflicts: [] });
    store.close();
    store = opened();
    expect(store.commit(before)).toMatchObject({ head: { count: 1 }, conflicts: [] });
    expect(store.lastBatch).toBe(1);
  });

  it('goes on after a crash between the new file and the last word in the old one', async () => {
    write(callRecord('a', { startedAt: now }));
    now = APRIL + MINUTE;
    write(callRecord('b', { startedAt: now }));
    store.close();
    const db = new Database(monthPath(folder, '2026-03'));
    db.exec("DELETE FROM meta WHERE key = 'closed_at'");
    db.close();
    store = opened();
    expect(meta('2026-03').closed_at).toBe(String(now));
    write(callRecord('c', { startedAt: now }));
    expect(await verifyLedger(folder)).toMatchObject({ ok: true, head: { count: 3 } });
  });

  it('makes a file anew that a crash left unfinished', async () => {
    write(callRecord('a', { startedAt: now }));
    store.close();
    const unfinished = `${monthPath(folder, '2026-04')}.new`;
    renameSync(monthPath(folder, '2026-03'), unfinished);
    store = opened();
    now = APRIL + MINUTE;
    write(callRecord('b', { startedAt: now }));
    expect(existsSync(unfinished)).toBe(false);
    expect(idsIn('2026-04', 'calls')).toEqual(['b']);
    expect(await verifyLedger(folder)).toMatchObject({ ok: true });
  });

  it('does not change a finished file, whatever comes', () => {
    write(callRecord('a', { startedAt: now }), legRecord('l', { startedAt: now }));
    now = APRIL + MINUTE;
    write(callRecord('b', { startedAt: now }));
    const path = monthPath(folder, '2026-03');
    const before = readFileSync(path);
    write(callRecord('a', { startedAt: APRIL - MINUTE }), legRecord('m', { startedAt: APRIL - MINUTE }));
    store.close();
    store = opened();
    expect(reader().story('a')?.call?.seq).toBe(1);
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('reading over the turn of a month', () => {
  /** Calls of three months: each month's file has one that began in the month before. */
  beforeEach(() => {
    for (let month = 0; month < 3; month += 1) {
      const start = APRIL + month * 31 * DAY;
      now = start + MINUTE;
      write(
        callRecord(`${month}-early`, { startedAt: start - MINUTE }),
        ...Array.from({ length: 9 }, (_, n) =>
          callRecord(`${month}-${n}`, { startedAt: start + n * MINUTE }),
        ),
      );
      // Written in this month's file behind all others, though it began among them.
      write(callRecord(`${month}-late`, { startedAt: start + 4 * MINUTE, trunk: 'late' }));
    }
  });

  it.each(['newest', 'oldest'] as const)('pages in the order of time, the %s first', (order) => {
    const store = reader();
    const all = store.list('call', { order, limit: 500 });
    expect(all.next).toBeNull();
    const times = all.items.map(({ startedAt }) => startedAt);
    expect(times).toEqual([...times].sort((a, b) => (order === 'newest' ? b - a : a - b)));
    expect(all.items).toHaveLength(33);
    for (let limit = 1; limit <= 34; limit += 1) {
      const seen: string[] = [];
      let cursor: Cursor | undefined;
      do {
        const page = store.list('call', { order, limit, cursor });
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(seen, `pages of ${limit}`).toEqual(all.items.map(({ id }) => id));
    }
  });

  it('finds what is asked for in whichever file it is', () => {
    const store = reader();
    const ids = (filter: Parameters<typeof store.list<'call'>>[1]) =>
      store.list('call', filter).items.map(({ id }) => id);
    expect(ids({ trunk: 'late' })).toEqual(['2-late', '1-late', '0-late']);
    expect(ids({ from: APRIL + 31 * DAY - MINUTE, to: APRIL + 31 * DAY + 1 })).toEqual(['1-0', '1-early']);
    expect(ids({ to: APRIL })).toEqual(['0-early']);
    expect(ids({ from: APRIL + 99 * DAY })).toEqual([]);
  });

  it('opens only the files that can hold the time asked for', () => {
    const store = reader();
    store.list('call', {});
    const opened: string[] = [];
    const each = store.months.each.bind(store.months);
    store.months.each = function* (order, wanted) {
      for (const file of each(order, wanted)) {
        opened.push(file.month);
        yield file;
      }
    };
    store.list('call', { from: APRIL, to: APRIL + MINUTE });
    store.list('call', { limit: 3 });
    expect(opened).toEqual(['2026-04', '2026-06']);
  });

  it('tells the story of a call whose legs were written in two months', () => {
    now = APRIL + 93 * DAY - MINUTE;
    const began = { callId: 'long', startedAt: now };
    write(legRecord('long-1', began), legRecord('long-2', { ...began, startedAt: now + 1 }));
    now += 2 * MINUTE;
    write(
      transferRecord('long-t', { callId: 'long', requestedAt: now }),
      legRecord('long-3', { ...began, startedAt: now }),
    );
    expect(reader().story('long')).toMatchObject({
      call: null,
      legs: [{ id: 'long-1' }, {}, { id: 'long-3' }],
    });
    write(callRecord('long', { startedAt: began.startedAt }), recordingRecord('long-r', began));
    const story = reader().story('long');
    expect(listMonths(folder).at(-1)).toBe('2026-07');
    expect(story?.legs.map(({ id }) => id)).toEqual(['long-1', 'long-2', 'long-3']);
    expect(story).toMatchObject({
      call: { id: 'long' },
      transfers: [{ id: 'long-t' }],
      recordings: [{ id: 'long-r' }],
    });
    expect(reader().story('nobody')).toBeUndefined();
  });

  it('does not take a ledger that is gone for an empty one', () => {
    const store = reader();
    expect(store.head().count).toBe(33);
    for (const month of listMonths(folder)) renameSync(monthPath(folder, month), `${folder}/${month}.away`);
    expect(() => store.head()).toThrow(folder);
    expect(() => store.list('call', {})).toThrow(folder);
  });

  it('sees a file that comes, and does without one that goes', () => {
    const store = reader();
    expect(store.head().count).toBe(33);
    now = APRIL + 100 * DAY;
    write(callRecord('new', { startedAt: now }));
    expect(store.head().count).toBe(34);
    expect(store.list('call', { limit: 1 }).items).toMatchObject([{ id: 'new', seq: 34 }]);
    renameSync(monthPath(folder, '2026-04'), `${folder}/away`);
    expect(store.list('call', { limit: 500 }).items).toHaveLength(23);
  });
});
