import { createHash } from 'node:crypto';
import type { RecordKind, Row } from './columns.js';
import { TABLES } from './columns.js';

/** What the first record's hash is chained to: 64 zeros. */
export const GENESIS = '0'.repeat(64);

/** Where the chain stands: how many records it has, and the hash of the last one. */
export interface ChainHead {
  readonly count: number;
  /** 64 lower-case hex digits; {@link GENESIS} while empty. */
  readonly hash: string;
}

/**
 * The form of a record that is hashed: JSON without white space, first `seq` and `kind`, then the columns in
 * the order of the table, under their column names, null where empty. A column that came after version 1 of
 * the tables is left out where it is empty, so that a record written before it was there keeps its hash.
 * Built from column values: whoever changes a column, also from or to nothing, changes the hash.
 */
export function canonicalForm(seq: number, kind: RecordKind, row: Row): string {
  const ordered: Record<string, string | number | null> = { seq, kind };
  for (const { name, since } of TABLES[kind].columns) {
    const value = row[name] ?? null;
    if (since === 1 || value !== null) ordered[name] = value;
  }
  return JSON.stringify(ordered);
}

/**
 * Hash of a record: SHA-256 over the hash of the record before it (as hex text) followed by the canonical
 * form in UTF-8; as hex.
 */
export function chainHash(previous: string, canonical: string): string {
  return createHash('sha256').update(previous, 'utf8').update(canonical, 'utf8').digest('hex');
}
