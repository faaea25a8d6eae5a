/** The records of one month's file against its chain. */
import type Database from 'better-sqlite3';
import type { ChainHead } from './chain.js';
import { canonicalForm, chainHash, MARK_BYTES } from './chain.js';
import { errorText } from './faults.js';
import { readHead } from './meta.js';
import { type FoundRow, type RowsInOrder, rowsInOrder } from './rows-in-order.js';
import { COMMITMENT_BYTES, commitmentOf, isSealed, personalForm, SALT_BYTES } from './seal.js';

/** What does not fit, and where. */
export interface ChainBreak {
  readonly problem: /** A column has another value than when it was written. */
    | 'changed'
    /** The row is gone. */
    | 'missing'
    /** A row that was never written by the ledger. */
    | 'added'
    /** The end of the chain is not where it was: records were cut off or put on. */
    | 'tail'
    /** Personal data are gone, and no record of an erasure vouches for it. */
    | 'erased'
    /** The file of a month is gone, or does not go on where the one before it ended. */
    | 'month'
    /** The file is not as it was when it was closed, or its indexes do not fit; no record is touched. */
    | 'file'
    /** The file itself is damaged. */
    | 'unreadable';
  /** File where it was found; null where it concerns all. */
  readonly file: string | null;
  /** Place in the chain, counted from 1; null when there is none to name. */
  readonly seq: number | null;
  readonly kind: string | null;
  readonly id: string | null;
  readonly message: string;
}

/** Tells whether an erasure vouches for what stands in place of a record's personal data. */
export type Vouches = (seq: number, personal: string) => boolean;

export interface MonthCheck {
  readonly db: Database.Database;
  /** Name of the file, for the findings. */
  readonly file: string;
  /** Where the chain stood before the first record of the file. */
  readonly start: ChainHead;
  readonly vouches: Vouches;
  /** A head noted earlier, through which the chain must pass where the file has that record. */
  readonly expectHead?: ChainHead | undefined;
}

/** How far it has come, and at the end what was found. */
export type Walk = Generator<number, ChainBreak | ChainHead>;

const PAGE = 1000;

/** Problem, place and words of a finding. */
interface Finding {
  readonly problem: ChainBreak['problem'];
  readonly found?: FoundRow | undefined;
  readonly why: string;
}

/**
 * Compute the chain of a file from its columns, and compare it with the marks in the rows and the hash at the end.
 * Yields the number of records checked, every thousand; returns the end of the chain, or the first record that does not
 * fit. Throws SQLite's errors.
 */
export function* walkMonth(check: MonthCheck): Walk {
  const { db, file, start, expectHead } = check;
  const broken = (seq: number | null, finding: Finding): ChainBreak => breakOf(file, seq, finding);
  const end = readHead(db);
  if (end === undefined) return broken(null, { problem: 'unreadable', why: 'the table "meta" is damaged' });
  const read = rowsInOrder(db);
  const stray = read.before(start.count);
  if (stray !== undefined)
    return broken(Number(stray.row.seq), {
      problem: 'added',
      found: stray,
      why: 'it stands before the first',
    });
  let { hash } = start;
  let last: FoundRow | undefined;
  for (let from = start.count + 1; from <= end.count; from += PAGE) {
    const to = Math.min(from + PAGE - 1, end.count);
    const page = readable(() => read.page(from, to));
    if (page === null) return broken(...firstUnreadable(read, from, to));
    for (let seq = from; seq <= to; seq += 1) {
      const rows = page.get(seq) ?? [];
      if (rows.length === 0) return broken(seq, goneAfter(last, nextIn(page, seq)));
      const verdict = judge(seq, rows, hash, check.vouches);
      if (!verdict.ok) return broken(seq, verdict.finding);
      ({ hash, found: last } = verdict);
      if (seq === expectHead?.count && hash !== expectHead.hash)
        return broken(seq, {
          problem: 'changed',
          why: 'the hash here is not the one that was noted earlier',
        });
    }
    yield to - start.count;
  }
  const beyond = read.after(end.count);
  if (beyond !== undefined)
    return broken(Number(beyond.row.seq), {
      problem: 'tail',
      found: beyond,
      why: `the file ended with record ${end.count} when last written`,
    });
  if (hash !== end.hash)
    return broken(end.count, {
      problem: 'tail',
      why: 'the last hash is not the one that was written down with it',
    });
  return { count: end.count, hash };
}

type Verdict =
  | { readonly ok: true; readonly hash: string; readonly found: FoundRow }
  | { readonly ok: false; readonly finding: Finding };

/** Judges the rows at one place, of which there should be one. */
function judge(seq: number, rows: readonly FoundRow[], previous: string, vouches: Vouches): Verdict {
  let first: Finding | null = null;
  for (const found of rows) {
    const verdict = judgeRow(seq, found, previous, vouches);
    const stranger = rows.find((other) => other !== found);
    if (verdict.ok && stranger !== undefined) {
      const why = 'its place belongs to another record';
      return { ok: false, finding: { problem: 'added', found: stranger, why } };
    }
    if (verdict.ok) return verdict;
    first ??= verdict.finding;
  }
  return { ok: false, finding: first ?? { problem: 'missing', why: 'the record is gone' } };
}

function judgeRow(seq: number, found: FoundRow, previous: string, vouches: Vouches): Verdict {
  const { kind, row } = found;
  const changed = (why: string): Verdict => ({ ok: false, finding: { problem: 'changed', found, why } });
  const { seal, mark } = row;
  let commitment: Buffer | null = null;
  if (isSealed(kind)) {
    if (!(seal instanceof Buffer)) return changed('its seal is gone');
    if (seal.length === COMMITMENT_BYTES) {
      if (!vouches(seq, personalForm(kind, row))) {
        const why = 'its personal data were erased or changed, and no record of an erasure vouches for that';
        return { ok: false, finding: { problem: 'erased', found, why } };
      }
      commitment = seal;
    } else if (seal.length === SALT_BYTES) commitment = commitmentOf(seal, kind, row);
    else return changed('its seal has another length than it was given');
  } else if (seal !== null) return changed('it has a seal, which such records have not');
  const hash = chainHash(previous, canonicalForm(seq, kind, row, commitment));
  if (!(mark instanceof Buffer) || mark.toString('hex') !== hash.slice(0, 2 * MARK_BYTES))
    return changed('its columns do not give the hash that it was written with');
  return { ok: true, hash, found };
}

function goneAfter(last: FoundRow | undefined, next: FoundRow | undefined): Finding {
  const name = (found: FoundRow): string => `${found.kind} ${String(found.row.id)}`;
  const places = [
    ...(last === undefined ? [] : [`after ${name(last)}`]),
    ...(next === undefined ? [] : [`before ${name(next)}`]),
  ];
  return {
    problem: 'missing',
    why: `the record is gone${places.length === 0 ? '' : `; it stood ${places.join(' and ')}`}`,
  };
}

function nextIn(page: ReadonlyMap<number, readonly FoundRow[]>, seq: number): FoundRow | undefined {
  const later = [...page.keys()].filter((other) => other > seq);
  return later.length === 0 ? undefined : page.get(Math.min(...later))?.[0];
}

/** What a function gives; null where SQLite finds the file damaged. */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (errorText(error).code.startsWith('SQLITE_')) return null;
    throw error;
  }
}

/** The first record of a page that cannot be read, and what is said of it. */
function firstUnreadable(read: RowsInOrder, from: number, to: number): [number, Finding] {
  for (let seq = from; seq <= to; seq += 1) {
    const found = readable(() => read.page(seq, seq).get(seq));
    if (found === null) return [seq, { problem: 'unreadable', why: 'the file is damaged where it stands' }];
    if (found === undefined)
      return [seq, { problem: 'missing', why: 'the record is gone; the file is damaged' }];
  }
  return [from, { problem: 'unreadable', why: `the file is damaged between here and record ${to}` }];
}

/** A finding with the words that name its place. */
export function breakOf(
  file: string | null,
  seq: number | null,
  { problem, found, why }: Finding,
): ChainBreak {
  const kind = found?.kind ?? null;
  const id = found === undefined ? null : String(found.row.id);
  const record = seq === null ? '' : `record ${seq}${kind === null ? '' : ` (${kind} ${id})`}: `;
  const place = file === null ? '' : `${file}: `;
  return { problem, file, seq, kind, id, message: `${place}${record}${why}` };
}
