/** What a ledger has when it is opened: where it stands, and the calls that a crash left open. */
import { existsSync, statfsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { beginLedger } from './begin-ledger.js';
import { errorText, type LedgerLog } from './faults.js';
import type { JournalledCall } from './ledger.js';
import { listMonths, livePath, monthPath } from './ledger-folder.js';
import { readMeta } from './meta.js';
import { Spool } from './spool.js';
import type { WriterSetup } from './writer-messages.js';
import { WriterStore } from './writer-store.js';

export interface StartState {
  /** Number of the last batch that anything was written of. */
  readonly lastBatch: number;
  readonly leftOpen: readonly JournalledCall[];
  /** Whether the files of a new ledger are still to be made. */
  readonly begin: boolean;
}

/** Where a ledger is. */
type Place = Pick<WriterSetup, 'folder' | 'timezone' | 'spool'>;

/** With less room than this, bytes, an error of the disk is taken for one of a full disk. */
const NO_ROOM = 1024 * 1024;

/**
 * Bring to its end what a crash left half done, and tell what there is. A disk that is full is no reason not to begin:
 * then the files are only read. Throws errors of the disk.
 */
export function startState(setup: Place, log: LedgerLog | undefined): StartState {
  let found: StartState;
  try {
    found = opened(setup, log);
  } catch (error) {
    if (!isDiskFull(error, setup.folder)) throw error;
    log?.error(
      errorText(error),
      'ledger: the disk is full; it starts all the same, and writes when there is room',
    );
    found = onlyRead(setup.folder);
  }
  return setup.spool === null ? found : withSpooled(found, setup.spool);
}

/** Whether an error comes from a disk without room; those of SQLite do not always say so. */
function isDiskFull(error: unknown, folder: string): boolean {
  const { code } = errorText(error);
  if (['SQLITE_FULL', 'ENOSPC', 'EDQUOT'].includes(code)) return true;
  return (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN')) && hasNoRoom(folder);
}

/** Whether the disk of a folder is full, or next to it. Throws errors of the system. */
export function hasNoRoom(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < NO_ROOM;
}

function opened({ folder, timezone }: Place, log: LedgerLog | undefined): StartState {
  beginLedger({ folder, timezone, now: Date.now() });
  const store = new WriterStore({ folder, timezone, log });
  try {
    const { live, lastBatch } = store;
    const calls = live.all();
    // Records are written before the journal: a call may be done and still be in both.
    const done = new Set(calls.map(({ callId }) => callId).filter((callId) => store.hasCall(callId)));
    live.forget([...done]);
    return { lastBatch, leftOpen: calls.filter(({ callId }) => !done.has(callId)), begin: false };
  } finally {
    store.close();
  }
}

/** As far as files can be read on a disk on which nothing can be written. */
function onlyRead(folder: string): StartState {
  const live = livePath(folder);
  const { batch, calls } = reading(live, (db) => ({
    batch: Number(readMeta(db, 'commit') ?? 0),
    calls: allCalls(db),
  })) ?? {
    batch: 0,
    calls: [],
  };
  let lastBatch = batch;
  const done = new Set<string>();
  for (const month of listMonths(folder).slice(-2))
    reading(monthPath(folder, month), (db) => {
      lastBatch = Math.max(lastBatch, Number(readMeta(db, 'commit') ?? 0));
      const find = db.prepare<[string]>('SELECT 1 FROM calls WHERE id = ?');
      for (const { callId } of calls) if (find.get(callId) !== undefined) done.add(callId);
    });
  const begin = listMonths(folder).length === 0 || !existsSync(live);
  return { lastBatch, leftOpen: calls.filter(({ callId }) => !done.has(callId)), begin };
}

/** Read a file alone: then SQLite needs no memory that is shared, which is a file as well. Null for an empty one. */
function reading<T>(path: string, read: (db: Database.Database) => T): T | null {
  if (!existsSync(path)) return null;
  const db = new Database(path, { fileMustExist: true, timeout: 2000 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    const made = db.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'meta'").pluck().get();
    return made === 0 ? null : read(db);
  } finally {
    db.close();
  }
}

function allCalls(db: Database.Database): readonly JournalledCall[] {
  return db
    .prepare<[], { call_id: string; snapshot: string; written_at: number }>(
      'SELECT call_id, snapshot, written_at FROM journal ORDER BY written_at, call_id',
    )
    .all()
    .map(({ call_id, snapshot, written_at }) => ({
      callId: call_id,
      snapshot: JSON.parse(snapshot) as unknown,
      writtenAt: written_at,
    }));
}

/** The same with what waits in the spool, which is later than anything in the files. */
function withSpooled({ lastBatch, leftOpen, begin }: StartState, folder: string): StartState {
  const open = new Map(leftOpen.map((call) => [call.callId, call]));
  const done = new Set<string>();
  const spool = new Spool(folder, ({ records, journal }) => {
    for (const record of records) if (record.kind === 'call') done.add(record.id);
    for (const { callId, snapshot, writtenAt } of journal)
      if (snapshot === null) open.delete(callId);
      else open.set(callId, { callId, snapshot: JSON.parse(snapshot) as unknown, writtenAt });
  });
  const { batches } = spool.figures;
  spool.close();
  return {
    // What waits is taken in under numbers between those of the files and those that come.
    lastBatch: Math.max(lastBatch, spool.lastNumber) + batches,
    leftOpen: [...open.values()]
      .filter(({ callId }) => !done.has(callId))
      .sort((a, b) => a.writtenAt - b.writtenAt),
    begin,
  };
}
