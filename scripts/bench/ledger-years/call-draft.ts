import type { CallRecord, LedgerRecord, LegRecord, MediaFigures } from '../../../src/ledger/records.js';
import type { Alliance, Desks } from './desks.js';
import type { Dice } from './dice.js';

/** Records that are given to the ledger together. */
export interface Group {
  /** When; UTC milliseconds. */
  readonly at: number;
  readonly records: readonly LedgerRecord[];
}

/** A call that is to be made up. */
export interface Visit {
  readonly desks: Desks;
  /** UTC milliseconds. */
  readonly startedAt: number;
  /** How many times the usual number of calls there are now: the more, the longer they wait. */
  readonly press: number;
}

/** What a leg goes through. */
export interface LegCourse {
  readonly startedAt: number;
  readonly ringingAt: number | null;
  readonly answeredAt: number | null;
  readonly endedAt: number;
  readonly outcome: LegRecord['outcome'];
  readonly endedBy: LegRecord['endedBy'];
  readonly sipStatus: number | null;
  readonly reason: string | null;
}

/** How a call ends. */
export type CallEnd = Pick<
  CallRecord,
  'answeredAt' | 'endedAt' | 'outcome' | 'missed' | 'endedBy' | 'cause' | 'transfers' | 'hops' | 'heldMs'
>;

/** Share of calls whose audio goes through a media server. */
const ANCHORED = 0.6;
const PACKET_MS = 20;

/** One call while it is made up: what its records have in common. */
export class CallDraft {
  readonly id: string;
  readonly #anchored: boolean;
  #legs = 0;

  constructor(
    readonly visit: Visit,
    private readonly callerNumber: string | null,
    private readonly alliance: Alliance,
    private readonly dice: Dice,
  ) {
    this.id = visit.startedAt.toString(36).padStart(9, '0') + dice.base36(8);
    this.#anchored = dice.chance(ANCHORED);
  }

  /** Id of one more leg. */
  nextLeg(): string {
    this.#legs += 1;
    return `${this.id}-${this.#legs}`;
  }

  callerLeg(id: string, course: LegCourse): LegRecord {
    const { number } = this.visit.desks;
    return {
      kind: 'leg',
      id,
      callId: this.id,
      role: 'caller',
      direction: 'in',
      member: null,
      trunk: this.alliance.carrier.trunk,
      peer: this.alliance.carrier.peer,
      numberDialled: number,
      numberCalled: number,
      agent: null,
      sipCallId: `${this.dice.hex(4)}@10.20.0.${1 + this.dice.below(8)}`,
      ...this.#measured(course),
      transferId: null,
    };
  }

  /** A leg to an agent of a member; of a transfer when that has an id. */
  deskLeg(id: string, desks: Desks, course: LegCourse, transferId: string | null): LegRecord {
    return {
      kind: 'leg',
      id,
      callId: this.id,
      role: transferId === null ? 'agent' : 'target',
      direction: 'out',
      member: desks.id,
      trunk: desks.trunk,
      peer: desks.peer,
      numberDialled: desks.number,
      numberCalled: this.dice.one(desks.queues),
      agent: course.answeredAt === null ? null : this.dice.one(desks.agents),
      sipCallId: this.dice.hex(8),
      ...this.#measured(course),
      transferId,
    };
  }

  callRecord(end: CallEnd): CallRecord {
    const { desks, startedAt } = this.visit;
    return {
      kind: 'call',
      id: this.id,
      callerNumber: this.callerNumber,
      firstDialled: desks.number,
      firstMember: desks.id,
      lastMember: end.answeredAt === null ? null : desks.id,
      trunk: this.alliance.carrier.trunk,
      startedAt,
      ...end,
      durationMs: end.endedAt - startedAt,
      waitMs: (end.answeredAt ?? end.endedAt) - startedAt,
      legs: this.#legs,
      planVersion: this.alliance.planVersion,
      callBackOf: null,
    };
  }

  #measured(course: LegCourse) {
    const { startedAt, answeredAt, endedAt } = course;
    const talkMs = answeredAt === null ? null : endedAt - answeredAt;
    return {
      ...course,
      callerNumber: this.callerNumber,
      durationMs: endedAt - startedAt,
      talkMs,
      media: talkMs === null || !this.#anchored ? null : this.#figures(talkMs),
    };
  }

  #figures(talkMs: number): MediaFigures {
    const sent = Math.round(talkMs / PACKET_MS);
    const lost = this.dice.chance(0.2) ? Math.round(sent * this.dice.wait(0.004)) : 0;
    return {
      packetsReceived: Math.max(0, sent - lost),
      packetsSent: sent,
      packetsLost: lost,
      jitterMs: Math.round(this.dice.around(1.2, 0.9) * 10) / 10,
    };
  }
}
