import type { CallRecord, LedgerRecord, LegRecord, TransferRecord } from '../../../../src/ledger/records.js';
import { auditRecord, callRecord, legRecord, transferRecord } from '../records.js';

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const MEMBERS = ['police-110', 'city-12345', 'youth-12355', 'health-12356'] as const;
const MATTERS = ['water-01', '治安-03', 'heating-02', null, null, ''] as const;

/** Records of all kinds that hold anything, over `days` from `from`. */
export function someRecords(
  seed: number,
  count: number,
  from: number,
  days: number,
): readonly LedgerRecord[] {
  const next = dice(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)] as T;
  const time = (): number => from + Math.floor(next() * days * 86_400_000);
  const span = (longest: number): number | null => (next() < 0.1 ? null : next() ** 3 * longest);
  const member = (): string | null => (next() < 0.05 ? null : one(MEMBERS));

  const call = (id: string): CallRecord => {
    const startedAt = time();
    const outcome = one([
      'answered',
      'answered',
      'answered',
      'missed',
      'abandoned',
      'refused',
      'interrupted',
    ] as const);
    const answered = outcome === 'answered' || (outcome === 'interrupted' && next() < 0.5);
    return callRecord(id, {
      startedAt,
      firstMember: member(),
      outcome,
      answeredAt: answered ? startedAt + 3000 : null,
      waitMs: next() < 0.1 ? one([0, 15_000, 15_000.4, 15_001, 600_000]) : span(700_000),
      heldMs: answered ? span(90_000) : null,
      hops: next() < 0.1 ? null : Math.floor(next() * 6),
      missed: next() < 0.2,
      callBackOf: next() < 0.1 ? 'call-0' : null,
      cause: one(['hung-up', 'abandoned', 'all-targets-failed', 'closed', 'merged', null]),
    });
  };
  const leg = (id: string): LegRecord => {
    const answered = next() < 0.7;
    return legRecord(id, {
      startedAt: time(),
      role: one(['caller', 'agent', 'target'] as const),
      direction: next() < 0.9 ? 'out' : 'in',
      member: member(),
      answeredAt: answered ? 1 : null,
      talkMs: answered ? span(1_000_000) : null,
      outcome: answered ? 'answered' : one(['rejected', 'unanswered', 'cancelled', 'unreachable'] as const),
      sipStatus: one([200, 480, 486, 603, null]),
    });
  };
  const transfer = (id: string): TransferRecord => {
    const outcome = one([
      'completed',
      'completed',
      'completed',
      'failed',
      'refused',
      'abandoned',
      'interrupted',
    ] as const);
    return transferRecord(id, {
      requestedAt: time(),
      mode: one(['blind', 'consult', 'conference', 'alert'] as const),
      fromMember: member(),
      toMember: member(),
      outcome,
      switchMs: outcome === 'completed' ? span(120_000) : null,
      cause: outcome === 'completed' ? null : one(['busy', 'no-answer', 'closed', 'hung-up']),
      matter: one(MATTERS),
    });
  };
  return Array.from({ length: count }, (_, i) => {
    const kind = next();
    if (kind < 0.35) return call(`call-${i}`);
    if (kind < 0.75) return leg(`leg-${i}`);
    if (kind < 0.97) return transfer(`transfer-${i}`);
    const action = one(['called-back', 'recording-played'] as const);
    return auditRecord(`audit-${i}`, { doneAt: time(), action, subject: one(['call-1', 'call-2']) });
  });
}
