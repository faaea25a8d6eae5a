import type { LedgerReader } from '../ledger/ledger-reader.js';
import type { CallRecord } from '../ledger/records.js';

/** A caller to whom somebody owes a call back; several calls of the same number to a member are one. */
export interface MissedCall {
  /** Id of the last of the calls. */
  readonly id: string;
  readonly callerNumber: string | null;
  /** Member first called. */
  readonly member: string | null;
  readonly firstAt: number;
  readonly lastAt: number;
  /** How often the caller tried. */
  readonly times: number;
  /** How long the caller waited the last time; milliseconds. */
  readonly waitMs: number | null;
  readonly cause: string | null;
}

export interface MissedQuery {
  readonly member: string | undefined;
  /** UTC milliseconds: calls that began since then. */
  readonly from: number;
  readonly limit: number;
}

const PAGE = 500;
/** Missed calls that are looked at, the newest; as many callers as nobody could call back in a day. */
const MOST = 5000;

/**
 * Callers who are still to be called back, who called last first: their calls were missed, nobody has noted a call
 * back since, and they have not got through to the member since.
 */
export async function missedCalls(ledger: LedgerReader, query: MissedQuery): Promise<readonly MissedCall[]> {
  const { member, from, limit } = query;
  const closed = await calledBack(ledger, from);
  const found: MissedCall[] = [];
  for (const group of groups(await allMissed(ledger, member, from))) {
    if (found.length >= limit) break;
    const [last] = group;
    if (group.some(({ id }) => closed.has(id)) || (await gotThrough(ledger, last))) continue;
    found.push({
      id: last.id,
      callerNumber: last.callerNumber,
      member: last.firstMember,
      firstAt: Math.min(...group.map(({ startedAt }) => startedAt)),
      lastAt: last.startedAt,
      times: group.length,
      waitMs: last.waitMs,
      cause: last.cause,
    });
  }
  return found;
}

/** Newest first. */
async function allMissed(
  ledger: LedgerReader,
  member: string | undefined,
  from: number,
): Promise<readonly CallRecord[]> {
  const all: CallRecord[] = [];
  for (let page = await ledger.calls({ member, from, missed: true, limit: PAGE }); ; ) {
    all.push(...page.items);
    if (page.next === null || all.length >= MOST) return all;
    page = await ledger.calls({ member, from, missed: true, limit: PAGE, cursor: page.next });
  }
}

/** Calls whose caller was called back, as somebody has noted. */
async function calledBack(ledger: LedgerReader, from: number): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (let page = await ledger.audits({ action: 'called-back', from, limit: PAGE }); ; ) {
    for (const { subject } of page.items) ids.add(subject);
    if (page.next === null || ids.size >= MOST) return ids;
    page = await ledger.audits({ action: 'called-back', from, limit: PAGE, cursor: page.next });
  }
}

type Group = [CallRecord, ...CallRecord[]];

/** Calls of the same number to the same member; who withholds the number stays alone. */
function groups(calls: readonly CallRecord[]): readonly Group[] {
  const known = new Map<string, Group>();
  for (const call of calls) {
    const key = call.callerNumber === null ? call.id : `${call.callerNumber} ${call.firstMember}`;
    const group = known.get(key);
    if (group === undefined) known.set(key, [call]);
    else group.push(call);
  }
  return [...known.values()];
}

/** The caller has tried again since, and was answered. */
async function gotThrough(
  ledger: LedgerReader,
  { callerNumber, firstMember, startedAt }: CallRecord,
): Promise<boolean> {
  if (callerNumber === null || firstMember === null) return false;
  const { items } = await ledger.calls({
    caller: callerNumber,
    member: firstMember,
    outcome: 'answered',
    missed: false,
    from: startedAt + 1,
    limit: 1,
  });
  return items.length > 0;
}
