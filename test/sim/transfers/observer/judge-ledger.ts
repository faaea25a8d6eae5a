import type { CallRecord, LegRecord, TransferRecord } from '../../../../src/ledger/records.js';
import { LIMITS } from '../alliance.js';
import type { Case } from './verdict.js';
import type { WireLeg } from './wire-leg.js';

/** The server's timing wheel fires up to 10 ms late; moments of the simulated network fall between milliseconds. */
const WHEEL_MS = 12;
/** A request is said for so long: 64*T1. */
const SAID_MS = 32_000;
/** Guard of the core over legs that do not end. */
const GUARD_MS = 45_000;

/** Who may end a leg by themselves. */
const PEERS: ReadonlySet<string> = new Set(['caller', 'agent', 'target', 'monitor']);

/** Promise 4: the ledger says what the wire saw, leg for leg. */
export function judgeLedger(found: Case): void {
  const { site, observer, violate, count } = found;
  const records = site.ledger.records;
  const legs = records.filter((r): r is LegRecord => r.kind === 'leg');
  const calls = records.filter((r): r is CallRecord => r.kind === 'call');
  const transfers = records.filter((r): r is TransferRecord => r.kind === 'transfer');
  const byCallId = new Map<string, LegRecord>();
  for (const record of legs) {
    const leg = observer.legs.get(record.sipCallId ?? '');
    if (leg === undefined)
      violate(null, `ledger: leg ${record.id} (${record.sipCallId}) never was on the wire`);
    else if (byCallId.has(leg.callId)) violate(leg.story, `ledger: two records of one leg, ${record.id}`);
    byCallId.set(record.sipCallId ?? '', record);
  }
  for (const leg of observer.legs.values()) {
    const record = byCallId.get(leg.callId);
    const name = `${leg.direction} ${leg.user} at ${leg.host}`;
    // What never reached the server is no leg.
    if (leg.direction === 'in' && leg.inviteCopies === 0) continue;
    if (record === undefined) violate(leg.story, `ledger: no record of the leg ${name}`);
    else for (const fault of compare(leg, record)) violate(leg.story, `ledger: ${name}: ${fault}`);
  }
  for (const record of calls) judgeCall(found, record, legs, transfers);
  for (const _ of legs) count('ledger: legs');
  for (const _ of calls) count('ledger: calls');
  for (const { outcome, mode, trigger } of transfers) count(`transfer ${trigger}/${mode}: ${outcome}`);
}

/** What a record says otherwise than the wire. */
function compare(leg: WireLeg, record: LegRecord): string[] {
  const faults: string[] = [];
  const same = (what: string, wire: unknown, ledger: unknown): void => {
    if (wire !== ledger) faults.push(`${what} ${String(wire)} on the wire, ${String(ledger)} in the ledger`);
  };
  const near = (what: string, wire: number | null, ledger: number | null): void => {
    const close = wire === null || ledger === null ? wire === ledger : Math.abs(wire - ledger) <= WHEEL_MS;
    if (!close) same(what, wire, ledger);
  };
  same('direction', leg.direction, record.direction);
  near('startedAt', leg.inviteAt, record.startedAt);
  same('peer', `${leg.host}:5060/udp`, record.peer);
  // An INVITE that was given up may be answered in the very last moment.
  const silent = leg.direction === 'out' && Math.abs(record.endedAt - leg.inviteAt - SAID_MS) <= WHEEL_MS;
  const known = leg.final !== null && leg.final.at <= record.endedAt && !silent;
  if (known || record.sipStatus !== null) same('status', leg.final?.status ?? null, record.sipStatus);
  if (known || record.answeredAt !== null) near('answeredAt', leg.answeredAt, record.answeredAt);
  same('answered', record.answeredAt !== null, record.outcome === 'answered');
  if (leg.direction === 'out') {
    const rangBefore =
      leg.provisionalAt !== null &&
      leg.provisionalAt < Math.min(leg.final?.at ?? record.endedAt, record.endedAt);
    if (rangBefore) near('ringingAt', leg.provisionalAt, record.ringingAt);
  }
  for (const fault of compareEnd(leg, record)) faults.push(fault);
  return faults;
}

function compareEnd(leg: WireLeg, record: LegRecord): string[] {
  const at = record.endedAt;
  const is = (wire: number | null, later = 0): boolean =>
    wire !== null && Math.abs(wire + later - at) <= WHEEL_MS;
  const { final, byeSentAt, byeHeardAt, byeAnsweredAt, cancelAt } = leg;
  const peers = PEERS.has(record.endedBy);
  if (peers) {
    const left = is(byeHeardAt) || (leg.direction === 'in' && is(cancelAt));
    const refused = leg.direction === 'out' && final !== null && final.status >= 300 && is(final.at);
    return left || refused ? [] : [`ended by ${record.endedBy} at ${at}, but the wire shows nothing of that`];
  }
  if (record.endedBy === 'us') {
    // The stack gave up waiting for an ACK, and then we were not waiting for it any more either.
    const unacknowledged = leg.direction === 'in' && leg.ackAt === null && is(byeSentAt);
    const turnedAway = leg.direction === 'in' && final !== null && final.status >= 300 && is(final.at);
    const ended =
      is(byeAnsweredAt) || is(byeHeardAt) || is(final?.at ?? null) || turnedAway || unacknowledged;
    // Nobody answered our BYE or CANCEL, or our INVITE at all, for as long as they are said.
    const waited = [byeSentAt, cancelAt, leg.inviteAt].some(
      (since) => is(since, SAID_MS) || is(since, GUARD_MS),
    );
    // A CANCEL that had to wait for the first ring is guarded from when it was wanted.
    const late = at - leg.inviteAt - GUARD_MS;
    const wantedBefore = leg.direction === 'out' && late >= 0 && late <= LIMITS.noResponseMs + WHEEL_MS;
    return ended || waited || wantedBefore
      ? []
      : [`ended by us at ${at}, but the wire shows nothing of that`];
  }
  if (record.endedBy === 'network') {
    const silent = leg.direction === 'out' && final === null && at - leg.inviteAt >= 31_900;
    const unacknowledged = is(byeSentAt);
    return silent || unacknowledged
      ? []
      : [`ended by the network at ${at}, but the wire shows nothing of that`];
  }
  return record.endedBy === 'operator' ? [] : [`ended by ${record.endedBy}`];
}

function judgeCall(
  { violate, observer }: Case,
  record: CallRecord,
  legs: readonly LegRecord[],
  transfers: readonly TransferRecord[],
): void {
  const own = legs.filter(({ id, role }) => id.startsWith(`${record.id}-`) && role !== 'monitor');
  const story = own.map(({ sipCallId }) => observer.legs.get(sipCallId ?? '')?.story)[0] ?? null;
  if (own.length !== record.legs)
    violate(story, `ledger: call ${record.id} says ${record.legs} legs, there are ${own.length} records`);
  const asked = transfers.filter(({ id }) => id.startsWith(`${record.id}-t`));
  if (asked.length !== record.transfers)
    violate(
      story,
      `ledger: call ${record.id} says ${record.transfers} transfers, there are ${asked.length} records`,
    );
  const wanted = record.callBackOf === null ? 'in' : 'out';
  const callers = own.filter(({ role, direction }) => direction === wanted && role === 'caller');
  // Who answers a call back that was given up is sent away.
  const caller =
    record.callBackOf === null || record.answeredAt === null ? callers[0] : callers.findLast(isAnswered);
  if (record.callBackOf !== null && record.answeredAt === null) return;
  if (caller !== undefined && caller.answeredAt !== record.answeredAt)
    violate(
      story,
      `ledger: call ${record.id} answered at ${record.answeredAt}, its caller at ${caller.answeredAt}`,
    );
}

function isAnswered({ answeredAt }: LegRecord): boolean {
  return answeredAt !== null;
}
