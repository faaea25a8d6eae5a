import type { CallRecord } from '../ledger/records.js';

/** Within which a call shall be answered; milliseconds (GB/T 33358). */
const ANSWER_GOAL_MS = 15_000;

/** A call as it is told: with whether it was answered in time, where somebody called us. */
export function measured<T extends Pick<CallRecord, 'outcome' | 'waitMs' | 'callBackOf'>>(
  call: T,
): T & { answeredInTime: boolean } {
  const { outcome, waitMs, callBackOf } = call;
  const answered = outcome === 'answered' && callBackOf === null;
  return { ...call, answeredInTime: answered && waitMs !== null && waitMs <= ANSWER_GOAL_MS };
}
