import type { AuditRecord, CallRecord, LedgerRecord, LegRecord, TransferRecord } from '../records.js';
import { bucketOf, SWITCH_BOUNDS_MS, WAIT_BOUNDS_MS } from './buckets.js';
import { type CubeName, PASSED_ON } from './cubes.js';
import { type Hour, hourOf } from './hours.js';

/** What one record adds to one row of the statistics. */
export interface Contribution {
  readonly cube: CubeName;
  readonly hour: Hour;
  /** In the order of the cube's keys. */
  readonly keys: readonly (string | number)[];
  /** Sums to add to; whole numbers above 0. */
  readonly add: Readonly<Record<string, number>>;
}

/** Within which a call shall be answered; milliseconds (GB/T 33358). */
export const ANSWER_GOAL_MS = 15_000;
/** Stands for no member. */
export const NOBODY = '';
/** No time that was measured is longer: 115 days. Keeps sums within what a number holds, whatever a record says. */
const LONGEST_MS = 10_000_000_000;
const MOST_MOVES = 3;

/**
 * What a record adds to the statistics. It depends on nothing but the record, so that statistics are the same in whatever
 * order and portions the records came, and can be made anew at any time. Nothing that says who called or who answered goes
 * in. A record that somebody has changed to what none can be adds nothing, or less; it never throws.
 *
 * Which hour: the one in which the call began, the leg began or the transfer was asked for, also when it ended in another
 * one or in the next month: the sums of a month are then found in two files, and are added up by who reads them.
 *
 * Which member:
 * - A call is offered to the member first called, and is answered, abandoned, unanswered, refused or interrupted there,
 *   whoever answered in the end. It counts as answered as soon as anybody has answered, also when it was cut off later.
 *   Its wait is the time from INVITE to answer, with what was spent in queues. Calls to numbers of nobody are no member's
 *   and are found among the causes; calls of agents that became part of another call (`merged`) are none of a caller.
 * - A call back is offered to nobody: it is one that the member first called has made, and the caller was reached or not.
 * - Who rang and who took a call is the member of the leg: a call that 12345 could not take and 110 did is offered to
 *   12345 and taken by 110. Talk lasts from answer to end of an agent's leg, hold included; a caller's hold is the
 *   call's, and so of the member first called.
 * - A transfer is `out` of the member that asked for it and `in` to the member that was asked for; the time to switch is
 *   that of the one that asked.
 */
export function contributionsOf(record: LedgerRecord): readonly Contribution[] {
  return counted(record).filter(({ hour }) => Number.isFinite(hour));
}

function counted(record: LedgerRecord): readonly Contribution[] {
  switch (record.kind) {
    case 'call':
      return ofCall(record);
    case 'leg':
      return ofLeg(record);
    case 'transfer':
      return ofTransfer(record);
    case 'audit':
      return ofAudit(record);
    case 'recording':
      return [];
  }
}

function ofCall(call: CallRecord): readonly Contribution[] {
  if (call.cause === 'merged') return [];
  const hour = hourOf(call.startedAt);
  const keys = [call.firstMember ?? NOBODY];
  const answered = call.answeredAt !== null || call.outcome === 'answered';
  const contributions: Contribution[] = [];
  if (call.firstMember !== null && call.callBackOf !== null) {
    const add = { called_back: 1, ...(answered ? { reached_back: 1 } : {}) };
    contributions.push({ cube: 'members', hour, keys, add });
  } else if (call.firstMember !== null) {
    const add = { offered: 1, ...(call.missed ? { missed: 1 } : {}), ...(answered ? got(call) : lost(call)) };
    contributions.push({ cube: 'members', hour, keys, add });
  }
  if (call.cause !== null && !(answered && call.cause === 'hung-up'))
    contributions.push(cause('call', hour, call.firstMember, call.outcome, call.cause));
  return contributions;
}

/** Of a call that somebody answered. */
function got({ waitMs, heldMs, hops }: CallRecord): Readonly<Record<string, number>> {
  const wait = length(waitMs);
  const held = length(heldMs);
  return {
    answered: 1,
    ...(wait === null ? {} : { waits: 1, wait_ms: wait, [`wait_${bucketOf(WAIT_BOUNDS_MS, wait)}`]: 1 }),
    ...(wait !== null && wait <= ANSWER_GOAL_MS ? { in_time: 1 } : {}),
    ...(held === null || held === 0 ? {} : { held: 1, held_ms: held }),
    ...(hops === null ? {} : { [`moved_${Math.min(Math.max(0, Math.trunc(hops)), MOST_MOVES)}`]: 1 }),
  };
}

const LOST: Readonly<Record<string, string>> = {
  missed: 'unanswered',
  abandoned: 'abandoned',
  refused: 'refused',
};

/** Of a call that nobody answered. */
function lost({ outcome, waitMs }: CallRecord): Readonly<Record<string, number>> {
  const wait = length(waitMs);
  return {
    [LOST[outcome] ?? 'interrupted']: 1,
    ...(wait === null ? {} : { lost_waits: 1, lost_wait_ms: wait }),
  };
}

function ofLeg(leg: LegRecord): readonly Contribution[] {
  const { member, role, direction, outcome, sipStatus } = leg;
  // Only desks are a member's.
  if (member === null || (role !== 'agent' && role !== 'target')) return [];
  const hour = hourOf(leg.startedAt);
  const talk = length(leg.talkMs);
  const called = direction === 'out' ? { rang: 1, ...(leg.answeredAt === null ? {} : { taken: 1 }) } : {};
  const add = { ...called, ...(talk === null ? {} : { talks: 1, talk_ms: talk }) };
  const contributions: Contribution[] = [];
  if (Object.keys(add).length > 0) contributions.push({ cube: 'members', hour, keys: [member], add });
  if (outcome !== 'answered' && outcome !== 'cancelled')
    contributions.push(cause('leg', hour, member, outcome, sipStatus === null ? 'none' : String(sipStatus)));
  return contributions;
}

function ofTransfer(transfer: TransferRecord): readonly Contribution[] {
  const { fromMember: from, toMember: to, matter } = transfer;
  const hour = hourOf(transfer.requestedAt);
  const outcome =
    transfer.mode === 'alert' && transfer.outcome === 'completed' ? 'alerted' : transfer.outcome;
  if (!PASSED_ON.includes(outcome)) return [];
  const done = outcome === 'completed' || outcome === 'alerted';
  const ms = outcome === 'completed' ? length(transfer.switchMs) : null;
  const contributions: Contribution[] = [
    {
      cube: 'matrix',
      hour,
      keys: [from ?? NOBODY, to ?? NOBODY, outcome],
      add: { transfers: 1, ...(ms === null ? {} : { switched: 1, switch_ms: ms }) },
    },
  ];
  if (from !== null) {
    const switched: Readonly<Record<string, number>> = ms === null ? {} : { switches: 1, switch_ms: ms };
    contributions.push({ cube: 'members', hour, keys: [from], add: { [`out_${outcome}`]: 1, ...switched } });
  }
  if (to !== null) contributions.push({ cube: 'members', hour, keys: [to], add: { [`in_${outcome}`]: 1 } });
  if (ms !== null) {
    const keys = [from ?? NOBODY, bucketOf(SWITCH_BOUNDS_MS, ms)];
    contributions.push({ cube: 'switches', hour, keys, add: { switches: 1 } });
  }
  if (matter !== null && matter !== '') {
    const add = { asked: 1, ...(done ? { completed: 1 } : {}) };
    contributions.push({ cube: 'matters', hour, keys: [matter, from ?? NOBODY], add });
  }
  if (transfer.cause !== null) contributions.push(cause('transfer', hour, from, outcome, transfer.cause));
  return contributions;
}

/**
 * Somebody has noted that a caller was called back by other means; the note does not say for which member. Where we have
 * made the call, its own record counts.
 */
function ofAudit({ action, doneAt, subject, callId }: AuditRecord): readonly Contribution[] {
  if (action !== 'called-back' || callId !== subject) return [];
  return [{ cube: 'members', hour: hourOf(doneAt), keys: [NOBODY], add: { noted_back: 1 } }];
}

function cause(
  kind: LedgerRecord['kind'],
  hour: Hour,
  member: string | null,
  outcome: string,
  why: string,
): Contribution {
  return { cube: 'causes', hour, keys: [kind, member ?? NOBODY, outcome, why], add: { times: 1 } };
}

/** A duration as it is summed: whole milliseconds; null when it was not measured. */
function length(ms: number | null): number | null {
  return ms === null || !Number.isFinite(ms) ? null : Math.min(Math.max(0, Math.round(ms)), LONGEST_MS);
}
