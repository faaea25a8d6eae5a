/** Which records hold personal data of a caller, and what is to stand there instead. */
import type Database from 'better-sqlite3';
import type { ColumnValue, RecordKind, Row } from './columns.js';
import { RECORD_KINDS, TABLES } from './columns.js';
import { columnsIn } from './schema.js';
import { isSealed, personalForm, SALT_BYTES } from './seal.js';
import type { ErasedEntry } from './statements.js';
import { contentOf } from './vouchers.js';

/** A record to be erased, with its personal columns as they will be. */
export interface Erasing {
  readonly kind: RecordKind;
  readonly seq: number;
  /** As it is now. */
  readonly before: Row;
  readonly after: Row;
}

/** What the ledger says of itself; it holds nothing of a caller, and an erasure needs it. */
const OWN_WORDS =
  "('month-closed', 'month-opened', 'month-deleted', 'erased', 'ledger-taken-over', 'hold-added', 'hold-released')";
/** Words that people wrote: nobody can tell what they say of whom, so they go altogether. */
const FREE_TEXT: ReadonlySet<string> = new Set(['note', 'detail']);

/** Ids of the calls of a caller in a file, by each of the ways in which the number may be written. */
export function callsOf(db: Database.Database, numbers: readonly string[]): readonly string[] {
  const calls = db.prepare<[string], string>('SELECT id FROM calls WHERE caller_number = ?').pluck();
  const legs = db.prepare<[string], string>('SELECT call_id FROM legs WHERE caller_number = ?').pluck();
  return numbers.flatMap((number) => [...calls.all(number), ...legs.all(number)]);
}

/**
 * What is to be erased of calls in a file, in the order of the chain. Records that were erased before are left as they
 * are, and so are names and desks of agents.
 */
export function plan(
  db: Database.Database,
  callIds: Iterable<string>,
  numbers: readonly string[],
  pseudonym: string,
): readonly Erasing[] {
  const found: Erasing[] = [];
  const statements = RECORD_KINDS.filter(isSealed).map((kind) => ({ kind, select: selectOf(db, kind) }));
  for (const callId of callIds)
    for (const { kind, select } of statements)
      for (const row of select.all(callId)) {
        const after = erased(kind, row, numbers, pseudonym);
        found.push({ kind, seq: Number(row.seq), before: row, after });
      }
  return found.sort((a, b) => a.seq - b.seq);
}

/** The entry of a record in the list of an erasure. */
export function entryOf({ kind, seq, after }: Erasing): ErasedEntry {
  return { seq, content: contentOf(personalForm(kind, after)) };
}

function selectOf(db: Database.Database, kind: RecordKind): Database.Statement<[string], Row> {
  const column = kind === 'call' ? 'id' : 'call_id';
  const own = kind === 'audit' ? ` AND action NOT IN ${OWN_WORDS}` : '';
  const sql = `SELECT * FROM ${TABLES[kind].table} WHERE ${column} = ? AND length(seal) = ${SALT_BYTES}${own}`;
  return db.prepare<[string], Row>(sql);
}

function erased(kind: RecordKind, row: Row, numbers: readonly string[], pseudonym: string): Row {
  const after: Record<string, ColumnValue> = {};
  for (const { name, personal } of TABLES[kind].columns) {
    if (!personal) continue;
    const value = row[name] ?? null;
    if (FREE_TEXT.has(name)) after[name] = null;
    else if (name === 'caller_number') after[name] = value === null ? null : pseudonym;
    else after[name] = typeof value === 'string' ? withoutNumbers(value, numbers, pseudonym) : value;
  }
  return after;
}

/** The number may be part of what was dialled, or of an address. */
function withoutNumbers(text: string, numbers: readonly string[], pseudonym: string): string {
  return numbers.reduce((left, number) => left.replaceAll(number, pseudonym), text);
}

/** The personal columns that a kind has in a file. */
export function personalColumns(db: Database.Database, kind: RecordKind): readonly string[] {
  const there = columnsIn(db, kind);
  return TABLES[kind].columns
    .filter(({ personal, name }) => personal && there.has(name))
    .map(({ name }) => name);
}
