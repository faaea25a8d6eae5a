/** Whose a call is: of the members that were called first, spoke last, transferred it, or were asked to take it. */
import { type RecordKind, TABLES } from './columns.js';
import type { Condition } from './condition.js';
import type { Month } from './month.js';
import type { MonthFile, MonthFiles } from './month-files.js';
import type { CallStory, Filters } from './query.js';
import type { CallRecord } from './records.js';

/** Columns of a call, and of a transfer of it, that say whose it is. */
export const CALL_MEMBERS = ['first_member', 'last_member'] as const;
export const MOVING_MEMBERS = ['from_member', 'to_member'] as const;

/** Fields of a filter that name a member whose all is that fits. */
const NAMING: Readonly<Record<RecordKind, readonly string[]>> = {
  call: ['member', 'firstMember', 'lastMember', 'fromMember', 'toMember'],
  // Who only listens has a leg, and no part in the call.
  leg: [],
  transfer: ['member', 'fromMember', 'toMember', 'firstMember'],
  recording: [],
  audit: [],
};

/** A filter without its scope where it names one of these members: then all that fits is theirs. */
export function withoutNeedlessScope<K extends RecordKind>(kind: K, filter: Filters[K]): Filters[K] {
  const { scope } = filter;
  const given: Readonly<Record<string, unknown>> = { ...filter };
  const isNamed = NAMING[kind].some((field) => scope?.some((member) => member === given[field]));
  return isNamed ? { ...filter, scope: undefined } : filter;
}

/** A call that is theirs, without the id of the missed call that it is a call back for, where that one is not. */
export function withOwnCallBack<T extends Pick<CallRecord, 'firstMember' | 'callBackOf'>>(
  call: T,
  members: readonly string[],
): T {
  // The missed call was to the same member.
  const isOwn = call.firstMember !== null && members.includes(call.firstMember);
  return isOwn || call.callBackOf === null ? call : { ...call, callBackOf: null };
}

/** True for a call that is theirs. What is not written yet, while the call lives, does not count. */
export function isTheirs(
  { call, transfers }: Pick<CallStory, 'call' | 'transfers'>,
  members: readonly string[],
): boolean {
  const named = [
    call?.firstMember,
    call?.lastMember,
    ...transfers.flatMap(({ fromMember, toMember }) => [fromMember, toMember]),
  ];
  return named.some((member) => typeof member === 'string' && members.includes(member));
}

/**
 * Fits the rows of a month's file whose call is theirs, and those of which only another month's file can tell: see
 * {@link CallScope}.
 *
 * @param earlier when the last transfer was asked for that an earlier file has; UTC milliseconds
 */
export function maybeTheirs(kind: RecordKind, members: readonly string[], earlier: number): Condition {
  const { table } = TABLES[kind];
  const transferred = `EXISTS (SELECT 1 FROM transfers AS moved WHERE moved.call_id = ${idIn(kind)} AND ${either('+moved.from_member', '+moved.to_member', members)})`;
  if (kind === 'call')
    return {
      sql: `(${either('+calls.first_member', '+calls.last_member', members)} OR ${transferred} OR +calls.started_at <= ?)`,
      values: [...members, ...members, ...members, ...members, earlier],
    };
  const call = `SELECT 1 FROM calls AS own WHERE own.id = ${table}.call_id AND`;
  const known = `EXISTS (${call} ${either('+own.first_member', '+own.last_member', members)})`;
  return {
    sql: `(${table}.call_id IS NOT NULL AND (${known} OR ${transferred} OR NOT EXISTS (${call} +own.started_at > ?)))`,
    values: [...members, ...members, ...members, ...members, earlier],
  };
}

function idIn(kind: RecordKind): string {
  return kind === 'call' ? 'calls.id' : `${TABLES[kind].table}.call_id`;
}

function either(one: string, other: string, members: readonly string[]): string {
  const list = `(${members.map(() => '?').join(', ')})`;
  return `(${one} IN ${list} OR ${other} IN ${list})`;
}

/** Looks up in all months which calls are theirs: a call that lasts over the end of a month is told of by two files. */
export class CallScope {
  constructor(
    private readonly months: MonthFiles,
    private readonly members: readonly string[],
  ) {}

  /**
   * Those of some calls that are theirs. Throws SQLite's errors.
   *
   * @param first the month that is likely to know
   */
  of(callIds: Iterable<string>, first: Month): ReadonlySet<string> {
    const theirs = new Set<string>();
    const open = new Set(callIds);
    const look = (file: MonthFile): void => {
      for (const id of open)
        if (this.#tells(file, id)) {
          theirs.add(id);
          open.delete(id);
        }
    };
    const likely = this.months.get(first);
    if (likely !== undefined) look(likely);
    if (open.size === 0) return theirs;
    for (const file of this.months.each('newest')) {
      if (file.month !== first) look(file);
      if (open.size === 0) break;
    }
    return theirs;
  }

  #tells(file: MonthFile, callId: string): boolean {
    const { members } = this;
    const call = `SELECT 1 FROM calls WHERE id = ? AND ${either('+first_member', '+last_member', members)}`;
    const transfer = `SELECT 1 FROM transfers WHERE call_id = ? AND ${either('+from_member', '+to_member', members)}`;
    const found = file
      .prepare<string[], unknown>(`${call} UNION ALL ${transfer} LIMIT 1`)
      .get(callId, ...members, ...members, callId, ...members, ...members);
    return found !== undefined;
  }
}
