import { hash } from 'node:crypto';
import type { RecordKind, Row } from './columns.js';
import { TABLES } from './columns.js';

/** What the first record's hash is chained to: 64 zeros. */
export const GENESIS = '0'.repeat(64);

/**
 * So much of its hash stands in a record's row, to tell where a chain breaks; bytes. The hash of the last record of a
 * file stands whole in its table "meta", and each hash depends on all records before it.
 */
export const MARK_BYTES = 8;

/** Where the chain stands: how many records it has, over all files, and the hash of the last one. */
export interface ChainHead {
  readonly count: number;
  /** 64 lower-case hex digits; {@link GENESIS} while empty. */
  readonly hash: string;
}

/**
 * The form of a record that is hashed: JSON without white space, first `seq` and `kind`, then the columns that are
 * not personal and not empty, in the order of the table under their column names, last `seal`: the commitment to
 * the personal ones as hex, for kinds that have such. Built from column values: whoever changes a column, also from
 * or to nothing, changes the hash.
 */
export function canonicalForm(seq: number, kind: RecordKind, row: Row, commitment: Buffer | null): string {
  const ordered: Record<string, string | number> = { seq, kind };
  for (const { name, personal } of TABLES[kind].columns) {
    const value = row[name] ?? null;
    if (!personal && value !== null) ordered[name] = value;
  }
  if (commitment !== null) ordered.seal = commitment.toString('hex');
  return JSON.stringify(ordered);
}

/**
 * Hash of a record: SHA-256 over the hash of the record before it (as hex text) followed by the canonical
 * form in UTF-8; as hex.
 */
export function chainHash(previous: string, canonical: string): string {
  return hash('sha256', previous + canonical, 'hex');
}

/** The part of a hash that stands in the row. */
export function markOf(chained: string): Buffer {
  return Buffer.from(chained.slice(0, 2 * MARK_BYTES), 'hex');
}

/** Two records say the same, wherever they stand. */
export function sameRecord(kind: RecordKind, one: Row, other: Row): boolean {
  return TABLES[kind].columns.every(({ name }) => (one[name] ?? null) === (other[name] ?? null));
}
