import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import type { ChainHead } from '../chain.js';
import { GENESIS } from '../chain.js';
import { errorText } from '../faults.js';
import { listMonths, livePath, monthPath } from '../ledger-folder.js';
import { readHead, readMeta } from '../meta.js';
import { syncFolder } from '../sync-folder.js';
import { type BackedUpFile, readManifest, writeManifest } from './backup-manifest.js';
import { type Copied, copyFile, hashFile, stampOf } from './copy-file.js';
import { deletions } from './deleted-months.js';

export interface BackupOptions {
  /** Folder of the ledger, which a server may be writing. */
  readonly from: string;
  /** Folder of the backup; made when it is missing. An earlier backup in it is brought up to date. */
  readonly to: string;
  /** UTC milliseconds. */
  readonly now: () => number;
  /** Read every copy that is there already, and make those anew that are damaged. Otherwise its length will do. */
  readonly check?: boolean;
  /** Months that were deleted here because their time was over go from the backup, too. */
  readonly prune?: boolean;
  /** `bytes` of `total` of the file that is copied or checked. */
  readonly onProgress?: (file: string, bytes: number, total: number) => void;
}

export type BackupResult =
  | {
      readonly ok: true;
      readonly head: ChainHead;
      /** Files that were copied, and those whose copies were good. */
      readonly copied: readonly string[];
      readonly kept: readonly string[];
      readonly pruned: readonly string[];
      /** Bytes that were copied. */
      readonly bytes: number;
    }
  | { readonly ok: false; readonly message: string };

/** Name of the folder of the ledger within a backup, so that the backup can be read as a data folder. */
const LEDGER_WITHIN = 'ledger';
const PAGES_AT_ONCE = 1000;

/**
 * Copy a ledger while it is written: first the live calls, then the months, oldest first, so that a call is in the copy
 * at least once; each file as it is at one moment. Months that are over are copied once. Cut off, it goes on where it was
 * the next time. Never rejects.
 */
export async function backUp(options: BackupOptions): Promise<BackupResult> {
  try {
    const before = readManifest(options.to);
    if (typeof before === 'object' && 'fault' in before) return { ok: false, message: before.fault };
    return await run(options, before === 'none' ? [] : before.files);
  } catch (error) {
    return { ok: false, message: errorText(error).message };
  }
}

async function run(options: BackupOptions, before: readonly BackedUpFile[]): Promise<BackupResult> {
  const { from, to, now } = options;
  const folder = join(to, LEDGER_WITHIN);
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  const files = new Map(before.map((file) => [file.path, file]));
  const copied: string[] = [];
  const kept: string[] = [];
  let head: ChainHead = { count: 0, hash: GENESIS };
  let bytes = 0;
  const save = (): void =>
    writeManifest(to, { takenAt: new Date(now()).toISOString(), head, files: [...files.values()] });

  // The list is made after the live calls: a month that begins meanwhile is in the next backup.
  for (const name of ['live.sqlite', 'holds.sqlite']) {
    const path = name === 'live.sqlite' ? livePath(from) : join(from, name);
    if (!existsSync(path)) continue;
    const { file } = await snapshot(path, within(name), options, undefined);
    files.set(file.path, file);
    copied.push(name);
    bytes += file.bytes;
  }
  for (const month of listMonths(from)) {
    const path = monthPath(from, month);
    const known = files.get(within(`${month}.sqlite`));
    const taken = await snapshot(path, within(`${month}.sqlite`), options, known);
    head = taken.head ?? head;
    files.set(taken.file.path, taken.file);
    if (taken.file === known) kept.push(`${month}.sqlite`);
    else {
      copied.push(`${month}.sqlite`);
      bytes += taken.file.bytes;
      save();
    }
  }
  const pruned = options.prune === true ? pruneDeleted(options, files) : [];
  save();
  return { ok: true, head, copied, kept, pruned, bytes };
}

const within = (name: string): string => `${LEDGER_WITHIN}/${name}`;

interface Taken {
  readonly file: BackedUpFile;
  readonly head: ChainHead | undefined;
}

/** One file as it is now; `known` itself when its copy will do. */
async function snapshot(
  path: string,
  relative: string,
  options: BackupOptions,
  known: BackedUpFile | undefined,
): Promise<Taken> {
  const target = join(options.to, relative);
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 5000 });
  try {
    // While this reads, nobody brings anything from the write-ahead log into the file itself.
    db.exec('BEGIN');
    const closed = readMetaOf(db, 'closed_at') !== undefined;
    const head = readMetaOf(db, 'head_hash') === undefined ? undefined : readHead(db);
    const source = stampOf(path);
    const wal = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (known !== undefined && closed && wal === 0 && (await isGood(target, known, source, options)))
      return { file: known, head };
    const progress = (bytes: number, total: number): void => options.onProgress?.(relative, bytes, total);
    let copy: Copied;
    if (wal === 0) copy = await copyFile(path, target, (bytes) => progress(bytes, source.bytes));
    else copy = await copyPages(db, target, progress);
    return { file: { path: relative, ...copy, closed, source }, head };
  } finally {
    db.close();
  }
}

/** Whether the copy of a month that is over is still its copy. */
async function isGood(
  target: string,
  known: BackedUpFile,
  source: BackedUpFile['source'],
  options: BackupOptions,
): Promise<boolean> {
  if (!known.closed || known.source.bytes !== source.bytes || known.source.modifiedMs !== source.modifiedMs)
    return false;
  if (statSync(target, { throwIfNoEntry: false })?.size !== known.bytes) return false;
  if (options.check !== true) return true;
  const { sha256 } = await hashFile(target, (bytes) => options.onProgress?.(known.path, bytes, known.bytes));
  return sha256 === known.sha256;
}

/** Through SQLite, with what is in the write-ahead log. */
async function copyPages(
  db: Database.Database,
  target: string,
  onProgress: (bytes: number, total: number) => void,
): Promise<Copied> {
  const pageBytes = Number(db.pragma('page_size', { simple: true }));
  const part = `${target}.part`;
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(part + suffix, { force: true });
  await db.backup(part, {
    progress: ({ totalPages, remainingPages }) => {
      onProgress((totalPages - remainingPages) * pageBytes, totalPages * pageBytes);
      return PAGES_AT_ONCE;
    },
  });
  const copy = await hashFile(part);
  renameSync(part, target);
  syncFolder(dirname(target));
  return copy;
}

function pruneDeleted({ from, to }: BackupOptions, files: Map<string, BackedUpFile>): readonly string[] {
  const there = new Set(listMonths(from));
  const gone = listMonths(join(to, LEDGER_WITHIN)).filter((month) => !there.has(month));
  const open = [...there].map(
    (month) => new Database(monthPath(from, month), { readonly: true, fileMustExist: true }),
  );
  try {
    const spans = deletions(open);
    const deleted = gone.filter((month) => spans.has(month));
    for (const month of deleted) {
      files.delete(within(`${month}.sqlite`));
      rmSync(join(to, within(`${month}.sqlite`)), { force: true });
    }
    return deleted.map((month) => `${month}.sqlite`);
  } finally {
    for (const db of open) db.close();
  }
}

/** A value of the table "meta"; undefined in files that have no such table. */
function readMetaOf(db: Database.Database, key: string): string | undefined {
  const made = db.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'meta'").pluck().get();
  return made === 0 ? undefined : readMeta(db, key);
}
