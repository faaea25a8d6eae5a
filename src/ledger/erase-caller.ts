import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import { closingsAfter } from './close-months.js';
import { fromRow, type RecordKind, TABLES } from './columns.js';
import { DERIVED, type DerivedTable, derivedVersion } from './derived.js';
import { callsOf, type Erasing, entryOf, personalColumns, plan } from './erase-plan.js';
import { type Hold, Holds } from './keeping/holds.js';
import { listMonths, monthPath } from './ledger-folder.js';
import type { Month } from './month.js';
import type { AuditRecord } from './records.js';
import { quoted } from './schema.js';
import { commitmentOf, isSealed } from './seal.js';
import { prepareForWriting } from './sqlite-file.js';
import { closingRecord, erasureDigest } from './statements.js';

/** A request to erase what the ledger holds of a caller. */
export interface EraseRequest {
  /** The caller's number, in each way in which it may be written; one at least, none empty. */
  readonly numbers: readonly string[];
  /** Who asks, for the record of it. */
  readonly by: string;
  /** Why; must not name the person. */
  readonly reason: string;
  /** Stands for the number from then on, the same in all records; tells nothing of it. */
  readonly pseudonym: string;
}

export interface EraseParts {
  /** Folder of the ledger. */
  readonly folder: string;
  /** Writes a record of the ledger; resolves when it is on disk. */
  append(record: AuditRecord): Promise<void>;
  /** UTC milliseconds. */
  readonly now: () => number;
  /**
   * Hears the recordings of these calls before anything is erased: their files are no part of the ledger. Rejects when they
   * could not be deleted; then nothing is erased, and it can be asked for again.
   */
  readonly onRecordings?: (recordings: readonly RecordingOfErased[]) => Promise<void>;
  readonly derived?: readonly DerivedTable[];
  readonly onProgress?: (records: number, total: number) => void;
}

/** `held`: a hold is in the way, nothing was erased. */
export type EraseResult =
  | { readonly ok: true; readonly erased: Erased }
  | { readonly ok: false; readonly held: readonly Hold[] };

export interface Erased {
  /** Id of the erasure; null when nothing was found. */
  readonly id: string | null;
  readonly calls: number;
  readonly records: number;
  readonly months: readonly Month[];
  /** Recordings of these calls; see EraseParts.onRecordings. */
  readonly recordings: readonly string[];
}

/** A recording of a call of the caller. */
export interface RecordingOfErased {
  readonly id: string;
  readonly callId: string;
  /** Path within the folder of recordings; null without a file. */
  readonly file: string | null;
}

/** Rows changed in one transaction, so that the writer of the ledger never waits for long. */
const STRIDE = 200;
/** How long to wait for the writer of the ledger; milliseconds. */
const BUSY_MS = 10_000;

/**
 * Erase what the ledger holds of a caller: numbers become the pseudonym, notes and details go, and with them the salts
 * without which the commitments in the chain tell nothing. First a record of it is written that names what is to be
 * erased; cut off after that, the ledger verifies at each moment, and the same request again does the rest. Calls that are
 * live meanwhile are not covered. Blocks on the disk: for a thread of its own, or the command line. Rejects with errors of
 * the disk.
 */
export async function eraseCaller(request: EraseRequest, parts: EraseParts): Promise<EraseResult> {
  const { folder, now, append } = parts;
  const months = listMonths(folder);
  const callIds = new Set<string>();
  for (const month of months)
    for (const id of reading(folder, month, (db) => callsOf(db, request.numbers))) callIds.add(id);
  const plans = planned(folder, months, callIds, request);
  const held = holdsOn(folder, request.numbers, callIds, plans);
  if (held.length > 0) return { ok: false, held };
  const recordings = months.flatMap((month) => reading(folder, month, (db) => recordingsOf(db, callIds)));
  if (recordings.length > 0) await parts.onRecordings?.(recordings);
  const changed = plans.map(({ month }) => month);
  const erased = { calls: callIds.size, recordings: recordings.map(({ id }) => id), months: changed };
  const records = plans.reduce((sum, { erasing }) => sum + erasing.length, 0);
  const id = records === 0 ? null : randomUUID();
  if (id !== null) {
    await append(erasureRecord(id, request, plans, now()));
    let done = 0;
    for (const { month, erasing } of plans)
      eraseIn(monthPath(folder, month), id, erasing, parts.derived ?? DERIVED, (rows) => {
        done += rows;
        parts.onProgress?.(done, records);
      });
  }
  // Also what an erasure before this one did not come to.
  for (const closing of closingsAfter(folder, changed)) await append(closingRecord(closing, now()));
  return { ok: true, erased: { id, records, ...erased } };
}

interface MonthPlan {
  readonly month: Month;
  readonly erasing: readonly Erasing[];
}

function erasureRecord(
  id: string,
  { by, reason }: EraseRequest,
  plans: readonly MonthPlan[],
  doneAt: number,
): AuditRecord {
  const records = plans.reduce((sum, { erasing }) => sum + erasing.length, 0);
  const months = Object.fromEntries(
    plans.map(({ month, erasing }) => [month, erasureDigest(erasing.map(entryOf))]),
  );
  return {
    kind: 'audit',
    id: `erased-${id}`,
    doneAt,
    actor: by,
    action: 'erased',
    subject: id,
    callId: null,
    detail: JSON.stringify({ reason, records, months }),
  };
}

/** What is held must not be changed. */
function holdsOn(
  folder: string,
  numbers: readonly string[],
  callIds: ReadonlySet<string>,
  plans: readonly MonthPlan[],
): readonly Hold[] {
  return new Holds(folder).active().filter(({ target }) => {
    if (target.kind === 'caller') return numbers.includes(target.number);
    if (target.kind === 'call') return callIds.has(target.callId);
    return plans.some(({ month }) => month === target.month);
  });
}

function planned(
  folder: string,
  months: readonly Month[],
  callIds: ReadonlySet<string>,
  { numbers, pseudonym }: EraseRequest,
): readonly MonthPlan[] {
  return months
    .map((month) => ({
      month,
      erasing: reading(folder, month, (db) => plan(db, callIds, numbers, pseudonym)),
    }))
    .filter(({ erasing }) => erasing.length > 0);
}

function recordingsOf(db: Database.Database, callIds: ReadonlySet<string>): readonly RecordingOfErased[] {
  const select = db.prepare<[string], RecordingOfErased>(
    'SELECT id, call_id AS callId, file FROM recordings WHERE call_id = ?',
  );
  return [...callIds].flatMap((callId) => select.all(callId));
}

function reading<T>(folder: string, month: Month, read: (db: Database.Database) => T): T {
  const db = new Database(monthPath(folder, month), {
    readonly: true,
    fileMustExist: true,
    timeout: BUSY_MS,
  });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

function eraseIn(
  path: string,
  id: string,
  erasing: readonly Erasing[],
  derived: readonly DerivedTable[],
  onRows: (rows: number) => void,
): void {
  const db = new Database(path, { fileMustExist: true });
  try {
    prepareForWriting(db);
    db.pragma(`busy_timeout = ${BUSY_MS}`);
    // What is erased is to be gone from unused pages, too.
    db.pragma('secure_delete = ON');
    const list = db.prepare('INSERT INTO erased (seq, erasure, content) VALUES (?, ?, ?)');
    // The whole list at once: it vouches only as a whole.
    db.transaction(() => {
      for (const { seq, content } of erasing.map(entryOf)) list.run(seq, id, content);
    }).immediate();
    const erase = eraserOf(db, derived);
    for (let from = 0; from < erasing.length; from += STRIDE) {
      const some = erasing.slice(from, from + STRIDE);
      db.transaction(() => {
        for (const one of some) erase(one);
      }).immediate();
      onRows(some.length);
    }
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

/** What empties one record, and takes it out of the derived tables that hold personal data. */
function eraserOf(db: Database.Database, derived: readonly DerivedTable[]): (one: Erasing) => void {
  const updates = new Map(
    (Object.keys(TABLES) as RecordKind[]).filter(isSealed).map((kind) => {
      const columns = personalColumns(db, kind);
      const set = columns.map((name) => `${quoted(name)} = @${name}`).join(', ');
      const sql = `UPDATE ${TABLES[kind].table} SET ${set}, seal = @seal WHERE seq = @seq`;
      return [kind, db.prepare<[Record<string, unknown>]>(sql)];
    }),
  );
  const erasers = derived
    .filter(({ name }) => derivedVersion(db, name) !== undefined)
    .flatMap((table) => (table.eraser === undefined ? [] : [table.eraser(db)]));
  return ({ kind, seq, before, after }) => {
    const salt: unknown = (before as Readonly<Record<string, unknown>>).seal;
    if (!Buffer.isBuffer(salt)) throw new Error(`record ${seq} has lost its seal`);
    for (const forget of erasers) forget(fromRow(kind, before), before, seq);
    updates.get(kind)?.run({ ...after, seq, seal: commitmentOf(salt, kind, before) });
  };
}
