/** Judges queues by the ledger and the wire alone. */
import type { AuditRecord, CallRecord, LedgerRecord, LegRecord } from '../../../src/ledger/records.js';
import type { Traced } from './staff.js';

export interface Played {
  readonly records: readonly LedgerRecord[];
  readonly trace: readonly Traced[];
  readonly callers: number;
  /** Calls that are still up. */
  readonly left: number;
}

export interface Verdict {
  readonly calls: number;
  readonly answered: number;
  readonly abandoned: number;
  /** Answered within 15 s, of those that were answered; 0 to 1. */
  readonly inTime: number;
  readonly medianWaitMs: number;
  readonly longestWaitMs: number;
  /** INVITEs to agents. */
  readonly offers: number;
  /** Agents who were called while another call of theirs was up. */
  readonly rungTwice: readonly string[];
  /** Agents who were called although another of the member had been ready for longer. */
  readonly passedOver: readonly string[];
  /** Calls whose waiting time in the ledger is another than on the wire. */
  readonly otherTimes: readonly string[];
  /** Calls without a record, or still up. */
  readonly lost: number;
}

const GOAL_MS = 15_000;

export function judge({ records, trace, callers, left }: Played): Verdict {
  const calls = records.filter((record): record is CallRecord => record.kind === 'call');
  const legs = records.filter(
    (record): record is LegRecord => record.kind === 'leg' && record.role === 'agent',
  );
  const audits = records.filter((record): record is AuditRecord => record.kind === 'audit');
  const answered = calls.filter(({ outcome }) => outcome === 'answered');
  const waits = answered.map(({ waitMs }) => waitMs ?? 0).sort((a, b) => a - b);
  return {
    calls: calls.length,
    answered: answered.length,
    abandoned: calls.filter(({ outcome }) => outcome === 'abandoned').length,
    inTime: waits.filter((ms) => ms <= GOAL_MS).length / Math.max(1, waits.length),
    medianWaitMs: waits[Math.floor(waits.length / 2)] ?? 0,
    longestWaitMs: waits.at(-1) ?? 0,
    offers: legs.length,
    rungTwice: rungTwice(legs),
    passedOver: passedOver(legs, audits),
    otherTimes: otherTimes(answered, trace),
    lost: callers - calls.length + left,
  };
}

/** What a judge looks at of a leg, wherever it is from. Times are UTC milliseconds. */
export type JudgedLeg = Pick<LegRecord, 'agent' | 'member' | 'callId' | 'startedAt' | 'endedAt'>;
export type JudgedAudit = Pick<AuditRecord, 'subject' | 'detail' | 'doneAt' | 'callId'>;

/** Legs of one agent follow each other; gives those that do not. */
export function rungTwice(legs: readonly JudgedLeg[]): string[] {
  const found: string[] = [];
  const last = new Map<string, JudgedLeg>();
  for (const leg of [...legs].sort((a, b) => a.startedAt - b.startedAt)) {
    const before = last.get(leg.agent ?? '');
    if (before !== undefined && before.endedAt > leg.startedAt)
      found.push(`${leg.agent} in ${before.callId} and ${leg.callId}`);
    last.set(leg.agent ?? '', leg);
  }
  return found;
}

/**
 * When each agent became ready, as the ledger has it in this order, against who was called; gives who was left out. A
 * phone that is still being called off is not free, although its agent is ready again.
 */
export function passedOver(legs: readonly JudgedLeg[], audits: readonly JudgedAudit[]): string[] {
  const members = new Map(legs.map(({ agent, member }) => [agent ?? '', member]));
  const legsOf = new Map<string, JudgedLeg[]>();
  for (const leg of legs) legsOf.set(leg.agent ?? '', [...(legsOf.get(leg.agent ?? '') ?? []), leg]);
  const isCalledOff = (agent: string, at: number): boolean =>
    (legsOf.get(agent) ?? []).some(({ startedAt, endedAt }) => startedAt <= at && endedAt > at);
  const idle = new Map<string, number>();
  const ready = new Set<string>();
  const found: string[] = [];
  for (const { subject, detail, doneAt, callId } of audits) {
    if (detail === null) continue;
    const [from = '', to = ''] = /^(\S+) > (\S+):/.exec(detail)?.slice(1) ?? [];
    if (to === 'ringing' && from === 'ready') {
      const since = idle.get(subject) ?? doneAt;
      for (const other of ready) {
        if (other === subject || members.get(other) !== members.get(subject)) continue;
        if ((idle.get(other) ?? doneAt) < since && !isCalledOff(other, doneAt))
          found.push(`${other} for ${subject} in ${callId}`);
      }
    }
    if (to !== 'ready') ready.delete(subject);
    else {
      ready.add(subject);
      // A turn that came to nothing is not lost.
      if (from !== 'ringing') idle.set(subject, doneAt);
    }
  }
  return found;
}

/** From the caller's INVITE to our 200. */
function otherTimes(answered: readonly CallRecord[], trace: readonly Traced[]): string[] {
  const answers = new Map(trace.filter(({ what }) => what === '200').map(({ leg, at }) => [leg, at]));
  return answered
    .filter(({ id, startedAt, waitMs }) => {
      const at = answers.get(`${id}-1`);
      return at === undefined || waitMs === null || Math.abs(at - startedAt - waitMs) > 1;
    })
    .map(({ id }) => id);
}
