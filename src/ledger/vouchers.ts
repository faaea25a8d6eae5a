import { hash } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { Month } from './month.js';
import { type ErasedEntry, type Erasure, erasureDigest } from './statements.js';
import type { Vouches } from './verify-month.js';

/** SHA-256 of a personal form: what an erasure vouches for. */
export function contentOf(personal: string): Buffer {
  return hash('sha256', personal, 'buffer');
}

/**
 * What the erasures that the chain holds vouch for in a month's file: the records in its lists, as long as a list is the
 * one that was stated. Throws SQLite's errors.
 */
export function vouchersIn(
  db: Database.Database,
  month: Month,
  erasures: ReadonlyMap<string, Erasure>,
): Vouches {
  const rows = db
    .prepare<[], ErasedEntry & { readonly erasure: string }>(
      'SELECT seq, erasure, content FROM erased ORDER BY erasure, seq',
    )
    .all();
  const lists = new Map<string, ErasedEntry[]>();
  for (const entry of rows) {
    const list = lists.get(entry.erasure);
    if (list === undefined) lists.set(entry.erasure, [entry]);
    else list.push(entry);
  }
  const vouched = new Set<string>();
  for (const [id, entries] of lists) {
    if (erasures.get(id)?.lists.get(month) !== erasureDigest(entries)) continue;
    for (const { seq, content } of entries) vouched.add(`${seq} ${content.toString('hex')}`);
  }
  return (seq, personal) => vouched.has(`${seq} ${contentOf(personal).toString('hex')}`);
}
