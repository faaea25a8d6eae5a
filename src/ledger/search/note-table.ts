import type Database from 'better-sqlite3';
import type { Row } from '../columns.js';
import type { LedgerRecord } from '../records.js';
import { wordsOf } from './note-words.js';

/** What somebody wrote: of a transfer for whoever goes on, of a call after it. Null for records without. */
export function noteOf(record: LedgerRecord): string | null {
  if (record.kind === 'transfer') return record.note === '' ? null : record.note;
  return record.kind === 'audit' && record.action === 'note-written' ? record.detail : null;
}

function searched(note: string): string {
  return wordsOf(note)
    .map(({ text }) => text)
    .join(' ');
}

/**
 * Full text of a month's notes: an FTS5 table without contents, whose row ids are the places in the chain. Its words
 * are cut out by us (note-words.ts), so its tokenizer has only spaces to look for. `secure-delete` takes the words of
 * a note that is erased out of the file, too, where FTS5 else only writes down that they are gone.
 */
export const NOTES = {
  name: 'notes',
  version: 1,
  create(db: Database.Database): void {
    db.exec(`
      CREATE VIRTUAL TABLE notes USING fts5(words, content='', tokenize='ascii');
      INSERT INTO notes (notes, rank) VALUES ('secure-delete', 1);
    `);
  },
  drop(db: Database.Database): void {
    db.exec('DROP TABLE IF EXISTS notes');
  },
  writer(db: Database.Database): (record: LedgerRecord, row: Row, seq: number) => void {
    const insert = db.prepare<[number, string]>('INSERT INTO notes (rowid, words) VALUES (?, ?)');
    return (record, _row, seq) => {
      const words = searched(noteOf(record) ?? '');
      if (words !== '') insert.run(seq, words);
    };
  },
  eraser(db: Database.Database): (record: LedgerRecord, row: Row, seq: number) => void {
    const remove = noteEraser(db);
    return (record, _row, seq) => remove(record, seq);
  },
} as const;

/**
 * Prepares what takes the words of a note out of the full text, given the record as it still is, and its place. Call it
 * in the transaction that erases the note from the record.
 */
export function noteEraser(db: Database.Database): (record: LedgerRecord, seq: number) => void {
  const remove = db.prepare<[number, string]>(
    "INSERT INTO notes (notes, rowid, words) VALUES ('delete', ?, ?)",
  );
  return (record, seq) => {
    const words = searched(noteOf(record) ?? '');
    if (words !== '') remove.run(seq, words);
  };
}
