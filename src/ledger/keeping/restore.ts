import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ChainHead } from '../chain.js';
import { errorText } from '../faults.js';
import { ledgerFolder, listMonths, livePath } from '../ledger-folder.js';
import { takeLock } from '../ledger-lock.js';
import { syncFolder } from '../sync-folder.js';
import { verifyLedger } from '../verify-ledger.js';
import { readManifest } from './backup-manifest.js';
import { copyFile } from './copy-file.js';

export interface RestoreOptions {
  /** Folder of a backup. */
  readonly from: string;
  /** Data folder; made when it is missing. No server may use it. */
  readonly data: string;
  /** A ledger that is there is moved aside; otherwise it is a reason to do nothing. */
  readonly replace: boolean;
  /** UTC milliseconds. */
  readonly now: () => number;
  readonly onProgress?: (file: string, bytes: number, total: number) => void;
  readonly onVerify?: (checked: number, total: number) => void;
}

export type RestoreResult =
  | {
      readonly ok: true;
      readonly head: ChainHead;
      readonly takenAt: string;
      readonly files: number;
      /** Where the ledger is that was there before; null when there was none. */
      readonly movedTo: string | null;
    }
  | { readonly ok: false; readonly message: string };

/**
 * Bring a backup back into a data folder: every file is compared with the SHA-256 that it was written with, the chain is
 * checked, and only then does the ledger appear under its name. Never rejects.
 */
export async function restore(options: RestoreOptions): Promise<RestoreResult> {
  try {
    mkdirSync(options.data, { recursive: true, mode: 0o750 });
    const lock = takeLock(resolve(options.data));
    if (lock === null)
      return { ok: false, message: `${options.data} is in use by a running onekey; stop it first` };
    try {
      return await run(options);
    } finally {
      lock.release();
    }
  } catch (error) {
    return { ok: false, message: errorText(error).message };
  }
}

async function run(options: RestoreOptions): Promise<RestoreResult> {
  const { from, data, now } = options;
  const manifest = readManifest(from);
  if (manifest === 'none')
    return { ok: false, message: `there is no backup in ${from}: it has no backup.json` };
  if ('fault' in manifest) return { ok: false, message: manifest.fault };
  const folder = ledgerFolder(data);
  const there = existsSync(folder) && (listMonths(folder).length > 0 || existsSync(livePath(folder)));
  if (there && !options.replace)
    return { ok: false, message: `there is a ledger in ${folder} already; --replace moves it aside` };

  const unfinished = `${folder}.restoring`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o750 });
  for (const { path, bytes, sha256 } of manifest.files)
    await copyFile(
      join(from, path),
      join(unfinished, basename(path)),
      (done) => options.onProgress?.(path, done, bytes),
      sha256,
    );
  const verified = await verifyLedger(unfinished, {
    onProgress: (checked, total) => options.onVerify?.(checked, total),
  });
  if (!verified.ok) {
    rmSync(unfinished, { recursive: true, force: true });
    return { ok: false, message: `the backup is broken: ${verified.break.message}` };
  }
  const stamp = new Date(now()).toISOString().slice(0, 19).replaceAll(':', '');
  const movedTo = existsSync(folder) ? `${folder}.before-${stamp}` : null;
  if (movedTo !== null) renameSync(folder, movedTo);
  renameSync(unfinished, folder);
  syncFolder(data);
  return { ok: true, head: verified.head, takenAt: manifest.takenAt, files: manifest.files.length, movedTo };
}
