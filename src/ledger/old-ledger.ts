/** The ledger as versions 1 to 4 of the tables had it: all in one file. Is read and checked, and never written. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import type { ChainHead } from './chain.js';
import { chainHash, GENESIS } from './chain.js';
import type { RecordKind, Row } from './columns.js';
import { fromRow, RECORD_KINDS, TABLES } from './columns.js';
import type { LedgerFault } from './faults.js';
import type { JournalledCall } from './ledger.js';
import { readHead } from './meta.js';
import type { LedgerRecord } from './records.js';
import { columnsIn } from './schema.js';
import { judgeFile } from './sqlite-file.js';

/** Versions of the tables that were of this kind, from and to. */
const VERSIONS = [1, 4] as const;
const PAGE = 1000;

/** Path of the old ledger in a data folder, absolute. */
export function oldLedgerPath(dir: string): string {
  return join(resolve(dir), 'ledger.sqlite');
}

/** Its name once it was taken over. */
export function keptLedgerPath(dir: string): string {
  return join(resolve(dir), 'ledger-before-months.sqlite');
}

/** True when a data folder has a ledger of the old kind that is still to be taken over. */
export function hasOldLedger(dir: string): boolean {
  return existsSync(oldLedgerPath(dir));
}

/** Why the old file is no ledger; null when it is one. */
export function judgeOldLedger(dir: string): LedgerFault | null {
  return judgeFile(oldLedgerPath(dir), VERSIONS);
}

/** A record at its place, and the first thing that is wrong with the chain up to here; null while all is well. */
export interface OldRecord {
  readonly record: LedgerRecord;
  readonly broken: string | null;
}

interface ChainRow {
  readonly seq: number;
  readonly kind: string;
  readonly id: string;
  readonly hash: string;
}

/** An old ledger, open for reading. Methods throw SQLite's errors. */
export class OldLedger {
  readonly #db: Database.Database;
  readonly #kinds: readonly RecordKind[];

  constructor(path: string) {
    this.#db = new Database(path, { fileMustExist: true });
    try {
      // What a crash left in the log comes into the file, which is then whole under another name, too.
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
      this.#db.pragma('query_only = ON');
      this.#kinds = RECORD_KINDS.filter((kind) => columnsIn(this.#db, kind).size > 0);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** Where its chain ended. */
  head(): ChainHead {
    return readHead(this.#db) ?? { count: 0, hash: GENESIS };
  }

  /** How many records of a kind there are. */
  count(kind: RecordKind): number {
    if (!this.#kinds.includes(kind)) return 0;
    return Number(this.#db.prepare(`SELECT count(*) FROM ${TABLES[kind].table}`).pluck().get());
  }

  liveCalls(): readonly (Omit<JournalledCall, 'snapshot'> & { readonly snapshot: string })[] {
    return this.#db
      .prepare<[], { callId: string; snapshot: string; writtenAt: number }>(
        'SELECT call_id AS callId, snapshot, written_at AS writtenAt FROM journal ORDER BY written_at',
      )
      .all();
  }

  /**
   * All records in the order in which they were written, each checked against the old chain. What is wrong is told and
   * does not end it: what is there is still worth keeping.
   */
  *records(): Generator<OldRecord, string | null> {
    const end = this.head();
    const last = this.#lastSeq();
    let hash = GENESIS;
    let broken: string | null = null;
    for (let from = this.#firstSeq(); from <= last; from += PAGE) {
      const { chain, rows } = this.#page(from, from + PAGE - 1);
      for (let seq = from; seq < from + PAGE && seq <= last; seq += 1) {
        const found = rows.get(seq) ?? [];
        const entry = chain.get(seq);
        broken ??= judge(seq, found, entry, hash);
        hash = entry?.hash ?? hash;
        for (const { kind, row } of found) yield { record: fromRow(kind, row), broken };
      }
    }
    if (last !== end.count || hash !== end.hash)
      broken ??= `its end is not record ${end.count}, as it was noted`;
    return broken;
  }

  close(): void {
    this.#db.close();
  }

  #firstSeq(): number {
    return Math.min(1, ...this.#kinds.map((kind) => this.#edge('min', TABLES[kind].table)));
  }

  #lastSeq(): number {
    return Math.max(
      this.#edge('max', 'chain'),
      ...this.#kinds.map((kind) => this.#edge('max', TABLES[kind].table)),
    );
  }

  #edge(edge: 'min' | 'max', table: string): number {
    return Number(
      this.#db
        .prepare(`SELECT coalesce(${edge}(seq), ${edge === 'min' ? 1 : 0}) FROM ${table}`)
        .pluck()
        .get(),
    );
  }

  #page(from: number, to: number) {
    const rows = new Map<number, FoundRow[]>();
    for (const kind of this.#kinds) {
      const select = this.#db.prepare<[number, number], Row>(
        `SELECT * FROM ${TABLES[kind].table} WHERE seq BETWEEN ? AND ?`,
      );
      for (const row of select.all(from, to)) {
        const seq = Number(row.seq);
        rows.set(seq, [...(rows.get(seq) ?? []), { kind, row }]);
      }
    }
    const chain = this.#db
      .prepare<[number, number], ChainRow>('SELECT seq, kind, id, hash FROM chain WHERE seq BETWEEN ? AND ?')
      .all(from, to);
    return { rows, chain: new Map(chain.map((entry) => [entry.seq, entry])) };
  }
}

interface FoundRow {
  readonly kind: RecordKind;
  readonly row: Row;
}

/** What is wrong at one place; null when it fits. */
function judge(
  seq: number,
  found: readonly FoundRow[],
  entry: ChainRow | undefined,
  previous: string,
): string | null {
  const [own] = found;
  if (own === undefined || found.length > 1 || entry === undefined)
    return `record ${seq} is gone, or was added`;
  const fits =
    own.kind === entry.kind &&
    own.row.id === entry.id &&
    chainHash(previous, canonicalForm(seq, own.kind, own.row)) === entry.hash;
  return fits ? null : `record ${seq} (${own.kind} ${String(own.row.id)}) was changed`;
}

/**
 * What was hashed then: all columns in the order of the table, null where empty; those that came after the first
 * version were left out where they were empty.
 */
function canonicalForm(seq: number, kind: RecordKind, row: Row): string {
  const ordered: Record<string, string | number | null> = { seq, kind };
  for (const { name, since } of TABLES[kind].columns) {
    const value = row[name] ?? null;
    if (since === 1 || value !== null) ordered[name] = value;
  }
  return JSON.stringify(ordered);
}
