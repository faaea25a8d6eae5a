/** What the ledger tells of queues, held against what was on the wire. */
import * as z from 'zod';
import { type JudgedAudit, type JudgedLeg, passedOver, rungTwice } from '../../test/sim/queues/judge.js';
import type { Wire, WireLeg } from './queue-wire.js';

const time = z.coerce.date().transform((date) => date.getTime());

/** Of the listing of calls, with the figure of the 15 s goal. */
export const toldCall = z.object({
  callerNumber: z.string().nullable(),
  firstMember: z.string().nullable(),
  outcome: z.string(),
  waitMs: z.number().nullable(),
  answeredInTime: z.boolean(),
});
export const toldLeg = z.object({
  role: z.string(),
  agent: z.string().nullable(),
  member: z.string().nullable(),
  callId: z.string(),
  startedAt: time,
  endedAt: time,
});
export const toldAudit = z.object({
  seq: z.number(),
  subject: z.string(),
  detail: z.string().nullable(),
  callId: z.string().nullable(),
  doneAt: time,
});

export interface Told {
  readonly calls: readonly z.output<typeof toldCall>[];
  readonly legs: readonly (JudgedLeg & { readonly role: string })[];
  readonly audits: readonly (JudgedAudit & { readonly seq: number })[];
}

export interface QueueVerdict {
  readonly answered: number;
  readonly abandoned: number;
  /** Sorted, milliseconds, of answered calls on the wire. */
  readonly waits: readonly number[];
  /** How far the ledger's waiting times are from those of the wire; sorted, milliseconds. */
  readonly differences: readonly number[];
  readonly inTime: { readonly told: number; readonly wire: number };
  /** Of each kind, what does not hold; one line for each case. */
  readonly faults: Readonly<Record<string, readonly string[]>>;
  readonly offers: { readonly told: number; readonly wire: number };
}

/** Within which a call shall be answered (GB/T 33358); milliseconds. */
const GOAL_MS = 15_000;

/**
 * @param within how far times may differ, milliseconds: the server hears an INVITE after the kernel, and says 200 before
 */
export function judgeQueues(
  { calls, legs, audits }: Told,
  wire: Wire,
  callers: number,
  within: number,
): QueueVerdict {
  const agents = legs.filter(({ role }) => role === 'agent');
  const answered = [...wire.calls.values()].filter(({ answeredAt }) => answeredAt !== null);
  const waits = answered
    .map(({ answeredAt, invitedAt }) => (answeredAt ?? 0) - invitedAt)
    .sort((a, b) => a - b);
  const differences: number[] = [];
  const otherTimes: string[] = [];
  const otherGoal: string[] = [];
  const otherEnds: string[] = [];
  for (const { callerNumber, outcome, waitMs, answeredInTime } of calls) {
    const seen = wire.calls.get(callerNumber ?? '');
    if (seen === undefined) {
      otherEnds.push(`${callerNumber} in the ledger alone`);
      continue;
    }
    const { answeredAt, invitedAt } = seen;
    if ((outcome === 'answered') !== (answeredAt !== null)) otherEnds.push(`${callerNumber} ${outcome}`);
    if (answeredAt === null || outcome !== 'answered') continue;
    const waited = answeredAt - invitedAt;
    const difference = Math.abs(waited - (waitMs ?? Number.POSITIVE_INFINITY));
    differences.push(difference);
    if (difference > within) otherTimes.push(`${callerNumber} ${waitMs} instead of ${waited.toFixed(1)} ms`);
    const close = Math.abs(waited - GOAL_MS) <= within;
    if (answeredInTime !== waited <= GOAL_MS && !close)
      otherGoal.push(`${callerNumber} ${waited.toFixed(1)} ms`);
  }
  const told = new Set(calls.map(({ callerNumber }) => callerNumber));
  const missing = [...wire.calls.keys()].filter((number) => !told.has(number));
  return {
    answered: answered.length,
    abandoned: [...wire.calls.values()].filter(
      ({ answeredAt, cancelled }) => answeredAt === null && cancelled,
    ).length,
    waits,
    differences: differences.sort((a, b) => a - b),
    inTime: {
      told: calls.filter(({ answeredInTime }) => answeredInTime).length,
      wire: waits.filter((ms) => ms <= GOAL_MS).length,
    },
    offers: { told: agents.length, wire: wire.legs.length },
    faults: {
      'calls missing': [
        ...missing.map((number) => `${number} not in the ledger`),
        ...(wire.calls.size === callers ? [] : [`${wire.calls.size} of ${callers} on the wire`]),
        ...(calls.length === callers ? [] : [`${calls.length} of ${callers} in the ledger`]),
      ],
      'other ends': otherEnds,
      'other times': otherTimes,
      'other 15 s': otherGoal,
      'rung twice (ledger)': rungTwice(agents),
      'rung twice (wire)': rungTwiceOnWire(wire.legs),
      'passed over': passedOver(
        agents,
        [...audits].sort((a, b) => a.seq - b.seq),
      ),
      'offers differ': agents.length === wire.legs.length ? [] : [`${agents.length} and ${wire.legs.length}`],
    },
  };
}

/** A phone was called before its last call had ended on the wire. */
function rungTwiceOnWire(legs: readonly WireLeg[]): string[] {
  const found: string[] = [];
  const last = new Map<string, WireLeg>();
  for (const leg of legs) {
    const before = last.get(leg.agent);
    if (before !== undefined && (before.endedAt === null || before.endedAt > leg.startedAt))
      found.push(`${leg.agent} in ${before.callId} and ${leg.callId}`);
    last.set(leg.agent, leg);
  }
  return found;
}
