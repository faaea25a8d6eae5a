import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ledgerFolder, monthPath } from '../../../../src/ledger/ledger-folder.js';
import { openMonth } from '../../../../src/ledger/month-file.js';
import { ReaderStore } from '../../../../src/ledger/reader-store.js';
import type { LedgerRecord } from '../../../../src/ledger/records.js';
import type { NoteHits, NoteSearch } from '../../../../src/ledger/search/note-search.js';
import { NOTES, noteEraser } from '../../../../src/ledger/search/note-table.js';
import { searchNotes } from '../../../../src/ledger/search/search-notes.js';
import { auditRecord, callRecord, START, temporaryFolder, transferRecord, writerOf } from '../fixtures.js';

const DAY = 86_400_000;
let dir = '';

/** Writes records, each in a batch of its own, at the times that they have. */
function write(...records: LedgerRecord[]): void {
  let now = START;
  const store = writerOf(dir, { now: () => now });
  records.forEach((record, index) => {
    if (record.kind === 'transfer') now = record.requestedAt;
    if (record.kind === 'audit') now = record.doneAt;
    store.commit({ number: index + 1, records: [record], journal: [] });
  });
  store.close();
}

function note(id: string, text: string | null, day = 0): LedgerRecord {
  return transferRecord(id, { note: text, requestedAt: START + day * DAY });
}

function search(query: string, more: Omit<NoteSearch, 'query'> = {}): NoteHits {
  const store = new ReaderStore(ledgerFolder(dir));
  onTestFinished(() => store.close());
  return searchNotes(store.months, { query, ...more });
}

const found = (query: string, more: Omit<NoteSearch, 'query'> = {}): string[] =>
  search(query, more).items.map(({ id }) => id);

beforeEach(() => {
  dir = temporaryFolder();
});

describe('a search in notes', () => {
  beforeEach(() => {
    write(
      callRecord('call-1'),
      note('t-1', '和平区解放路停水，老人独居'),
      note('t-2', '停电，水表也坏了 (No water since 12:30)'),
      note('t-3', null),
      auditRecord('a-1', {
        action: 'note-written',
        subject: 'call-1',
        callId: 'call-1',
        detail: '停水已解决',
        doneAt: START + DAY,
        actor: 'li-na',
      }),
      auditRecord('a-2', { action: 'called-back', detail: '停水' }),
      note('t-4', '南开区停水，回电13800001111', 40),
      note('t-5', 'Power cut; water OK', 80),
    );
  });

  it.each([
    ['水', ['t-4', 'a-1', 't-2', 't-1']],
    ['停水', ['t-4', 'a-1', 't-1']],
    ['停水 老人', ['t-1']],
    ['解放路停水', ['t-1']],
    ['路解', []],
    ['停水区', []],
    ['water', ['t-5', 't-2']],
    ['WAT', ['t-5', 't-2']],
    ['"wat"', []],
    ['"power cut"', ['t-5']],
    ['"cut power"', []],
    ['12:30', ['t-2']],
    ['138', ['t-4']],
    ['8000', []],
    ['龘', []],
    ['', []],
  ])('for %s finds %j, newest first', (query, ids) => {
    expect(found(query)).toEqual(ids);
  });

  it('tells whose note it is', () => {
    const { items, next, notSearched } = search('停水');
    expect(items).toMatchObject([
      { of: 'transfer', id: 't-4', fromMember: 'city-12345', toMember: 'police-110', writtenBy: null },
      {
        of: 'call',
        id: 'a-1',
        callId: 'call-1',
        writtenBy: 'li-na',
        writtenAt: START + DAY,
        fromMember: null,
      },
      {
        of: 'transfer',
        id: 't-1',
        note: '和平区解放路停水，老人独居',
        snippet: [
          { text: '和平区解放路', hit: false },
          { text: '停水', hit: true },
          { text: '，老人独居', hit: false },
        ],
      },
    ]);
    expect({ next, notSearched }).toEqual({ next: null, notSearched: [] });
  });

  it('keeps to a time', () => {
    expect(found('水', { from: START + DAY })).toEqual(['t-4', 'a-1']);
    expect(found('水', { to: START + DAY })).toEqual(['t-2', 't-1']);
    expect(found('水', { from: START + 2 * DAY, to: START + 3 * DAY })).toEqual([]);
  });

  it('goes on page by page, over the months', () => {
    const pages: string[][] = [];
    let before: number | undefined;
    do {
      const { items, next } = search('水', { limit: 1, before });
      pages.push(items.map(({ id }) => id));
      before = next ?? undefined;
    } while (before !== undefined);
    expect(pages).toEqual([['t-4'], ['a-1'], ['t-2'], ['t-1']]);
  });

  it('says which months it could not look into', () => {
    const db = openMonth(monthPath(ledgerFolder(dir), '2026-04'), []);
    NOTES.drop(db);
    db.prepare("DELETE FROM meta WHERE key = 'derived.notes'").run();
    db.close();
    const { items, notSearched } = search('停水');
    expect(items.map(({ id }) => id)).toEqual(['a-1', 't-1']);
    expect(notSearched).toEqual(['2026-04']);
  });

  it('finds an erased note no more, and its words are out of the file', () => {
    const path = monthPath(ledgerFolder(dir), '2026-03');
    const db = openMonth(path);
    const words = db.prepare<[], { count: number }>(
      'SELECT count(*) AS count FROM notes WHERE notes MATCH \'"独 居"\'',
    );
    expect(words.get()?.count).toBe(1);
    const seq = search('独居').items[0]?.seq ?? 0;
    noteEraser(db)(note('t-1', '和平区解放路停水，老人独居'), seq);
    expect(words.get()?.count).toBe(0);
    const kept = db.prepare<[], { block: Buffer }>('SELECT block FROM notes_data').all();
    expect(kept.some(({ block }) => block.includes('独'))).toBe(false);
    db.close();
    expect(found('停水')).toEqual(['t-4', 'a-1']);
  });
});

describe('a search with more hits than a page looks at', () => {
  it('goes on from where it came to, though nothing was found', () => {
    const store = writerOf(dir, { now: () => START });
    const records = Array.from({ length: 2500 }, (_, n) => note(`t-${n}`, '停水', n === 0 ? -1 : 0));
    store.commit({ number: 1, records, journal: [] });
    store.close();
    const first = search('停水', { to: START });
    expect(first.items).toEqual([]);
    expect(first.next).toBe(501);
    const second = search('停水', { to: START, before: first.next ?? 0 });
    expect(second.items.map(({ id }) => id)).toEqual(['t-0']);
    expect(second.next).toBeNull();
  });
});
