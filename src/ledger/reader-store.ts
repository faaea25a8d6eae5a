import type { ChainHead } from './chain.js';
import { GENESIS } from './chain.js';
import type { RecordKind, Row } from './columns.js';
import { fromRow, TABLES } from './columns.js';
import { type ListingBudget, listPage } from './listing.js';
import { type Ranges, readHead } from './meta.js';
import type { MonthFile } from './month-files.js';
import { MonthFiles } from './month-files.js';
import type { CallStory, Filters, Page, RecordOf, Stored } from './query.js';
import type { CallRecord, LedgerRecord, LegRecord, RecordingRecord, TransferRecord } from './records.js';

/** More legs than any call has; keeps a damaged ledger from filling the memory. */
const STORY_LIMIT = 10_000;

/** Reads a ledger's folder over connections of its own that cannot write. Blocks on the disk. */
export class ReaderStore {
  /** For questions that have a file of their own (answer-question.ts). */
  readonly months: MonthFiles;

  readonly #budget: ListingBudget | null;

  /**
   * @param folder see ledgerFolder; methods throw SQLite's errors, and when no month's file is there
   * @param budget of a page for which no index helps; by default as long as it takes
   * @param maxOpen files open at once, each with a cache of up to 2 MB
   */
  constructor(folder: string, budget: ListingBudget | null = null, maxOpen?: number) {
    this.months = new MonthFiles(folder, maxOpen);
    this.#budget = budget;
  }

  /** One page of the records of a kind that fit a filter; see listPage. */
  list<K extends RecordKind>(kind: K, filter: Filters[K]): Page<RecordOf[K]> {
    return listPage(this.months, kind, filter, this.#budget);
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

function reachesCall(ranges: Ranges, call: CallRecord | undefined): boolean {
  const kinds: readonly RecordKind[] = ['leg', 'transfer', 'recording'];
  const last = Math.max(...kinds.map((kind) => ranges[kind]?.to ?? Number.NEGATIVE_INFINITY));
  return call === undefined || last >= call.startedAt;
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
