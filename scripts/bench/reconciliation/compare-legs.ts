/** Ledger and capture, leg by leg, both ways. */
import type { LedgerLeg } from './ledger-legs.js';
import type { WireLeg } from './wire-legs.js';

/** Kinds of times that both know. */
export const TIMES = ['INVITE', 'ring', 'answer', 'end'] as const;
export type TimeKind = (typeof TIMES)[number];

export interface TimeDifference {
  /** How much later the ledger has it; milliseconds. */
  readonly ms: number;
  readonly kind: TimeKind;
  readonly leg: string;
}

export interface LegComparison {
  /** Legs that are in both, and agree in all. */
  readonly agreed: number;
  readonly times: readonly TimeDifference[];
  /** Legs that both sides ended in the same moment: either may be named as the one. */
  readonly crossed: number;
  /** Of each kind, what does not hold; one line for each case. */
  readonly faults: Readonly<Record<FaultKind, readonly string[]>>;
}

const FAULTS = ['missing', 'too many', 'still open', 'ids', 'times', 'status', 'who hung up'] as const;
export type FaultKind = (typeof FAULTS)[number];

/** @param within how far times may be apart; milliseconds */
export function compareLegs(
  wire: readonly WireLeg[],
  ledger: readonly LedgerLeg[],
  within: number,
): LegComparison {
  const faults = Object.fromEntries(FAULTS.map((kind) => [kind, [] as string[]])) as Record<
    FaultKind,
    string[]
  >;
  const times: TimeDifference[] = [];
  const records = new Map<string, LedgerLeg>();
  for (const record of ledger) {
    const callId = record.sipCallId ?? '';
    if (records.has(callId)) faults['too many'].push(`${record.id}: ${callId} has a record already`);
    records.set(callId, record);
  }
  let agreed = 0;
  let crossed = 0;
  const met = new Set<string>();
  for (const leg of wire) {
    const name = nameOf(leg);
    const record = records.get(leg.callId);
    met.add(leg.callId);
    if (record === undefined) {
      faults.missing.push(name);
      continue;
    }
    const found = new Map<FaultKind, string>();
    const ids = idsDiffer(leg, record);
    if (ids !== null) found.set('ids', ids);
    if (leg.status !== record.sipStatus)
      found.set('status', `${leg.status} on the wire, ${record.sipStatus} in the ledger`);
    const ends = endsOf(leg, within);
    if (ends.length === 0) found.set('still open', 'nobody has ended it on the wire');
    if (ends.length > 1) crossed++;
    const meant = ends.filter(({ by }) => sameSide(by, record));
    if (ends.length > 0 && meant.length === 0)
      found.set(
        'who hung up',
        `${ends[0]?.by} on the wire, ${record.endedBy} (${record.role}) in the ledger`,
      );
    const [end] = (meant.length > 0 ? meant : ends).map(({ at }) => at).sort(nearestTo(record.endedAt));
    const differences = timesOf(leg, record, end ?? null).flatMap(([kind, seen, told]) => {
      if (seen !== null && told !== null) return [{ ms: told - seen, kind, leg: name }];
      if (seen !== told) found.set('times', `${kind} ${seen} on the wire, ${told} in the ledger`);
      return [];
    });
    times.push(...differences);
    const far = differences.find(({ ms }) => Math.abs(ms) > within);
    if (far !== undefined) found.set('times', `${far.kind} is ${far.ms.toFixed(1)} ms apart`);
    if (found.size === 0) agreed++;
    for (const [kind, what] of found) faults[kind].push(`${name} (${record.id}): ${what}`);
  }
  for (const [callId, record] of records)
    if (!met.has(callId)) faults['too many'].push(`${record.id}: ${callId} is not on the wire`);
  return { agreed, times, crossed, faults };
}

function nameOf({ callId, direction, peer, number }: WireLeg): string {
  return `${direction} ${peer} ${number} ${callId}`;
}

function idsDiffer(leg: WireLeg, record: LedgerLeg): string | null {
  if (leg.direction !== record.direction)
    return `${leg.direction} on the wire, ${record.direction} in the ledger`;
  return leg.peer === record.peer ? null : `peer ${leg.peer} on the wire, ${record.peer} in the ledger`;
}

interface End {
  readonly by: 'server' | 'peer' | 'nobody';
  readonly at: number;
}

/**
 * Who ended it. Where both did so within that time, what each said may have crossed what the other said: the server had
 * made up its mind before it could hear of it, and either is true.
 */
function endsOf(leg: WireLeg, within: number): readonly End[] {
  const { endedBy, endedAt, byeAt, status, finalAt, cancelledAt } = leg;
  if (endedBy === null || endedAt === null) return [];
  const end = { by: endedBy, at: endedAt };
  const near = (a: number | null | undefined, b: number | null | undefined): boolean =>
    typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= within;
  const cancelCrossed = status !== null && status >= 300 && status !== 487 && near(cancelledAt, finalAt);
  if (!near(byeAt.server, byeAt.peer) && !cancelCrossed) return [end];
  return [end, { by: endedBy === 'server' ? 'peer' : 'server', at: byeAt.peer ?? endedAt }];
}

function sameSide(by: End['by'], { endedBy, role }: LedgerLeg): boolean {
  if (by === 'peer') return endedBy === role;
  return endedBy === 'us' || (by === 'nobody' && endedBy === 'network');
}

function nearestTo(time: number): (a: number, b: number) => number {
  return (a, b) => Math.abs(a - time) - Math.abs(b - time);
}

type TimePair = readonly [kind: TimeKind, wire: number | null, ledger: number | null];

function timesOf(leg: WireLeg, record: LedgerLeg, end: number | null): readonly TimePair[] {
  return [
    ['INVITE', leg.invitedAt, record.startedAt],
    ['ring', leg.rangAt, record.ringingAt],
    ['answer', leg.answeredAt, record.answeredAt],
    ...(end === null ? [] : [['end', end, record.endedAt] as const]),
  ];
}
