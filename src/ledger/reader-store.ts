import type { ChainHead } from './chain.js';
import { GENESIS } from './chain.js';
import type { RecordKind, Row } from './columns.js';
import { fromRow, TABLES } from './columns.js';
import { type Bound, conditionsOf } from './conditions.js';
import { type Ranges, readHead, type TimeRange } from './meta.js';
import type { MonthFile } from './month-files.js';
import { MonthFiles } from './month-files.js';
import type { CallStory, Filters, Page, PageRequest, RecordOf, Stored } from './query.js';
import { PAGE_LIMIT, TIME_COLUMN } from './query.js';
import type { CallRecord, LedgerRecord, LegRecord, RecordingRecord, TransferRecord } from './records.js';

/** More legs than any call has; keeps a damaged ledger from filling the memory. */
const STORY_LIMIT = 10_000;

/** A row with what orders it. */
interface Placed {
  readonly row: Row;
  readonly time: number;
  readonly seq: number;
}

/** Reads a ledger's folder over connections of its own that cannot write. Blocks on the disk. */
export class ReaderStore {
  /** For questions that have a file of their own (answer-question.ts). */
  readonly months: MonthFiles;

  /** @param folder see ledgerFolder; methods throw SQLite's errors, and when no month's file is there */
  constructor(folder: string) {
    this.months = new MonthFiles(folder);
  }

  /**
   * One page of the records of a kind that fit a filter. Months are looked into one after the other, only those that can
   * hold the time asked for, and no further than the page needs: a record lies in the month in which it was written, so
   * those of neighbouring files overlap in time.
   */
  list<K extends RecordKind>(kind: K, filter: Filters[K]): Page<RecordOf[K]> {
    const limit = Math.min(Math.max(1, Math.trunc(filter.limit ?? PAGE_LIMIT.default)), PAGE_LIMIT.max);
    const newest = filter.order !== 'oldest';
    let found: readonly Placed[] = [];
    const wanted = (ranges: Ranges): boolean => {
      const range = ranges[kind];
      return range !== undefined && holds(range, filter) && reaches(range, found[limit], newest);
    };
    for (const file of this.months.each(newest ? 'newest' : 'oldest', wanted)) {
      // One more than asked for tells whether there is a next page.
      found = merged(found, rowsOf(file, kind, filter, limit + 1), newest).slice(0, limit + 1);
    }
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return {
      items: shown.map(({ row }) => stored<RecordOf[K]>(kind, row)),
      next: found.length > limit && last !== undefined ? { time: last.time, seq: last.seq } : null,
    };
  }

  /**
   * A call with all that belongs to it, wherever a month ended meanwhile; undefined when the ledger knows nothing of it.
   */
  story(callId: string): CallStory | undefined {
    const calls: Stored<CallRecord>[] = [];
    const legs: Stored<LegRecord>[] = [];
    const transfers: Stored<TransferRecord>[] = [];
    const recordings: Stored<RecordingRecord>[] = [];
    // The call's own record comes last, and nothing of it can be where everything began before it.
    const wanted = (ranges: Ranges): boolean => reachesCall(ranges, calls[0]);
    for (const file of this.months.each('newest', wanted))
      file.db.transaction(() => {
        calls.push(...ofCall<CallRecord>(file, 'call', callId));
        legs.push(...ofCall<LegRecord>(file, 'leg', callId));
        transfers.push(...ofCall<TransferRecord>(file, 'transfer', callId));
        recordings.push(...ofCall<RecordingRecord>(file, 'recording', callId));
      })();
    const [call = null] = calls;
    if (call === null && legs.length === 0 && transfers.length === 0) return undefined;
    return {
      call,
      legs: legs.sort((a, b) => a.startedAt - b.startedAt || a.seq - b.seq),
      transfers: transfers.sort((a, b) => a.requestedAt - b.requestedAt || a.seq - b.seq),
      recordings: recordings.sort((a, b) => a.startedAt - b.startedAt || a.seq - b.seq),
    };
  }

  /** Where the chain stands. */
  head(): ChainHead {
    for (const file of this.months.each('newest')) return readHead(file.db) ?? { count: 0, hash: GENESIS };
    return { count: 0, hash: GENESIS };
  }

  close(): void {
    this.months.close();
  }
}

/** True when records of these times can be asked for. */
function holds(range: TimeRange, { from, to, cursor, order }: PageRequest): boolean {
  if (from !== undefined && range.to < from) return false;
  if (to !== undefined && range.from >= to) return false;
  if (cursor === undefined) return true;
  return order === 'oldest' ? range.to >= cursor.time : range.from <= cursor.time;
}

/** True when a record of these times may come before the last of a page that is full. */
function reaches(range: TimeRange, last: Placed | undefined, newest: boolean): boolean {
  if (last === undefined) return true;
  return newest ? range.to >= last.time : range.from <= last.time;
}

function reachesCall(ranges: Ranges, call: CallRecord | undefined): boolean {
  const kinds: readonly RecordKind[] = ['leg', 'transfer', 'recording'];
  const last = Math.max(...kinds.map((kind) => ranges[kind]?.to ?? Number.NEGATIVE_INFINITY));
  return call === undefined || last >= call.startedAt;
}

function rowsOf<K extends RecordKind>(
  file: MonthFile,
  kind: K,
  filter: Filters[K],
  limit: number,
): readonly Placed[] {
  const conditions = conditionsOf(file, kind, filter);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
  const direction = filter.order === 'oldest' ? 'ASC' : 'DESC';
  const time = TIME_COLUMN[kind];
  return file.db
    .prepare<Bound[], Row>(
      `SELECT * FROM ${TABLES[kind].table} ${where} ORDER BY ${time} ${direction}, seq ${direction} LIMIT ?`,
    )
    .all(...conditions.flatMap(({ values }) => values), limit)
    .map((row) => ({ row, time: Number(row[time]), seq: Number(row.seq) }));
}

/** Two listings in the same order as one. */
function merged(one: readonly Placed[], other: readonly Placed[], newest: boolean): readonly Placed[] {
  if (one.length === 0) return other;
  const sign = newest ? -1 : 1;
  return [...one, ...other].sort((a, b) => sign * (a.time - b.time || a.seq - b.seq));
}

function ofCall<T extends LedgerRecord>(
  file: MonthFile,
  kind: RecordKind,
  callId: string,
): readonly Stored<T>[] {
  const { table } = TABLES[kind];
  const column = kind === 'call' ? 'id' : 'call_id';
  return file
    .prepare<[string, number], Row>(`SELECT * FROM ${table} WHERE ${column} = ? LIMIT ?`)
    .all(callId, STORY_LIMIT)
    .map((row) => stored<T>(kind, row));
}

function stored<T extends LedgerRecord>(kind: RecordKind, row: Row): Stored<T> {
  return { ...(fromRow(kind, row) as T), seq: Number(row.seq) };
}
