/**
 * The ledger on disk: in the data folder `ledger/`, with a file for each month and the journal of live calls
 * apart, and `ledger.lock` beside it.
 */
import { accessSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LedgerFault } from './faults.js';
import { errorText } from './faults.js';
import { isMonth, type Month } from './month.js';

const SUFFIX = '.sqlite';

/** Folder of the ledger in a data folder, absolute. */
export function ledgerFolder(dir: string): string {
  return join(resolve(dir), 'ledger');
}

/** File of the live calls in a ledger's folder. */
export function livePath(folder: string): string {
  return join(folder, `live${SUFFIX}`);
}

/** File of a month in a ledger's folder. */
export function monthPath(folder: string, month: Month): string {
  return join(folder, `${month}${SUFFIX}`);
}

/** Months that have a file, oldest first; none when there is no such folder. Throws other errors of the disk. */
export function listMonths(folder: string): readonly Month[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length))
    .filter(isMonth)
    .sort();
}

/** Make the data folder and the ledger's in it where they are missing; null when both can be written. */
export function prepareFolder(dir: string): LedgerFault | null {
  const folder = ledgerFolder(dir);
  try {
    for (const path of [resolve(dir), folder]) {
      makeFolder(path);
      // What is no folder lets nobody look into it.
      readdirSync(path);
      accessSync(path, constants.W_OK | constants.X_OK);
    }
    return null;
  } catch (error) {
    const path = error instanceof Error && 'path' in error ? String(error.path) : folder;
    return notWritable(path, error);
  }
}

/** A fault for a place that refuses to be written. */
function notWritable(path: string, error: unknown): LedgerFault {
  return {
    code: 'not-writable',
    path,
    message: `the ledger cannot be written at ${path}: ${errorText(error).message}`,
    remedy: 'Give the user that runs onekey the right to write there, or name another folder with --data.',
  };
}

/** Level by level: `recursive` of mkdirSync never returns where a file system makes no folders (/proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o750 });
}
