/** Pages of a listing, over all months, within a bounded time. */
import { CallScope, withoutNeedlessScope } from './call-scope.js';
import type { RecordKind, Row } from './columns.js';
import { fromRow, TABLES } from './columns.js';
import type { Bound } from './condition.js';
import { type KeysElsewhere, searchOf } from './conditions.js';
import type { TimeRange } from './meta.js';
import type { Month } from './month.js';
import type { MonthFile, MonthFiles } from './month-files.js';
import { keysElsewhere } from './other-months.js';
import { withOwnIds } from './own-ids.js';
import type { CallFilter, Cursor, Filters, Page, PageRequest, RecordOf, Stored } from './query.js';
import { PAGE_LIMIT, TIME_COLUMN } from './query.js';
import { scopedCalls } from './scoped-calls.js';
import { isServed } from './served-filters.js';

/** How long a page may be looked for; null for as long as it takes. */
export interface ListingBudget {
  /** Milliseconds. */
  readonly forMs: number;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
}

/** A stretch of time: from the first moment up to, and not with, the last; UTC milliseconds. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** A row with the month of its file and what orders it. */
interface Placed {
  readonly row: Row;
  readonly month: Month;
  readonly time: number;
  readonly seq: number;
}

const HOUR_MS = 3_600_000;
/** What is looked through first where no index serves a filter; milliseconds. */
const FIRST_WIDTH_MS = 6 * HOUR_MS;
/** A stretch that took less makes the next one four times as long; milliseconds. */
const SHORT_MS = 20;
/** A stretch that took more makes the next one half as long; milliseconds. */
const LONG_MS = 80;

/**
 * One page of the records of a kind that fit a filter. Time is looked through stretch by stretch, in the order of the
 * listing; a record lies in the month in which it was written, so several files may hold records of one stretch. Where
 * an index serves the filter a stretch is as long as a month; else it is so long that it takes some hundredths of a
 * second, and when the time is up the page says how far it came and where to go on.
 */
export function listPage<K extends RecordKind>(
  months: MonthFiles,
  kind: K,
  wanted: Filters[K],
  budget: ListingBudget | null,
): Page<RecordOf[K]> {
  const { scope } = wanted;
  const page = foundPage(months, kind, withoutNeedlessScope(kind, wanted), budget);
  return scope === undefined ? page : { ...page, items: withOwnIds(months, page.items, scope) };
}

function foundPage<K extends RecordKind>(
  months: MonthFiles,
  kind: K,
  filter: Filters[K],
  budget: ListingBudget | null,
): Page<RecordOf[K]> {
  const limit = Math.min(Math.max(1, Math.trunc(filter.limit ?? PAGE_LIMIT.default)), PAGE_LIMIT.max);
  const newest = filter.order !== 'oldest';
  const { ranges, transfersEnd } = timesOf(months, kind);
  const rowsIn = filter.scope === undefined ? allIn : theirsIn(filter.scope);
  const reach = reachOf(ranges, filter, newest);
  const served = isServed(kind, filter);
  const since = budget?.now() ?? 0;
  const found: Placed[] = [];
  let width = FIRST_WIDTH_MS;
  let left = reach;
  while (left.to > left.from && found.length <= limit) {
    const span = stretch(left, ranges, newest, served ? null : width);
    const began = budget?.now() ?? 0;
    if (!served && budget !== null && left !== reach && began - since >= budget.forMs)
      return paged(kind, found, limit, { time: newest ? left.to : left.from, seq: 0 });
    const late = (): boolean => budget !== null && budget.now() - since >= budget.forMs;
    const wish = { kind, filter, span, transfersEnd };
    const { rows, lookedTo } = rowsIn(months, wish, limit + 1 - found.length, late);
    found.push(...rows);
    if (lookedTo !== null) return paged(kind, found, limit, lookedTo);
    const took = (budget?.now() ?? 0) - began;
    if (took < SHORT_MS) width *= 4;
    else if (took > LONG_MS) width = Math.max(HOUR_MS / 4, width / 2);
    left = newest ? { from: left.from, to: span.from } : { from: span.to, to: left.to };
  }
  return paged(kind, found, limit, null);
}

function paged<K extends RecordKind>(
  kind: K,
  found: readonly Placed[],
  limit: number,
  goOn: Page<RecordOf[K]>['next'],
): Page<RecordOf[K]> {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const full = found.length > limit && last !== undefined;
  return {
    items: shown.map(({ row }) => stored<RecordOf[K]>(kind, row)),
    next: full ? { time: last.time, seq: last.seq } : goOn,
    ...(!full && goOn !== null ? { searchedTo: goOn.time } : {}),
  };
}

/** What is known of all files before one is looked into. */
interface Times {
  /** Times of the records of the kind in each file that has any. */
  readonly ranges: readonly TimeRange[];
  /** When the last transfer of each file was asked for; UTC milliseconds. */
  readonly transfersEnd: ReadonlyMap<Month, number>;
}

function timesOf(months: MonthFiles, kind: RecordKind): Times {
  const ranges: TimeRange[] = [];
  const transfersEnd = new Map<Month, number>();
  // None is opened for more than this.
  for (const _ of months.each('newest', (all, month) => {
    const range = all[kind];
    if (range !== undefined) ranges.push(range);
    if (all.transfer !== undefined) transfersEnd.set(month, all.transfer.to);
    return false;
  }));
  return { ranges, transfersEnd };
}

/** What has to be looked through. */
function reachOf(ranges: readonly TimeRange[], { from, to, cursor }: PageRequest, newest: boolean): Span {
  const earliest = Math.min(...ranges.map((range) => range.from));
  const latest = Math.max(...ranges.map((range) => range.to));
  const after = cursor === undefined || newest ? Number.NEGATIVE_INFINITY : cursor.time;
  // A cursor may stand between two records of the same millisecond; without a place it stands before them all.
  const last = cursor === undefined || cursor.seq === 0 ? 0 : 1;
  const before = cursor === undefined || !newest ? Number.POSITIVE_INFINITY : cursor.time + last;
  return {
    from: Math.max(earliest, from ?? Number.NEGATIVE_INFINITY, after),
    to: Math.min(latest + 1, to ?? Number.POSITIVE_INFINITY, before),
  };
}

/** The first part of what is left: no longer than `width`, and no further than the next file begins or ends. */
function stretch(left: Span, ranges: readonly TimeRange[], newest: boolean, width: number | null): Span {
  if (newest) {
    const begins = ranges.map(({ from }) => from).filter((from) => from < left.to);
    const from = Math.max(left.from, ...begins, width === null ? Number.NEGATIVE_INFINITY : left.to - width);
    return { from, to: left.to };
  }
  const ends = ranges.map((range) => range.to + 1).filter((to) => to > left.from);
  const to = Math.min(left.to, ...ends, width === null ? Number.POSITIVE_INFINITY : left.from + width);
  return { from: left.from, to };
}

/** Rows of a stretch that are wanted. */
interface RowWish<K extends RecordKind> extends Pick<Times, 'transfersEnd'> {
  readonly kind: K;
  readonly filter: Filters[K];
  readonly span: Span;
}

/** Rows of a stretch, no more than asked for, in the order of the listing. */
interface FoundRows {
  readonly rows: readonly Placed[];
  /** Where to go on when time was up before the stretch was looked through, or that many were found; else null. */
  readonly lookedTo: Cursor | null;
}

function allIn<K extends RecordKind>(months: MonthFiles, wish: RowWish<K>, limit: number): FoundRows {
  return { rows: placedIn(months, wish, limit), lookedTo: null };
}

/** Rows that are looked up at once; more than asked for, as some may be of calls that are not theirs. */
const LOOKED_UP = 100;

/** Only rows of calls of these members. */
function theirsIn(members: readonly string[]) {
  return <K extends RecordKind>(
    months: MonthFiles,
    wish: RowWish<K>,
    limit: number,
    late: () => boolean,
  ): FoundRows => {
    const scope = new CallScope(months, members);
    const column = wish.kind === 'call' ? 'id' : 'call_id';
    const many = Math.max(limit, LOOKED_UP);
    const rows: Placed[] = [];
    let { cursor } = wish.filter;
    for (;;) {
      const next = placedIn(months, { ...wish, filter: { ...wish.filter, cursor } }, many);
      const last = next.at(-1);
      const ids = (month: Month): readonly string[] =>
        next.filter((placed) => placed.month === month).map(({ row }) => String(row[column]));
      const theirs = new Set(
        [...new Set(next.map(({ month }) => month))].flatMap((month) => [...scope.of(ids(month), month)]),
      );
      rows.push(...next.filter(({ row }) => theirs.has(String(row[column]))));
      if (rows.length >= limit) return { rows: rows.slice(0, limit), lookedTo: null };
      if (last === undefined || next.length < many) return { rows, lookedTo: null };
      cursor = { time: last.time, seq: last.seq };
      if (late()) return { rows, lookedTo: cursor };
    }
  };
}

function placedIn<K extends RecordKind>(
  months: MonthFiles,
  wish: RowWish<K>,
  limit: number,
): readonly Placed[] {
  const { kind, filter, span } = wish;
  const order = filter.order === 'oldest' ? 'oldest' : 'newest';
  const rows: Placed[] = [];
  let files = 0;
  const holds = (range: TimeRange | undefined): boolean =>
    range !== undefined && range.from < span.to && range.to >= span.from;
  for (const file of months.each(order, (ranges) => holds(ranges[kind]))) {
    const elsewhere = keysElsewhere(months, file, kind, { ...filter, ...span });
    const open = file.db.open ? file : months.get(file.month);
    if (open === undefined) continue;
    rows.push(...rowsOf(open, wish, { limit, elsewhere }));
    files += 1;
  }
  if (files < 2) return rows;
  const sign = order === 'newest' ? -1 : 1;
  return rows.sort((a, b) => sign * (a.time - b.time || a.seq - b.seq)).slice(0, limit);
}

function rowsOf<K extends RecordKind>(
  file: MonthFile,
  { kind, filter, span, transfersEnd }: RowWish<K>,
  { limit, elsewhere }: { readonly limit: number; readonly elsewhere: KeysElsewhere },
): readonly Placed[] {
  const ends = [...transfersEnd].filter(([month]) => month < file.month).map(([, end]) => end);
  const others = { elsewhere, earlier: Math.max(0, ...ends) };
  const { scope } = filter;
  const theirs =
    kind === 'call' && scope !== undefined
      ? scopedCalls(file, { ...(filter as CallFilter), ...span, scope }, others.earlier, limit)
      : null;
  if (theirs !== null) return theirs.map((row) => placed(row, kind, file.month));
  const { from, where, time } = searchOf(file, kind, { ...filter, ...span }, others);
  const direction = filter.order === 'oldest' ? 'ASC' : 'DESC';
  const { table } = TABLES[kind];
  const terms = where.map(({ sql }) => sql).join(' AND ');
  return file
    .prepare<Bound[], Row>(
      `SELECT ${table}.* FROM ${from.sql} WHERE ${terms} ORDER BY ${time} ${direction}, ${table}.seq ${direction} LIMIT ?`,
    )
    .all(...from.values, ...where.flatMap(({ values }) => values), limit)
    .map((row) => placed(row, kind, file.month));
}

function placed(row: Row, kind: RecordKind, month: Month): Placed {
  return { row, month, time: Number(row[TIME_COLUMN[kind]]), seq: Number(row.seq) };
}

function stored<T extends RecordOf[RecordKind]>(kind: RecordKind, row: Row): Stored<T> {
  return { ...(fromRow(kind, row) as T), seq: Number(row.seq) };
}
