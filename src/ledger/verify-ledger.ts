import Database from 'better-sqlite3';
import type { ChainHead } from './chain.js';
import { canonicalForm, chainHash, GENESIS } from './chain.js';
import type { RecordKind, Row } from './columns.js';
import { TABLES } from './columns.js';
import { errorText } from './faults.js';
import { kindsOf, readHead, schemaVersion } from './schema.js';

/** The first record that does not fit. */
export interface ChainBreak {
  readonly problem: /** A column has another value than when it was written. */
    | 'changed'
    /** The row is gone, its entry in the chain is there. */
    | 'deleted'
    /** Row and chain entry are gone, or the chain entry alone. */
    | 'missing'
    /** A row that was never written by the ledger. */
    | 'added'
    /** The end of the chain is not where it was: records were cut off or put on. */
    | 'tail'
    /** The file itself is damaged. */
    | 'unreadable';
  /** Place in the chain, counted from 1; null when the file is unreadable. */
  readonly seq: number | null;
  readonly kind: string | null;
  readonly id: string | null;
  readonly message: string;
}

export type VerifyResult =
  | { readonly ok: true; readonly head: ChainHead }
  | { readonly ok: false; readonly break: ChainBreak };

export interface VerifyOptions {
  /** Called every thousand records and at the end. */
  readonly onProgress?: (checked: number, total: number) => void;
  /**
   * A head noted earlier: the chain must still pass through it. Finds what the file alone cannot show, a
   * chain that was computed anew from the start.
   */
  readonly expectHead?: ChainHead;
}

interface ChainRow {
  readonly seq: number;
  readonly kind: string;
  readonly id: string;
  readonly hash: string;
}

const PAGE = 1000;

/**
 * Check every record of a ledger file against the hash chain, as of the moment of the call; the server
 * may be writing. Hashes are computed from the columns.
 */
export async function verifyLedger(file: string, options: VerifyOptions = {}): Promise<VerifyResult> {
  let db: Database.Database | null = null;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true, timeout: 2000 });
    // One read transaction: what is written meanwhile does not show.
    db.exec('BEGIN');
    return await walk(db, options);
  } catch (error) {
    const { code, message } = errorText(error);
    return broken('unreadable', null, null, null, `the file cannot be read (${code}): ${message}`);
  } finally {
    db?.close();
  }
}

async function walk(db: Database.Database, { onProgress, expectHead }: VerifyOptions): Promise<VerifyResult> {
  const end = readHead(db);
  if (end === undefined) return broken('unreadable', null, null, null, 'the table "meta" is damaged');
  const stray = beforeFirst(db);
  if (stray !== null) return stray;
  const pages = pageReader(db);
  let hash = GENESIS;
  let expectMet = expectHead === undefined || expectHead.count === 0;

  for (let from = 1; ; from += PAGE) {
    const page = pages(from, from + PAGE - 1);
    for (let seq = from; seq < from + PAGE; seq += 1) {
      const entry = page.chain.get(seq);
      const rows = page.rows.get(seq) ?? [];
      if (entry === undefined && rows.length === 0 && seq > end.count && pages.last() < seq) {
        onProgress?.(end.count, end.count);
        return expectMet
          ? { ok: true, head: { count: seq - 1, hash } }
          : shorterThanExpected(seq - 1, expectHead);
      }
      const problem = judge(seq, entry, rows, hash, end);
      if (problem !== null) return problem;
      hash = entry?.hash ?? hash;
      const closing = closes(seq, hash, end, expectHead);
      if (closing !== null) return closing;
      if (seq === expectHead?.count) expectMet = true;
    }
    onProgress?.(Math.min(from + PAGE - 1, end.count), end.count);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Places are counted from 1; a row before that was not written by the ledger. */
function beforeFirst(db: Database.Database): VerifyResult | null {
  for (const kind of kindsOf(schemaVersion(db))) {
    const sql = `SELECT seq, id FROM ${TABLES[kind].table} WHERE seq < 1`;
    const row = db.prepare<[], { seq: number; id: string }>(sql).get();
    if (row !== undefined)
      return broken('added', row.seq, kind, row.id, 'the chain knows nothing of this row');
  }
  return null;
}

interface FoundRow {
  readonly kind: RecordKind;
  readonly row: Row;
}

/** What is wrong with the record at one place; null when it fits. */
function judge(
  seq: number,
  entry: ChainRow | undefined,
  rows: readonly FoundRow[],
  previous: string,
  end: ChainHead,
): VerifyResult | null {
  if (entry === undefined) return withoutEntry(seq, rows[0], end);
  const { kind, id } = entry;
  const own = rows.find((found) => found.kind === kind);
  const stranger = rows.find((found) => found.kind !== kind);
  if (own === undefined) return broken('deleted', seq, kind, id, 'its row is gone');
  if (own.row.id !== id) return broken('changed', seq, kind, id, `its row says id ${String(own.row.id)}`);
  if (chainHash(previous, canonicalForm(seq, own.kind, own.row)) !== entry.hash)
    return broken('changed', seq, kind, id, 'its columns do not give the hash that the chain has');
  if (stranger !== undefined)
    return broken(
      'added',
      seq,
      stranger.kind,
      String(stranger.row.id),
      'its place belongs to another record',
    );
  if (seq > end.count)
    return broken('tail', seq, kind, id, `the ledger ended with record ${end.count} when last written`);
  return null;
}

function withoutEntry(seq: number, found: FoundRow | undefined, end: ChainHead): VerifyResult {
  const kind = found?.kind ?? null;
  const id = found === undefined ? null : String(found.row.id);
  if (found !== undefined && seq > end.count)
    return broken('added', seq, kind, id, 'the chain knows nothing of this row');
  if (found !== undefined) return broken('missing', seq, kind, id, 'its entry in the chain is gone');
  return broken('missing', seq, kind, id, `the record is gone; the ledger had ${end.count} records`);
}

/** Compares the hash at the ends that are known: the file's own, and the one noted earlier. */
function closes(
  seq: number,
  hash: string,
  end: ChainHead,
  expectHead: ChainHead | undefined,
): VerifyResult | null {
  if (seq === end.count && hash !== end.hash)
    return broken('tail', seq, null, null, 'the last hash is not the one that was written down with it');
  if (seq === expectHead?.count && hash !== expectHead.hash)
    return broken('changed', seq, null, null, 'the hash here is not the one that was noted earlier');
  return null;
}

function shorterThanExpected(count: number, expectHead: ChainHead | undefined): VerifyResult {
  const noted = expectHead?.count ?? 0;
  return broken(
    'tail',
    count + 1,
    null,
    null,
    `the ledger ends here, but ${noted} records were noted earlier`,
  );
}

function broken(
  problem: ChainBreak['problem'],
  seq: number | null,
  kind: string | null,
  id: string | null,
  why: string,
): VerifyResult {
  const place = seq === null ? '' : `record ${seq}${kind === null ? '' : ` (${kind} ${id})`}: `;
  return { ok: false, break: { problem, seq, kind, id, message: `${place}${why}` } };
}

/** Reads chain entries and rows of all tables by their place in the chain. */
function pageReader(db: Database.Database) {
  const chain = db.prepare<[number, number], ChainRow>(
    'SELECT seq, kind, id, hash FROM chain WHERE seq BETWEEN ? AND ?',
  );
  const kinds = kindsOf(schemaVersion(db));
  const tables = kinds.map((kind) => ({
    kind,
    select: db.prepare<[number, number], Row>(
      `SELECT * FROM ${TABLES[kind].table} WHERE seq BETWEEN ? AND ?`,
    ),
  }));
  const names = ['chain', ...kinds.map((kind) => TABLES[kind].table)];
  const last = db
    .prepare<[], number>(
      `SELECT max(${names.map((name) => `coalesce((SELECT max(seq) FROM ${name}), 0)`).join(', ')})`,
    )
    .pluck();

  const read = (from: number, to: number) => {
    const rows = new Map<number, FoundRow[]>();
    for (const { kind, select } of tables)
      for (const row of select.iterate(from, to)) {
        const seq = Number(row.seq);
        rows.set(seq, [...(rows.get(seq) ?? []), { kind, row }]);
      }
    return { chain: new Map(chain.all(from, to).map((entry) => [entry.seq, entry])), rows };
  };
  return Object.assign(read, { last: () => Number(last.get()) });
}
