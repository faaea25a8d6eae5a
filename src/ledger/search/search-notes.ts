import { CallScope } from '../call-scope.js';
import { fromRow, type Row, TABLES } from '../columns.js';
import type { MonthFile, MonthFiles } from '../month-files.js';
import type { LedgerRecord } from '../records.js';
import { matchExpression, type Phrase, phrasesOf } from './note-query.js';
import { type NoteHit, type NoteHits, type NoteSearch, SEARCH_LIMIT } from './note-search.js';
import { NOTES, noteOf } from './note-table.js';
import { snippetOf } from './snippet.js';

/** Hits that a page looks at to find those of the time asked for. */
const MOST_LOOKED_AT = 2000;

/**
 * Answers a search from the months' files, newest first. A query without a word finds nothing. What a page finds of calls
 * that are out of its scope is left out of it. Throws SQLite's errors.
 */
export function searchNotes(months: MonthFiles, search: NoteSearch): NoteHits {
  const { items, ...page } = foundIn(months, search);
  const { scope } = search;
  if (scope === undefined) return { items, ...page };
  const [newest = ''] = [...months.list()].reverse();
  const theirs = new CallScope(months, scope).of(
    items.flatMap(({ callId }) => callId ?? []),
    newest,
  );
  return { items: items.filter(({ callId }) => callId !== null && theirs.has(callId)), ...page };
}

function foundIn(months: MonthFiles, search: NoteSearch): NoteHits {
  const phrases = phrasesOf(search.query);
  const limit = Math.min(Math.max(1, Math.trunc(search.limit ?? SEARCH_LIMIT.default)), SEARCH_LIMIT.max);
  const items: NoteHit[] = [];
  const notSearched: string[] = [];
  if (phrases.length === 0) return { items, next: null, notSearched };
  let left = MOST_LOOKED_AT;
  let before = search.before ?? Number.MAX_SAFE_INTEGER;
  const wanted: Parameters<MonthFiles['each']>[1] = (ranges) =>
    [ranges.transfer, ranges.audit].some(
      (range) =>
        range !== undefined &&
        (search.from === undefined || range.to >= search.from) &&
        (search.to === undefined || range.from < search.to),
    );
  for (const file of months.each('newest', wanted)) {
    if (file.derived(NOTES.name) !== NOTES.version) {
      notSearched.push(file.month);
      continue;
    }
    for (const seq of placesIn(file, phrases, before)) {
      if (left === 0 || items.length === limit) return { items, next: before, notSearched };
      left -= 1;
      before = seq;
      const hit = hitAt(file, seq, phrases);
      if (hit !== undefined && inTime(hit, search)) items.push(hit);
    }
  }
  return { items, next: null, notSearched };
}

function* placesIn(file: MonthFile, phrases: readonly Phrase[], before: number): Generator<number> {
  // Not prepared once and for all: an open search must not meet itself.
  const rows = file.db
    .prepare<[string, number], { rowid: number }>(
      'SELECT rowid FROM notes WHERE notes MATCH ? AND rowid < ? ORDER BY rowid DESC',
    )
    .iterate(matchExpression(phrases), before);
  for (const { rowid } of rows) yield rowid;
}

function inTime({ writtenAt }: NoteHit, { from, to }: NoteSearch): boolean {
  return (from === undefined || writtenAt >= from) && (to === undefined || writtenAt < to);
}

/** Undefined for a note that was erased a moment ago. */
function hitAt(file: MonthFile, seq: number, phrases: readonly Phrase[]): NoteHit | undefined {
  const record = recordAt(file, 'transfer', seq) ?? recordAt(file, 'audit', seq);
  const note = record === undefined ? null : noteOf(record);
  if (record === undefined || note === null) return undefined;
  const rest = { seq, id: record.id, note, snippet: snippetOf(note, phrases) };
  if (record.kind === 'transfer') {
    const { callId, requestedAt: writtenAt, fromMember, toMember, matter } = record;
    return { ...rest, of: 'transfer', callId, writtenAt, writtenBy: null, fromMember, toMember, matter };
  }
  if (record.kind !== 'audit') return undefined;
  const { callId, doneAt: writtenAt, actor: writtenBy } = record;
  return {
    ...rest,
    of: 'call',
    callId,
    writtenAt,
    writtenBy,
    fromMember: null,
    toMember: null,
    matter: null,
  };
}

function recordAt(file: MonthFile, kind: 'transfer' | 'audit', seq: number): LedgerRecord | undefined {
  const row = file.prepare<[number], Row>(`SELECT * FROM ${TABLES[kind].table} WHERE seq = ?`).get(seq);
  return row === undefined ? undefined : fromRow(kind, row);
}
