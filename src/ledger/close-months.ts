import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { listMonths, monthPath } from './ledger-folder.js';
import type { Month } from './month.js';
import { type Closing, digestSteps, isWhole, readStatements } from './statements.js';

/** A closing, with the time at which the file had last been changed; UTC milliseconds. */
export interface StampedClosing extends Closing {
  readonly modifiedMs: number;
}

/** How the months that get no more records stand, as far as nobody has stated it yet. */
export interface Unstated {
  /** The month that is written; empty when there is none. */
  readonly newest: Month;
  readonly closings: readonly StampedClosing[];
  /** Months that somebody reads just now, so that their log cannot come into the file; to be tried again. */
  readonly busy: readonly Month[];
}

/**
 * Take the digest of each finished month's file that the ledger says nothing of yet. Reads those files through, so it
 * is for a thread of its own. Throws errors of the disk.
 */
export function unstatedClosings(folder: string): Unstated {
  const months = listMonths(folder);
  const finished = months.slice(0, -1);
  const stated = statedIn(folder, months);
  const closings: StampedClosing[] = [];
  const busy: Month[] = [];
  for (const month of finished) {
    if (stated.has(month)) continue;
    const closing = closeMonth(folder, month);
    if (closing === null) busy.push(month);
    else closings.push(closing);
  }
  return { newest: months.at(-1) ?? '', closings, busy };
}

/** The digest of a finished month's file; null while its log cannot come into it. Throws errors of the disk. */
export function closeMonth(folder: string, month: Month): StampedClosing | null {
  const path = monthPath(folder, month);
  if (!isWhole(path)) checkpoint(path);
  if (!isWhole(path)) return null;
  const modifiedMs = modified(path);
  const steps = digestSteps(path);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return { month, modifiedMs, ...step.value };
}

/** False when a file was changed since its digest was taken. */
export function isStillSo(folder: string, { month, modifiedMs }: StampedClosing): boolean {
  const path = monthPath(folder, month);
  return isWhole(path) && modified(path) === modifiedMs;
}

/**
 * How finished months stand after these were changed: they, and those that nobody has stated yet. Throws errors of the
 * disk.
 */
export function closingsAfter(folder: string, changed: readonly Month[]): readonly Closing[] {
  const finished = listMonths(folder).slice(0, -1);
  const again = finished.filter((month) => changed.includes(month)).map((month) => closeMonth(folder, month));
  const others = unstatedClosings(folder).closings.filter(({ month }) => !changed.includes(month));
  return [...again.filter((closing) => closing !== null), ...others];
}

/** 0 for a file that is gone. */
function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function checkpoint(path: string): void {
  const db = new Database(path, { fileMustExist: true });
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

function statedIn(folder: string, months: readonly Month[]): ReadonlySet<Month> {
  const files = months.map((month) => new Database(monthPath(folder, month), { readonly: true }));
  try {
    return new Set(readStatements(files).closings.keys());
  } finally {
    for (const file of files) file.close();
  }
}
