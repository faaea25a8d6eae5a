/**
 * Personal data under seal: the chain holds, in place of a record's personal columns, a commitment to them.
 * Without its salt a commitment tells nothing, so columns and salt can be erased while the chain stays whole.
 */
import { hash } from 'node:crypto';
import type { RecordKind, Row } from './columns.js';
import { TABLES } from './columns.js';

/** Length of a salt, and of a seal that is unbroken; bytes. */
export const SALT_BYTES = 16;
/** Length of a commitment, and of the seal of an erased record; bytes. */
export const COMMITMENT_BYTES = 32;

/** True for kinds of records that have personal columns, and so a seal. */
export function isSealed(kind: RecordKind): boolean {
  return TABLES[kind].columns.some(({ personal }) => personal);
}

/** The personal columns as they are committed to: JSON without white space, in the order of the table, no empty ones. */
export function personalForm(kind: RecordKind, row: Row): string {
  const held: Record<string, string | number> = {};
  for (const { name, personal } of TABLES[kind].columns) {
    const value = row[name] ?? null;
    if (personal && value !== null) held[name] = value;
  }
  return JSON.stringify(held);
}

/** SHA-256 over the salt followed by the personal form in UTF-8. */
export function commitmentOf(salt: Buffer, kind: RecordKind, row: Row): Buffer {
  return hash('sha256', Buffer.concat([salt, Buffer.from(personalForm(kind, row), 'utf8')]), 'buffer');
}
