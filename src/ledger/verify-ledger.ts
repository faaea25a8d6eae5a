import { basename } from 'node:path';
import Database from 'better-sqlite3';
import type { ChainHead } from './chain.js';
import { GENESIS } from './chain.js';
import { errorText } from './faults.js';
import { deletions, linkFault } from './keeping/deleted-months.js';
import { listMonths, monthPath } from './ledger-folder.js';
import { readHead, readPrevious } from './meta.js';
import type { Month } from './month.js';
import { digestSteps, readStatements, type Statements } from './statements.js';
import { type FileState, judgeWholeFile } from './verify-file.js';
import { breakOf, type ChainBreak, walkMonth } from './verify-month.js';
import { vouchersIn } from './vouchers.js';

/** What was found of one month whose records all fit. */
export interface VerifiedMonth {
  readonly month: Month;
  readonly records: number;
  /** Whether the file was held to the digest that was stated when it was closed. */
  readonly file: FileState;
}

export type VerifyResult =
  | { readonly ok: true; readonly head: ChainHead; readonly months: readonly VerifiedMonth[] }
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

export interface VerifyProgress {
  readonly checked: number;
  readonly total: number;
}

interface OpenMonth {
  readonly month: Month;
  readonly path: string;
  readonly file: string;
  readonly db: Database.Database;
}

/**
 * Check every record of a ledger's folder against the hash chain, and each file that is closed against its digest, as of
 * the moment of the call; the server may be writing. Hashes are computed from the columns. A month that is gone must have
 * been deleted by the ledger itself, as a record in a later month says.
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

/** The same step by step, for who cannot wait for promises. */
export function* verifySteps(
  folder: string,
  options: VerifyOptions = {},
): Generator<VerifyProgress, VerifyResult> {
  const files: OpenMonth[] = [];
  let file: string | null = null;
  try {
    const months = listMonths(folder);
    const wanted = months.filter((month) => month === (options.month ?? month));
    if (wanted.length === 0)
      return broken(breakOf(options.month ?? null, null, { problem: 'month', why: 'there is no such file' }));
    for (const month of months) {
      file = basename(monthPath(folder, month));
      files.push(openMonth(folder, month));
    }
    const statements = statementsOf(files);
    const walk = new Walk(files, statements, options);
    for (const opened of files) {
      if (!wanted.includes(opened.month)) continue;
      file = opened.file;
      const found = yield* walk.month(opened);
      if (found !== null) return broken(found);
    }
    return walk.end();
  } catch (error) {
    const { code, message } = errorText(error);
    const why = `the file cannot be read (${code}): ${message}`;
    return broken(breakOf(file, null, { problem: 'unreadable', why }));
  } finally {
    for (const { db } of files) db.close();
  }
}

/** In a read transaction: what is written meanwhile does not show. */
function openMonth(folder: string, month: Month): OpenMonth {
  const path = monthPath(folder, month);
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 2000 });
  db.exec('BEGIN');
  return { month, path, file: basename(path), db };
}

/** Of files that can be read: one so damaged that it cannot is found when its turn comes. */
function statementsOf(files: readonly OpenMonth[]): Statements {
  return readStatements(files.filter(({ db }) => hasAudits(db)).map(({ db }) => db));
}

function hasAudits(db: Database.Database): boolean {
  try {
    readStatements([db]);
    return true;
  } catch (error) {
    if (errorText(error).code.startsWith('SQLITE_')) return false;
    throw error;
  }
}

/** The way through the months, with where it stands. */
class Walk {
  readonly #total: number;
  readonly #months: VerifiedMonth[] = [];
  #head: ChainHead = { count: 0, hash: GENESIS };
  #checked = 0;

  constructor(
    private readonly files: readonly OpenMonth[],
    private readonly statements: Statements,
    private readonly options: VerifyOptions,
  ) {
    const { month } = options;
    this.#total = files
      .filter((file) => month === undefined || file.month === month)
      .reduce((sum, { db }) => sum + recordsIn(db), 0);
  }

  /** One file; null when it fits. Throws SQLite's errors. */
  *month(opened: OpenMonth): Generator<VerifyProgress, ChainBreak | null> {
    const { db, file, month, path } = opened;
    const start = this.#startOf(opened);
    if ('problem' in start) return start;
    this.#head = start;
    const vouches = vouchersIn(db, month, this.statements.erasures);
    const steps = walkMonth({ db, file, start, vouches, expectHead: this.options.expectHead });
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) yield this.#progress(step.value);
    if ('problem' in step.value) return step.value;
    const records = step.value.count - start.count;
    this.#head = step.value;
    this.#checked += records;

    const closing = this.statements.closings.get(month);
    const digest = closing === undefined ? null : yield* this.#digest(path);
    const verdict = judgeWholeFile(db, path, closing, digest);
    if (!verdict.ok) return breakOf(file, null, { problem: 'file', why: verdict.why });
    this.#months.push({ month, records, file: verdict.state });
    yield this.#progress(0);
    return null;
  }

  end(): VerifyResult {
    const { expectHead } = this.options;
    const head = this.#head;
    if (expectHead === undefined || expectHead.count <= head.count)
      return { ok: true, head, months: this.#months };
    const why = `the ledger ends here, but ${expectHead.count} records were noted earlier`;
    return broken(breakOf(null, head.count + 1, { problem: 'tail', why }));
  }

  /** Where the chain stands before a file, which must say the same. */
  #startOf({ db, file }: OpenMonth): ChainHead | ChainBreak {
    const previous = readPrevious(db);
    const found = (problem: ChainBreak['problem'], why: string) => breakOf(file, null, { problem, why });
    if (previous === undefined) return found('unreadable', 'the table "meta" is damaged');
    const { count, hash } = previous;
    if (this.options.month !== undefined) return { count, hash };
    const before = this.files[this.files.findIndex((other) => other.file === file) - 1]?.file ?? null;
    const why = linkFault(previous, { file: before, head: this.#head }, () =>
      deletions(this.files.map((each) => each.db)),
    );
    if (why !== null) return found('month', why);
    return { count, hash };
  }

  *#digest(path: string) {
    const steps = digestSteps(path);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) yield this.#progress(0);
    return step.value;
  }

  #progress(more: number): VerifyProgress {
    return { checked: this.#checked + more, total: this.#total };
  }
}

function recordsIn(db: Database.Database): number {
  return (readHead(db)?.count ?? 0) - (readPrevious(db)?.count ?? 0);
}

function broken(found: ChainBreak): VerifyResult {
  return { ok: false, break: found };
}
