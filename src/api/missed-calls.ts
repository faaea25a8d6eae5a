import type { LedgerReader } from '../ledger/ledger-reader.js';
import type { AuditRecord, CallRecord } from '../ledger/records.js';

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
  /** Call backs that did not reach the caller, the last one first. */
  readonly attempts: readonly CallBackAttempt[];
}

/** A call back that did not reach the caller. */
export interface CallBackAttempt {
  /** UTC milliseconds. */
  readonly endedAt: number;
  /** Id of that call. */
  readonly callId: string | null;
  /** Who asked for it. */
  readonly by: string;
  /** Why: `busy`, `no-answer`, `agent-no-answer`, `abandoned`, ... */
  readonly cause: string | null;
}

export interface MissedQuery {
  readonly member: string | undefined;
  /** UTC milliseconds: calls that began since then. */
  readonly from: number;
  readonly limit: number;
  /** Ids of members: only calls that are theirs; of calls to others not who tried to call back. All, when left out. */
  readonly scope?: readonly string[] | undefined;
}

const PAGE = 500;
/** Missed calls that are looked at, the newest; as many callers as nobody could call back in a day. */
const MOST = 5000;
/** Attempts that are told of one caller. */
const SHOWN_ATTEMPTS = 20;

/**
 * Callers who are still to be called back, who called last first: their calls were missed, nobody has noted a call
 * back since, and they have not got through to the member since.
 */
export async function missedCalls(ledger: LedgerReader, query: MissedQuery): Promise<readonly MissedCall[]> {
  const { from, limit, scope } = query;
  const closed = new Set((await noted(ledger, 'called-back', from)).map(({ subject }) => subject));
  const tried = await noted(ledger, 'call-back-failed', from);
  const found: MissedCall[] = [];
  for (const group of groups(await allMissed(ledger, query))) {
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
      attempts:
        scope === undefined || (last.firstMember !== null && scope.includes(last.firstMember))
          ? attemptsAt(group, tried)
          : [],
    });
  }
  return found;
}

/** Newest first. */
async function allMissed(
  ledger: LedgerReader,
  { member, from, scope }: MissedQuery,
): Promise<readonly CallRecord[]> {
  const all: CallRecord[] = [];
  const filter = { member, from, scope, missed: true, limit: PAGE };
  for (let page = await ledger.calls(filter); ; ) {
    all.push(...page.items);
    if (page.next === null || all.length >= MOST) return all;
    page = await ledger.calls({ ...filter, cursor: page.next });
  }
}

/** Whether somebody has noted, or a call back has reached, the caller of a missed call. */
export async function wasCalledBack(ledger: LedgerReader, missedCall: string): Promise<boolean> {
  const { items } = await ledger.audits({ action: 'called-back', subject: missedCall, limit: 1 });
  return items.length > 0;
}

/** What the ledger has of callers who were called back, the newest first. */
async function noted(
  ledger: LedgerReader,
  action: 'called-back' | 'call-back-failed',
  from: number,
): Promise<readonly AuditRecord[]> {
  const all: AuditRecord[] = [];
  for (let page = await ledger.audits({ action, from, limit: PAGE }); ; ) {
    all.push(...page.items);
    if (page.next === null || all.length >= MOST) return all;
    page = await ledger.audits({ action, from, limit: PAGE, cursor: page.next });
  }
}

function attemptsAt(group: Group, tried: readonly AuditRecord[]): readonly CallBackAttempt[] {
  const ids = new Set(group.map(({ id }) => id));
  return tried
    .filter(({ subject }) => ids.has(subject))
    .slice(0, SHOWN_ATTEMPTS)
    .map(({ doneAt, callId, actor, detail }) => ({ endedAt: doneAt, callId, by: actor, cause: detail }));
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
