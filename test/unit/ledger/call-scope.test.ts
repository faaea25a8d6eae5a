import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ledgerFolder, listMonths } from '../../../src/ledger/ledger-folder.js';
import { type ListingBudget, listPage } from '../../../src/ledger/listing.js';
import { MonthFiles } from '../../../src/ledger/month-files.js';
import type { Cursor, Filters } from '../../../src/ledger/query.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { searchNotes } from '../../../src/ledger/search/search-notes.js';
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

const DAY = 86_400_000;
const OURS = ['youth-12355'];
let dir = '';

/** Writes records on a day after the start. */
type Write = (day: number, ...records: LedgerRecord[]) => void;

function written(tell: (write: Write) => void): MonthFiles {
  let now = START;
  let number = 0;
  const store = writerOf(dir, { now: () => now });
  tell((day, ...records) => {
    now = START + day * DAY;
    number += 1;
    store.commit({ number, records, journal: [] });
  });
  store.close();
  const months = new MonthFiles(ledgerFolder(dir));
  onTestFinished(() => months.close());
  return months;
}

function ids<K extends keyof Filters>(
  months: MonthFiles,
  kind: K,
  filter: Filters[K],
  budget: ListingBudget | null = null,
): string[] {
  const found: string[] = [];
  let cursor: Cursor | null = null;
  do {
    const page: ReturnType<typeof listPage<K>> = listPage(
      months,
      kind,
      { order: 'oldest', scope: OURS, ...filter, ...(cursor === null ? {} : { cursor }) },
      budget,
    );
    found.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

/** What belongs to a call of others. */
const foreign = { firstMember: 'city-12345', lastMember: 'police-110', transfers: 0 };

beforeEach(() => {
  dir = temporaryFolder();
});

describe('what is of the calls of a member', () => {
  it.each([
    ['called first', { ...foreign, firstMember: 'youth-12355' }, {}],
    ['that spoke last', { ...foreign, lastMember: 'youth-12355' }, {}],
    ['that transferred it', foreign, { fromMember: 'youth-12355' }],
    ['that was asked for', foreign, { toMember: 'youth-12355', outcome: 'failed' as const }],
  ])('is of the member %s', (_, call, moved) => {
    const months = written((write) => {
      for (const [id, of, transfer] of [
        ['a', call, { fromMember: 'police-110', toMember: null, ...moved }],
        ['b', foreign, { fromMember: 'police-110', toMember: 'city-12345' }],
      ] as const)
        write(
          0,
          legRecord(`leg-${id}`, { callId: id, member: 'city-12345' }),
          transferRecord(`transfer-${id}`, { callId: id, note: `停水 ${id}`, ...transfer }),
          recordingRecord(`recording-${id}`, { callId: id }),
          callRecord(id, of),
          auditRecord(`audit-${id}`, { callId: id, action: 'note-written', detail: `停水 ${id}` }),
        );
      write(0, auditRecord('logged-in', { callId: null, action: 'logged-in', subject: 'a' }));
    });
    expect(ids(months, 'call', {})).toEqual(['a']);
    expect(ids(months, 'leg', {})).toEqual(['leg-a']);
    expect(ids(months, 'leg', { callId: 'b' })).toEqual([]);
    expect(ids(months, 'transfer', {})).toEqual(['transfer-a']);
    expect(ids(months, 'recording', {})).toEqual(['recording-a']);
    expect(ids(months, 'audit', {})).toEqual(['audit-a']);
    expect(ids(months, 'call', { scope: [] })).toEqual([]);
    expect(ids(months, 'call', { scope: ['city-12345', 'youth-12355'] })).toEqual(['a', 'b']);
    const notes = searchNotes(months, { query: '停水', scope: OURS });
    expect(notes.items.map(({ callId }) => callId)).toEqual(['a', 'a']);
  });

  it('is told by the files of other months, too', () => {
    const months = written((write) => {
      for (const [id, of, toMember] of [
        ['a', foreign, 'youth-12355'],
        ['b', foreign, 'city-12345'],
        ['c', { ...foreign, lastMember: 'youth-12355' }, 'city-12345'],
      ] as const) {
        const startedAt = START + 28 * DAY;
        write(28, legRecord(`leg-${id}`, { callId: id, startedAt }));
        write(28, transferRecord(`transfer-${id}`, { callId: id, toMember, requestedAt: startedAt }));
        write(32, callRecord(id, { ...of, startedAt }));
        // Somebody heard it months later.
        write(100, auditRecord(`audit-${id}`, { callId: id, doneAt: START + 100 * DAY }));
      }
    });
    expect(listMonths(ledgerFolder(dir)).length).toBe(3);
    expect(ids(months, 'call', {})).toEqual(['a', 'c']);
    expect(ids(months, 'leg', {})).toEqual(['leg-a', 'leg-c']);
    expect(ids(months, 'transfer', {})).toEqual(['transfer-a', 'transfer-c']);
    expect(ids(months, 'audit', {})).toEqual(['audit-a', 'audit-c']);
  });

  it.each([
    ['few', 150],
    ['many', 300],
  ])('is found whole where members have %s transfers, several of a call', (_, count) => {
    const wanted: string[] = [];
    const months = written((write) => {
      const records: LedgerRecord[] = [];
      for (let n = 0; n < count; n += 1) {
        const startedAt = START + n * 1000;
        const id = String(n).padStart(3, '0');
        for (let times = 0; times < 3; times += 1)
          records.push(
            transferRecord(`t-${id}-${times}`, {
              callId: `moved-${id}`,
              toMember: 'youth-12355',
              requestedAt: startedAt + times,
              outcome: 'failed',
            }),
          );
        records.push(
          callRecord(`moved-${id}`, { ...foreign, startedAt }),
          callRecord(`own-${id}`, { ...foreign, firstMember: 'youth-12355', startedAt: startedAt + 1 }),
          callRecord(`not-${id}`, { ...foreign, startedAt: startedAt + 2 }),
        );
        wanted.push(`moved-${id}`, `own-${id}`);
      }
      write(0, ...records);
    });
    for (const limit of [7, 101, 500]) {
      expect(ids(months, 'call', { limit })).toEqual(wanted);
      expect(ids(months, 'call', { limit, order: 'newest' })).toEqual(wanted.toReversed());
    }
    const some = { from: START + 50_000, to: START + 60_000, minDuration: 0 };
    expect(ids(months, 'call', some)).toEqual(wanted.slice(100, 120));
  });

  it('is found page by page among much that is not', () => {
    const months = written((write) => {
      write(0, callRecord('ours', { ...foreign, firstMember: 'youth-12355' }), callRecord('not', foreign));
      // That they are not can only be told by another file.
      const audits = Array.from({ length: 450 }, (_, n) =>
        auditRecord(`audit-${String(n).padStart(3, '0')}`, {
          callId: n % 150 === 149 ? 'ours' : 'not',
          doneAt: START + 40 * DAY + n,
        }),
      );
      write(40, ...audits);
    });
    const wanted = ['audit-149', 'audit-299', 'audit-449'];
    expect(ids(months, 'audit', { limit: 2 })).toEqual(wanted);
    // Time is always up.
    let now = 0;
    const budget = { forMs: 0, now: () => now++ };
    expect(ids(months, 'audit', { limit: 2 }, budget)).toEqual(wanted);
    expect(ids(months, 'audit', { order: 'newest' }, budget)).toEqual(wanted.toReversed());
    const page = listPage(months, 'audit', { order: 'oldest', scope: OURS }, budget);
    expect([page.items.length, page.searchedTo]).toEqual([0, page.next?.time]);
    expect(page.next).not.toBeNull();
  });
});
