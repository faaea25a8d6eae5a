import type { CallStory, Stored } from '../query.js';
import type { AuditRecord, LegRecord, LegRole, RecordingRecord, TransferRecord } from '../records.js';
import type { MemberNames, Told } from '../words/told.js';
import { LADDER_WORDS } from './ladder-words.js';

/** Lane of the program itself; those of legs have the leg's id. */
const OUR_LANE = 'onekey';

/** A life line of the ladder: the program, or a party at the other end of a leg. */
export interface LadderLane {
  readonly id: string;
  readonly role: LegRole | typeof OUR_LANE;
  readonly member: string | null;
  readonly agent: string | null;
  /** Of a caller their own number, of others the number that was called. */
  readonly number: string | null;
  /** UTC milliseconds; null for the program, which is there all the time. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

export type LadderEventKind =
  | 'leg-started'
  | 'leg-ringing'
  | 'leg-answered'
  | 'leg-ended'
  | 'transfer-requested'
  | 'transfer-completed'
  | 'transfer-failed'
  | 'recording-started'
  | 'recording-ended'
  | 'audit';

/** One thing that happened. */
export interface LadderEvent {
  /** UTC milliseconds. */
  readonly at: number;
  /** From the start of the call; milliseconds. Negative where clocks were set. */
  readonly afterMs: number;
  readonly kind: LadderEventKind;
  /** Id of the leg, transfer, recording or audit that it is told of. */
  readonly about: string;
  /** Lanes between which a SIP message went, or who asked whom; null where nothing went over the wire. */
  readonly from: string | null;
  readonly to: string | null;
  /** The SIP message, as far as the ledger knows: `INVITE`, `18x`, `200`, `CANCEL`, `BYE`, `486`; else null. */
  readonly message: string | null;
  readonly text: Told;
}

/** A call as its events in the order of time, on lanes as SIP ladders have them. */
export interface Ladder {
  readonly callId: string;
  /** UTC milliseconds. */
  readonly startedAt: number;
  /** Null while the call lives. */
  readonly endedAt: number | null;
  readonly lanes: readonly LadderLane[];
  readonly events: readonly LadderEvent[];
}

/** Events of the same millisecond come in this order. */
const ORDER: readonly LadderEventKind[] = [
  'leg-started',
  'leg-ringing',
  'leg-answered',
  'transfer-requested',
  'transfer-completed',
  'transfer-failed',
  'recording-started',
  'recording-ended',
  'audit',
  'leg-ended',
];

type Rung = Omit<LadderEvent, 'afterMs'>;

/** The ladder of a call. A field of a record that is null makes no event: nothing is guessed. */
export function ladderOf(
  callId: string,
  { call, legs, transfers, recordings }: CallStory,
  audits: readonly Stored<AuditRecord>[],
  names: MemberNames,
): Ladder {
  const rungs = [
    ...legs.flatMap((leg) => legRungs(leg, names)),
    ...transfers.flatMap((transfer) => transferRungs(transfer, names)),
    ...recordings.flatMap(recordingRungs),
    ...audits.map((audit) => auditRung(audit, names)),
  ].sort((a, b) => a.at - b.at || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  const startedAt = call?.startedAt ?? rungs[0]?.at ?? 0;
  return {
    callId,
    startedAt,
    endedAt: call?.endedAt ?? null,
    lanes: [US, ...legs.map(laneOf)],
    events: rungs.map((rung) => ({ ...rung, afterMs: rung.at - startedAt })),
  };
}

const US: LadderLane = {
  id: OUR_LANE,
  role: OUR_LANE,
  member: null,
  agent: null,
  number: null,
  startedAt: null,
  endedAt: null,
};

function laneOf({
  id,
  role,
  member,
  agent,
  callerNumber,
  numberCalled,
  startedAt,
  endedAt,
}: LegRecord): LadderLane {
  const number = role === 'caller' ? callerNumber : numberCalled;
  return { id, role, member, agent, number, startedAt, endedAt };
}

function legRungs(leg: LegRecord, names: MemberNames): Rung[] {
  const inbound = leg.direction === 'in';
  const coming = { from: leg.id, to: OUR_LANE };
  const going = { from: OUR_LANE, to: leg.id };
  const about = leg.id;
  const words = LADDER_WORDS.leg(leg, names);
  const rung = (
    at: number | null,
    kind: LadderEventKind,
    wire: Pick<Rung, 'from' | 'to' | 'message'>,
    text: Told,
  ): Rung[] => (at === null ? [] : [{ at, kind, about, ...wire, text }]);
  const answer = inbound ? going : coming;
  return [
    ...rung(
      leg.startedAt,
      'leg-started',
      { ...(inbound ? coming : going), message: 'INVITE' },
      words.started,
    ),
    ...rung(leg.ringingAt, 'leg-ringing', { ...answer, message: '18x' }, words.ringing),
    ...rung(leg.answeredAt, 'leg-answered', { ...answer, message: '200' }, words.answered),
    ...rung(leg.endedAt, 'leg-ended', endOf(leg, coming, going), words.ended),
  ];
}

type Way = Pick<Rung, 'from' | 'to'>;

/** How the end of a leg went over the wire, as far as the record tells. */
function endOf(leg: LegRecord, coming: Way, going: Way): Pick<Rung, 'from' | 'to' | 'message'> {
  const inbound = leg.direction === 'in';
  const byPeer = leg.endedBy === leg.role;
  // A refusal that crossed our CANCEL.
  const refusedFirst = !inbound && byPeer && leg.sipStatus !== null;
  const quiet = { from: null, to: null, message: null };
  switch (leg.outcome) {
    case 'answered':
      if (leg.endedBy === 'network' || leg.endedBy === 'crash') return quiet;
      return { ...(byPeer ? coming : going), message: 'BYE' };
    case 'rejected':
      if (leg.sipStatus === null) return quiet;
      return { ...(inbound ? going : coming), message: String(leg.sipStatus) };
    case 'cancelled':
      if (refusedFirst) return { ...coming, message: String(leg.sipStatus) };
      return { ...(inbound ? coming : going), message: 'CANCEL' };
    case 'unanswered':
      if (refusedFirst) return { ...coming, message: String(leg.sipStatus) };
      if (!inbound) return { ...going, message: 'CANCEL' };
      return leg.sipStatus === null ? quiet : { ...going, message: String(leg.sipStatus) };
    case 'unreachable':
    case 'interrupted':
      return quiet;
  }
}

function transferRungs(transfer: TransferRecord, names: MemberNames): Rung[] {
  const words = LADDER_WORDS.transfer(transfer, names);
  const { id: about, transferorLeg, targetLeg, transfereeLeg } = transfer;
  const rung = (at: number | null, kind: LadderEventKind, way: Way, text: Told): Rung[] =>
    at === null ? [] : [{ at, kind, about, ...way, message: null, text }];
  const nowhere = { from: null, to: null };
  const asked = transferorLeg === null ? nowhere : { from: transferorLeg, to: OUR_LANE };
  const joined = targetLeg === null ? nowhere : { from: transfereeLeg, to: targetLeg };
  return [
    ...rung(transfer.requestedAt, 'transfer-requested', asked, words.requested),
    ...rung(transfer.completedAt, 'transfer-completed', joined, words.completed),
    ...rung(transfer.failedAt, 'transfer-failed', nowhere, words.failed),
  ];
}

function recordingRungs(recording: RecordingRecord): Rung[] {
  const words = LADDER_WORDS.recording(recording);
  const rest = { about: recording.id, from: null, to: null, message: null };
  return [
    { ...rest, at: recording.startedAt, kind: 'recording-started', text: words.started },
    { ...rest, at: recording.endedAt, kind: 'recording-ended', text: words.ended },
  ];
}

function auditRung(audit: AuditRecord, names: MemberNames): Rung {
  const { id: about, doneAt: at } = audit;
  const text = LADDER_WORDS.audit(audit, names);
  return { at, kind: 'audit', about, from: null, to: null, message: null, text };
}
