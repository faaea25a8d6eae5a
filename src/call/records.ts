/** Ledger records from the state of a call. Nothing is guessed: what was not seen is null. */
import type { MemberId } from '../dialplan/plan.js';
import type {
  AuditRecord,
  CallOutcome,
  CallRecord,
  EndedBy,
  LegOutcome,
  LegRecord,
  TransferOutcome,
  TransferRecord,
} from '../ledger/records.js';
import type { Call, CallBack, Instant, Leg, Transfer } from './call.js';
import { heldUntil } from './held.js';
import { transferOf } from './work.js';

export interface LegEnd {
  readonly endedBy: EndedBy;
  readonly outcome: LegOutcome;
  readonly reason: string | null;
}

/** Clocks of different runs cannot be compared: the duration of a call that outlived one is null. */
function between(from: Instant | null, to: Instant): number | null {
  return from === null || to.mono < from.mono ? null : Math.round(to.mono - from.mono);
}

export function legRecord(
  call: Pick<Call, 'id' | 'callerNumber'>,
  leg: Leg,
  at: Instant,
  end: LegEnd,
): LegRecord {
  return {
    kind: 'leg',
    id: leg.id,
    callId: call.id,
    role: leg.role,
    direction: leg.direction,
    member: leg.member,
    trunk: leg.trunk,
    peer: leg.peer,
    numberDialled: leg.numberDialled,
    numberCalled: leg.numberCalled,
    agent: leg.agent,
    callerNumber: call.callerNumber,
    sipCallId: leg.sipCallId,
    startedAt: leg.startedAt.utc,
    ringingAt: leg.ringingAt?.utc ?? null,
    answeredAt: leg.answeredAt?.utc ?? null,
    endedAt: at.utc,
    durationMs: between(leg.startedAt, at),
    talkMs: between(leg.answeredAt, at),
    outcome: end.outcome,
    endedBy: end.endedBy,
    sipStatus: leg.sipStatus,
    reason: end.reason,
    transferId: leg.transferId,
    media: null,
  };
}

export interface TransferEnd {
  readonly outcome: TransferOutcome;
  readonly cause: string | null;
  readonly sipStatus: number | null;
}

/** A transfer, or the wish for one that named no member. */
export type AskedTransfer = Omit<Transfer, 'toMember'> & { readonly toMember: MemberId | null };

export function transferRecord(
  call: Call,
  transfer: AskedTransfer,
  at: Instant,
  end: TransferEnd,
): TransferRecord {
  const completed = end.outcome === 'completed';
  return {
    kind: 'transfer',
    id: transfer.id,
    callId: call.id,
    trigger: transfer.trigger,
    mode: transfer.mode,
    fromMember: transfer.fromMember,
    toMember: transfer.toMember,
    requestedTarget: transfer.requestedTarget,
    transferorLeg: transfer.transferor,
    transfereeLeg: transfer.transferee,
    targetLeg: transfer.targetLeg,
    requestedAt: transfer.requestedAt.utc,
    answeredAt: transfer.answeredAt?.utc ?? null,
    completedAt: completed ? at.utc : null,
    failedAt: completed ? null : at.utc,
    switchMs: completed ? between(transfer.requestedAt, at) : null,
    outcome: end.outcome,
    cause: end.cause,
    sipStatus: end.sipStatus,
    matter: transfer.matter,
    note: transfer.note,
  };
}

/** The caller has been called back: nobody owes it any more. */
export function calledBack(call: Call, at: Instant, agent: string | null): AuditRecord | null {
  return call.callBack === null ? null : attempt(call, call.callBack, at, 'called-back', agent);
}

/** A call back has come to nothing, and why; null for other calls, and where the caller was reached. */
export function failedCallBack(call: Call, at: Instant, cause: string): AuditRecord | null {
  if (call.callBack === null || call.answeredAt !== null) return null;
  return attempt(call, call.callBack, at, 'call-back-failed', cause);
}

function attempt(
  call: Call,
  { of, by }: CallBack,
  at: Instant,
  action: 'called-back' | 'call-back-failed',
  detail: string | null,
): AuditRecord {
  const id = `${call.id}-${action}`;
  return { kind: 'audit', id, doneAt: at.utc, actor: by, action, subject: of, callId: call.id, detail };
}

function callOutcome(call: Call, cause: string): CallOutcome {
  if (call.answeredAt !== null) return 'answered';
  if (cause === 'abandoned') return 'abandoned';
  if (call.callBack !== null) return 'not-reached';
  return cause === 'all-targets-failed' || cause === 'hunt-timeout' ? 'missed' : 'refused';
}

export function callRecord(call: Call, at: Instant): CallRecord {
  const end = call.end ?? { by: 'network', cause: 'lost', missed: false };
  return {
    kind: 'call',
    id: call.id,
    callerNumber: call.callerNumber,
    firstDialled: call.dialled,
    firstMember: call.member,
    lastMember: call.lastMember,
    trunk: call.trunk,
    startedAt: call.startedAt.utc,
    answeredAt: call.answeredAt?.utc ?? null,
    endedAt: at.utc,
    durationMs: between(call.startedAt, at),
    waitMs: between(call.startedAt, call.answeredAt ?? at),
    outcome: callOutcome(call, end.cause),
    endedBy: end.by,
    missed: end.missed,
    cause: end.cause,
    legs: call.legsMade,
    transfers: call.transfersAsked,
    planVersion: call.planVersion,
    hops: call.hops,
    heldMs: call.answeredAt === null ? null : heldUntil(call, at),
    callBackOf: call.callBack?.of ?? null,
  };
}

export type InterruptedRecord = CallRecord | LegRecord | TransferRecord | AuditRecord;

/** The records of a call that a crash cut off: every leg still open, the open transfer, and the call itself. */
export function interruptedRecords(call: Call, utc: number): InterruptedRecord[] {
  // The monotonic clock started anew with the new process; a value below every old one makes durations null.
  const at: Instant = { utc, mono: Number.NEGATIVE_INFINITY };
  const records: InterruptedRecord[] = [];
  for (const leg of Object.values(call.legs)) {
    if (leg.state === 'ended') continue;
    records.push(legRecord(call, leg, at, { endedBy: 'crash', outcome: 'interrupted', reason: null }));
  }
  const transfer = transferOf(call);
  if (transfer !== null) {
    records.push(
      transferRecord(call, transfer, at, { outcome: 'interrupted', cause: 'restart', sipStatus: null }),
    );
  }
  if (call.end !== null) {
    // Its parties had parted; only the wire had not settled.
    records.push(callRecord(call, call.end.at));
    return records;
  }
  const attempt = failedCallBack(call, at, 'restart');
  if (attempt !== null) records.push(attempt);
  records.push({
    ...callRecord(call, at),
    outcome: 'interrupted',
    endedBy: 'crash',
    cause: 'restart',
    // Who was called back and not reached is on the list still, by the call that was missed.
    missed: call.answeredAt === null && attempt === null,
    waitMs: call.answeredAt === null ? null : between(call.startedAt, call.answeredAt),
  });
  return records;
}
