import type { AuditRecord, LedgerRecord, LegRecord, TransferRecord } from '../../../src/ledger/records.js';
import type { CallDraft, Group, LegCourse } from './call-draft.js';
import type { Desks } from './desks.js';
import type { Dice } from './dice.js';
import type { TransferCourse } from './transfers.js';

/** What an agent says a call is about. */
export interface Topic {
  /** Code of the matter; null when the agent named none. */
  readonly matter: string | null;
  readonly note: string | null;
}

/** Who talks with the caller. */
interface Talker {
  readonly desks: Desks;
  readonly leg: string;
  readonly startedAt: number;
  readonly ringingAt: number;
  readonly answeredAt: number;
  readonly transferId: string | null;
}

/** Share of answered calls of which the agent writes a note afterwards. */
const NOTES = 0.01;
const HUNG_UP_BY_CALLER = 0.78;
const MEAN_WAIT_MS = 4200;

/** When the first agent has the call: within fifteen seconds, mostly, unless there are many. */
export function firstAnswer(
  draft: CallDraft,
  dice: Dice,
): { readonly ringingAt: number; readonly answeredAt: number } {
  const { desks, startedAt, press } = draft.visit;
  const mean = MEAN_WAIT_MS * (desks.emergency ? 0.5 : 1) * Math.max(1, press) ** 1.5;
  const ringingAt = startedAt + 60 + dice.below(300);
  return { ringingAt, answeredAt: ringingAt + 700 + Math.round(dice.wait(mean)) };
}

/** A call that an agent takes, and passes on where `transfer` says how. */
export function talk(
  draft: CallDraft,
  dice: Dice,
  transfer: TransferCourse | null,
  topicOf: (desks: Desks, dice: Dice, at: number) => Topic,
): readonly Group[] {
  const { desks, startedAt } = draft.visit;
  const caller = draft.nextLeg();
  const first: Talker = {
    desks,
    leg: draft.nextLeg(),
    startedAt: startedAt + 2,
    ...firstAnswer(draft, dice),
    transferId: null,
  };
  const talkMs = 3000 + Math.round(dice.around(desks.talkSeconds, 0.8) * 1000);

  const groups: Group[] = [];
  let last = first;
  let endedAt = first.answeredAt + talkMs;
  let gone = false;
  if (transfer !== null) {
    const requestedAt = first.answeredAt + Math.round(Math.min(talkMs * 0.8, 5000 + dice.wait(50_000)));
    const moved = move(draft, dice, transfer, {
      caller,
      first,
      requestedAt,
      topic: topicOf(transfer.to, dice, requestedAt),
    });
    groups.push(moved.group);
    gone = transfer.cause === 'hung-up';
    last = moved.target ?? first;
    const { at } = moved.group;
    if (moved.target !== null)
      endedAt = at + 2000 + Math.round(dice.around(transfer.to.talkSeconds, 0.8) * 1000);
    else endedAt = gone ? at : Math.max(endedAt, at + 4000 + Math.round(dice.wait(30_000)));
  }
  groups.push(
    parting(draft, dice, {
      caller,
      first,
      last,
      endedAt,
      byCaller: gone || dice.chance(HUNG_UP_BY_CALLER),
      transfers: transfer === null ? 0 : 1,
      heldMs: transfer?.mode === 'consult' ? transfer.consultMs : 0,
    }),
  );
  if (dice.chance(NOTES))
    groups.push(
      noted(
        draft,
        last.desks,
        topicOf(last.desks, dice, endedAt),
        endedAt + 4000 + Math.round(dice.wait(20_000)),
        dice,
      ),
    );
  return groups;
}

interface Move {
  readonly caller: string;
  readonly first: Talker;
  readonly requestedAt: number;
  readonly topic: Topic;
}

/** The records of a transfer, and who has the caller then when it was completed. */
function move(
  draft: CallDraft,
  dice: Dice,
  course: TransferCourse,
  { caller, first, requestedAt, topic }: Move,
): { readonly group: Group; readonly target: Talker | null } {
  const id = `${draft.id}-t1`;
  const completed = course.outcome === 'completed';
  const targetLeg = completed || course.target !== null ? draft.nextLeg() : null;
  const answeredAt = completed ? requestedAt + course.ringMs : null;
  const doneAt = (answeredAt ?? requestedAt + course.ringMs) + course.consultMs + 1 + dice.below(8);
  const transfer: TransferRecord = {
    kind: 'transfer',
    id,
    callId: draft.id,
    trigger: course.trigger,
    mode: course.mode,
    fromMember: first.desks.id,
    toMember: course.to.id,
    requestedTarget: course.requestedTarget,
    transferorLeg: first.leg,
    transfereeLeg: caller,
    targetLeg,
    requestedAt,
    answeredAt,
    completedAt: completed ? doneAt : null,
    failedAt: completed ? null : doneAt,
    switchMs: completed ? doneAt - requestedAt : null,
    outcome: course.outcome,
    cause: course.cause,
    sipStatus: course.sipStatus,
    ...topic,
  };
  const times = { startedAt: requestedAt + 3, ringingAt: requestedAt + 60 + dice.below(300) };
  if (targetLeg === null) return { group: { at: doneAt, records: [transfer] }, target: null };
  if (answeredAt !== null) {
    const leftAt = doneAt + 5 + dice.below(50);
    const left = legOf(draft, first, { endedAt: leftAt, endedBy: 'us', reason: 'transferred' });
    const target = { desks: course.to, leg: targetLeg, ...times, answeredAt, transferId: id };
    return { group: { at: leftAt, records: [transfer, left] }, target };
  }
  const end = course.target ?? { outcome: 'cancelled', endedBy: 'us', reason: null };
  const ringingAt = times.ringingAt < doneAt && course.cause !== 'unreachable' ? times.ringingAt : null;
  const { sipStatus } = course;
  const failed: LegCourse = { ...times, ringingAt, answeredAt: null, endedAt: doneAt, sipStatus, ...end };
  return {
    group: { at: doneAt, records: [draft.deskLeg(targetLeg, course.to, failed, id), transfer] },
    target: null,
  };
}

interface Parting {
  readonly caller: string;
  readonly first: Talker;
  readonly last: Talker;
  readonly endedAt: number;
  readonly byCaller: boolean;
  readonly transfers: number;
  /** How long the caller was with nobody; milliseconds. */
  readonly heldMs: number;
}

function parting(
  draft: CallDraft,
  dice: Dice,
  { caller, first, last, endedAt, byCaller, transfers, heldMs }: Parting,
): Group {
  const role = last.transferId === null ? 'agent' : 'target';
  const later = endedAt + 5 + dice.below(60);
  const hangsUp = { endedAt, endedBy: byCaller ? 'caller' : role, reason: null } as const;
  const isTold = { endedAt: later, endedBy: 'us', reason: 'other-party-left' } as const;
  const [callerEnd, lastEnd] = byCaller ? [hangsUp, isTold] : [isTold, hangsUp];
  const { startedAt } = draft.visit;
  const callerLeg: LegCourse = {
    startedAt,
    ringingAt: first.ringingAt,
    answeredAt: first.answeredAt,
    outcome: 'answered',
    sipStatus: 200,
    ...callerEnd,
  };
  const call = draft.callRecord({
    answeredAt: first.answeredAt,
    endedAt,
    outcome: 'answered',
    missed: false,
    endedBy: byCaller ? 'caller' : role,
    cause: 'hung-up',
    transfers,
    hops: last === first ? 0 : 1,
    heldMs,
  });
  const records: LedgerRecord[] = [
    draft.callerLeg(caller, callerLeg),
    legOf(draft, last, lastEnd),
    { ...call, lastMember: last.desks.id },
  ];
  return { at: later, records };
}

function legOf(
  draft: CallDraft,
  { desks, leg, startedAt, ringingAt, answeredAt, transferId }: Talker,
  end: Pick<LegRecord, 'endedAt' | 'endedBy' | 'reason'>,
): LegRecord {
  const course: LegCourse = { startedAt, ringingAt, answeredAt, outcome: 'answered', sipStatus: 200, ...end };
  return draft.deskLeg(leg, desks, course, transferId);
}

function noted(draft: CallDraft, desks: Desks, { note }: Topic, at: number, dice: Dice): Group {
  const record: AuditRecord = {
    kind: 'audit',
    id: `a${dice.hex(8)}`,
    doneAt: at,
    actor: `${desks.id}-${dice.one(desks.agents)}`,
    action: 'note-written',
    subject: draft.id,
    callId: draft.id,
    detail: note ?? '已处理完毕',
  };
  return { at, records: [record] };
}
