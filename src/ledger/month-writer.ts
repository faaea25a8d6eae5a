import { randomFillSync } from 'node:crypto';
import { basename } from 'node:path';
import type Database from 'better-sqlite3';
import type { ChainHead } from './chain.js';
import { canonicalForm, chainHash, markOf, sameRecord } from './chain.js';
import type { ColumnValue, RecordKind, Row } from './columns.js';
import { RECORD_KINDS, TABLES, toRow } from './columns.js';
import { DERIVED, type DerivedTable, type DerivedWriter } from './derived.js';
import type { LedgerLog } from './faults.js';
import { type Previous, parseRanges, type Ranges } from './meta.js';
import type { Month } from './month.js';
import { openMonth } from './month-file.js';
import { TIME_COLUMN } from './query.js';
import type { LedgerRecord } from './records.js';
import { byId, quoted } from './schema.js';
import { commitmentOf, isSealed, SALT_BYTES } from './seal.js';
import { closeWritten } from './sqlite-file.js';

/** A record that was left out because its id is there with other contents. */
export interface Conflict {
  readonly recordKind: RecordKind;
  readonly id: string;
}

/** What a commit did. */
export interface CommitResult {
  readonly head: ChainHead;
  readonly conflicts: readonly Conflict[];
}

/** Looks for a record in the files of earlier months. */
export type FindEarlier = (kind: RecordKind, row: Row) => Row | undefined;

export interface MonthWriterOptions {
  /** The file, which is there. */
  readonly path: string;
  readonly month: Month;
  readonly findEarlier: FindEarlier;
  /** Tables that are kept up with the records. Default all. */
  readonly derived?: readonly DerivedTable[] | undefined;
  readonly log?: LedgerLog | undefined;
}

interface Inserter {
  readonly sealed: boolean;
  readonly insert: Database.Statement<[Record<string, ColumnValue | Buffer>]>;
  readonly existing: Database.Statement<[Row], Row>;
}

/** Salts are drawn so many at a time. */
const SALTS = 256;

/** The writing end of a month's file. Blocks on the disk; all methods throw SQLite's errors. */
export class MonthWriter {
  readonly month: Month;
  readonly #db: Database.Database;
  readonly #path: string;
  readonly #findEarlier: FindEarlier;
  readonly #inserters: Readonly<Record<RecordKind, Inserter>>;
  readonly #derived: readonly DerivedWriter[];
  readonly #meta: {
    readonly get: Database.Statement<[string], string>;
    readonly set: Database.Statement<[string, string]>;
  };
  readonly #commit: Database.Transaction<(number: number, records: readonly LedgerRecord[]) => CommitResult>;
  readonly #salts = Buffer.alloc(SALTS * SALT_BYTES);
  #saltAt = SALTS;

  constructor({ path, month, findEarlier, derived, log }: MonthWriterOptions) {
    this.month = month;
    this.#path = path;
    this.#findEarlier = findEarlier;
    this.#db = openMonth(path, derived, log);
    try {
      this.#meta = {
        get: this.#db.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck(),
        set: this.#db.prepare('INSERT OR REPLACE INTO meta (value, key) VALUES (?, ?)'),
      };
      this.#inserters = Object.fromEntries(
        RECORD_KINDS.map((kind) => [kind, this.#inserter(kind)]),
      ) as Record<RecordKind, Inserter>;
      this.#derived = (derived ?? DERIVED).map((table) => table.writer(this.#db));
      this.#commit = this.#db.transaction((number, records) => this.#write(number, records));
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** Number of the last batch in this file, or in the one before. */
  get batch(): number {
    return Number(this.#meta.get.get('commit'));
  }

  /** The end of the chain, as the next file names it. */
  get end(): Previous {
    return { ...this.#head(), file: basename(this.#path) };
  }

  /** Write records in one transaction; a batch that is in already is left out. When it returns all is on disk. */
  commit(number: number, records: readonly LedgerRecord[]): CommitResult {
    if (records.length === 0) return { head: this.#head(), conflicts: [] };
    return this.#commit.immediate(number, records);
  }

  /** True when the call's record is in this file. */
  hasCall(callId: string): boolean {
    return this.#inserters.call.existing.get({ id: callId }) !== undefined;
  }

  close(): void {
    closeWritten(this.#db);
  }

  #write(number: number, records: readonly LedgerRecord[]): CommitResult {
    let head = this.#head();
    if (number <= this.batch) return { head, conflicts: [] };
    const conflicts: Conflict[] = [];
    const ranges = this.#meta.get.get('ranges');
    const widened: Partial<Record<RecordKind, { from: number; to: number }>> = { ...parseRanges(ranges) };
    for (const record of records) {
      const { kind, id } = record;
      const row = toRow(record);
      const before = this.#inserters[kind].existing.get(row) ?? this.#findEarlier(kind, row);
      if (before !== undefined) {
        if (!sameRecord(kind, before, row)) conflicts.push({ recordKind: kind, id });
        continue;
      }
      head = this.#insert(kind, row, head);
      for (const derive of this.#derived) derive(record, row, head.count);
      const time = Number(row[TIME_COLUMN[kind]]);
      const { from, to } = widened[kind] ?? { from: time, to: time };
      widened[kind] = { from: Math.min(from, time), to: Math.max(to, time) };
    }
    this.#meta.set.run(head.hash, 'head_hash');
    this.#meta.set.run(String(head.count), 'count');
    this.#meta.set.run(String(number), 'commit');
    const text = JSON.stringify(widened satisfies Ranges);
    if (text !== ranges) this.#meta.set.run(text, 'ranges');
    return { head, conflicts };
  }

  #insert(kind: RecordKind, row: Row, head: ChainHead): ChainHead {
    const { insert, sealed } = this.#inserters[kind];
    const seq = head.count + 1;
    const salt = sealed ? this.#salt() : null;
    const commitment = salt === null ? null : commitmentOf(salt, kind, row);
    const hash = chainHash(head.hash, canonicalForm(seq, kind, row, commitment));
    insert.run({ ...row, seq, mark: markOf(hash), seal: salt });
    return { count: seq, hash };
  }

  #salt(): Buffer {
    if (this.#saltAt === SALTS) {
      randomFillSync(this.#salts);
      this.#saltAt = 0;
    }
    const start = this.#saltAt * SALT_BYTES;
    this.#saltAt += 1;
    return this.#salts.subarray(start, start + SALT_BYTES);
  }

  #head(): ChainHead {
    const hash = this.#meta.get.get('head_hash');
    const count = Number(this.#meta.get.get('count') ?? Number.NaN);
    if (hash === undefined || !Number.isSafeInteger(count))
      throw new Error(`${this.#path} has lost its table "meta"`);
    return { count, hash };
  }

  #inserter(kind: RecordKind): Inserter {
    const { table, columns } = TABLES[kind];
    const names = ['seq', 'mark', 'seal', ...columns.map(({ name }) => name)];
    const into = names.map(quoted).join(', ');
    const values = names.map((name) => `@${name}`).join(', ');
    return {
      sealed: isSealed(kind),
      insert: this.#db.prepare(`INSERT INTO ${table} (${into}) VALUES (${values})`),
      existing: this.#db.prepare(byId(kind)),
    };
  }
}
