/**
 * What the ledger states about its own files, as audit records in the chain: how the file of a month was when it was
 * closed, and which records an erasure has emptied. `verify` holds the files to it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { Month } from './month.js';
import type { AuditRecord } from './records.js';

const CHUNK = 1024 * 1024;

/** A whole file as it was. */
export interface FileDigest {
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  readonly bytes: number;
}

/** How the file of a month was when no more records came, or when it was last changed since: erasures, derived tables. */
export interface Closing extends FileDigest {
  readonly month: Month;
}

/** An erasure: for each month the digest of its list of records (see erasureDigest). */
export interface Erasure {
  readonly id: string;
  readonly lists: ReadonlyMap<Month, string>;
}

export interface Statements {
  /** The last word about each month. */
  readonly closings: ReadonlyMap<Month, Closing>;
  readonly erasures: ReadonlyMap<string, Erasure>;
}

/** The record that states how a month's file was closed. */
export function closingRecord({ month, sha256, bytes }: Closing, doneAt: number): AuditRecord {
  return {
    kind: 'audit',
    id: `month-closed-${month}-${doneAt.toString(36)}-${sha256.slice(0, 16)}`,
    doneAt,
    actor: 'onekey',
    action: 'month-closed',
    subject: month,
    callId: null,
    detail: JSON.stringify({ sha256, bytes }),
  };
}

/** The record that states that a finished month's file is about to be changed, and why; it is closed again afterwards. */
export function openingRecord(month: Month, why: string, doneAt: number): AuditRecord {
  return {
    kind: 'audit',
    id: `month-opened-${month}-${randomUUID()}`,
    doneAt,
    actor: 'onekey',
    action: 'month-opened',
    subject: month,
    callId: null,
    detail: why,
  };
}

/** One record in the list of an erasure. */
export interface ErasedEntry {
  readonly seq: number;
  /** SHA-256 of its personal form from then on (seal.ts). */
  readonly content: Buffer;
}

/** Digest of a month's list, in the order of the chain: SHA-256 over a line `seq content` for each, as hex. */
export function erasureDigest(entries: Iterable<ErasedEntry>): string {
  const digest = createHash('sha256');
  for (const { seq, content } of entries) digest.update(`${seq} ${content.toString('hex')}\n`);
  return digest.digest('hex');
}

/** Read a file through, a chunk at each step; yields the bytes read so far. Throws errors of the disk. */
export function* digestSteps(path: string): Generator<number, FileDigest> {
  const digest = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK);
  const fd = openSync(path, 'r');
  let bytes = 0;
  try {
    for (;;) {
      const read = readSync(fd, chunk, 0, CHUNK, null);
      if (read === 0) return { sha256: digest.digest('hex'), bytes };
      digest.update(chunk.subarray(0, read));
      bytes += read;
      yield bytes;
    }
  } finally {
    closeSync(fd);
  }
}

/** True when what was last written to a file has come into it from its log. */
export function isWhole(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

/**
 * All statements in the files of a ledger, which are given oldest first. A month that was changed since it was closed,
 * by an erasure or to make derived tables anew, has no closing before that is stated again. Throws SQLite's errors.
 */
export function readStatements(files: Iterable<Database.Database>): Statements {
  const closings = new Map<Month, Closing>();
  const erasures = new Map<string, Erasure>();
  for (const db of files) {
    const rows = db
      .prepare<[], { action: string; subject: string; detail: string | null }>(
        "SELECT action, subject, detail FROM audits WHERE action IN ('month-closed', 'month-opened', 'erased') ORDER BY seq",
      )
      .all();
    for (const { action, subject, detail } of rows) {
      const said = parsed(detail);
      const { sha256, bytes } = said;
      if (action === 'erased') {
        const lists = listsOf(said.months);
        erasures.set(subject, { id: subject, lists });
        for (const month of lists.keys()) closings.delete(month);
      } else if (action === 'month-opened') closings.delete(subject);
      else if (typeof sha256 === 'string' && typeof bytes === 'number')
        closings.set(subject, { month: subject, sha256, bytes });
    }
  }
  return { closings, erasures };
}

function listsOf(months: unknown): ReadonlyMap<Month, string> {
  if (typeof months !== 'object' || months === null) return new Map();
  return new Map(Object.entries(months).map(([month, digest]) => [month, String(digest)]));
}

/** Nothing where somebody has written what is no JSON: the statement is then none. */
function parsed(detail: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(detail ?? 'null');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
