import { basename } from 'node:path';
import Database from 'better-sqlite3';
import type { ChainHead } from './chain.js';
import { GENESIS } from './chain.js';
import { errorText } from './faults.js';
import { deletions, linkFault } from './keeping/deleted-months.js';
import { listMonths, monthPath } from './ledger-folder.js';
import { readHead, readPrevious } from './meta.js';
import type { Month } from './month.js';
import { breakOf, type ChainBreak, type Vouches, walkMonth } from './verify-month.js';

export type VerifyResult =
  | { readonly ok: true; readonly head: ChainHead }
  | { readonly ok: false; readonly break: ChainBreak };

export interface VerifyOptions {
  /** Only this month; the chain is taken up where its file says that the one before ended. */
  readonly month?: Month | undefined;
  /** Called every thousand records and at the end of each file. */
  readonly onProgress?: (checked: number, total: number) => void;
  /**
   * A head noted earlier: the chain must still pass through it. Finds what the files alone cannot show, a
   * chain that was computed anew from the start.
   */
  readonly expectHead?: ChainHead | undefined;
}

interface OpenMonth {
  readonly file: string;
  readonly db: Database.Database;
}

/**
 * Check every record of a ledger's folder against the hash chain, as of the moment of the call; the server
 * may be writing. Hashes are computed from the columns. A month that is gone must have been deleted by the ledger itself,
 * as a record in a later month says.
 */
export async function verifyLedger(folder: string, options: VerifyOptions = {}): Promise<VerifyResult> {
  const steps = verifySteps(folder, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    options.onProgress?.(step.value.checked, step.value.total);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export interface VerifyProgress {
  readonly checked: number;
  readonly total: number;
}

/** The same step by step, for who cannot wait for promises. */
export function* verifySteps(
  folder: string,
  options: VerifyOptions = {},
): Generator<VerifyProgress, VerifyResult> {
  const files: OpenMonth[] = [];
  try {
    const months = listMonths(folder).filter((month) => month === (options.month ?? month));
    if (months.length === 0)
      return broken(breakOf(options.month ?? null, null, { problem: 'month', why: 'there is no such file' }));
    for (const month of months) files.push(openMonth(monthPath(folder, month)));
    return yield* walk(files, options);
  } catch (error) {
    return broken(unreadable(files.at(-1)?.file ?? null, error));
  } finally {
    for (const { db } of files) db.close();
  }
}

/** In a read transaction: what is written meanwhile does not show. */
function openMonth(path: string): OpenMonth {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 2000 });
  db.exec('BEGIN');
  return { file: basename(path), db };
}

function* walk(
  files: readonly OpenMonth[],
  { month, expectHead }: VerifyOptions,
): Generator<VerifyProgress, VerifyResult> {
  const heads = files.map(({ db }) => ({ start: readPrevious(db), end: readHead(db) }));
  const total = heads.reduce((sum, { start, end }) => sum + (end?.count ?? 0) - (start?.count ?? 0), 0);
  const vouches: Vouches = () => false;
  let head: ChainHead = { count: 0, hash: GENESIS };
  let checked = 0;
  for (const [index, { file, db }] of files.entries()) {
    const previous = readPrevious(db);
    if (previous === undefined)
      return broken(breakOf(file, null, { problem: 'unreadable', why: 'the table "meta" is damaged' }));
    const before = files[index - 1]?.file ?? null;
    if (month !== undefined) head = { count: previous.count, hash: previous.hash };
    else {
      const why = linkFault(previous, { file: before, head }, () => deletions(files.map((each) => each.db)));
      if (why !== null) return broken(breakOf(file, null, { problem: 'month', why }));
      head = { count: previous.count, hash: previous.hash };
    }
    const steps = walkMonth({ db, file, start: head, vouches, expectHead });
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) yield { checked: checked + step.value, total };
    if ('problem' in step.value) return broken(step.value);
    checked += step.value.count - head.count;
    head = step.value;
    yield { checked, total };
  }
  if (expectHead !== undefined && expectHead.count > head.count)
    return broken(
      breakOf(null, head.count + 1, {
        problem: 'tail',
        why: `the ledger ends here, but ${expectHead.count} records were noted earlier`,
      }),
    );
  return { ok: true, head };
}

function unreadable(file: string | null, error: unknown): ChainBreak {
  const { code, message } = errorText(error);
  return breakOf(file, null, { problem: 'unreadable', why: `the file cannot be read (${code}): ${message}` });
}

function broken(found: ChainBreak): VerifyResult {
  return { ok: false, break: found };
}
