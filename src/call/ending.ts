/** The end of a call: everybody is released once, and told why where there is a way to tell. */
import type { CallRecord } from '../ledger/records.js';
import type { EndedBy, LeaveCause } from './call.js';
import { closeExchangesWith } from './exchange.js';
import { letGo } from './notify.js';
import { callRecord, failedCallBack } from './records.js';
import { isGone, type Work } from './work.js';

export interface CallEnd {
  readonly by: EndedBy;
  /** Machine-readable: `hung-up`, `abandoned`, `all-targets-failed`, `limit`, ... */
  readonly cause: string;
  readonly missed: boolean;
  /** What the legs that are still there are told. */
  readonly leave: LeaveCause;
  /** What a caller who was not answered yet, or a transferor who waits for the outcome, is told. Default 487. */
  readonly status?: number;
}

/** Start ending the call: everybody who is still there is let go. */
export function endCall(w: Work, end: CallEnd): void {
  if (w.call.phase.name === 'ending' || w.call.phase.name === 'ended') return;
  w.patch({ end: { by: end.by, cause: end.cause, missed: end.missed, at: w.at } });
  const attempt = failedCallBack(w.call, w.at, end.cause);
  if (attempt !== null) w.emit({ type: 'write', record: attempt });
  if (w.call.phase.name === 'announcing') w.emit({ type: 'stop-timer', timer: 'announcement' });
  w.setPhase({ name: 'ending' });
  w.emit({ type: 'stop-timer', timer: 'hunt' });
  w.emit({ type: 'stop-timer', timer: 'limit' });
  if (w.call.keys !== null) w.emit({ type: 'stop-timer', timer: 'keys' });
  w.patch({ keys: null });
  for (const id of Object.keys(w.call.legs)) {
    letGo(w, id, end.status ?? 487, end.leave);
  }
  // Whoever waits for the answer to its final NOTIFY is not kept waiting for that to an offer of its own.
  for (const leg of Object.values(w.call.legs)) if (isGone(leg)) closeExchangesWith(w, leg.id);
}

/** When the last leg of an ending call is gone, write the call itself and forget it. */
export function closeIfOver(w: Work): void {
  if (w.call.phase.name !== 'ending') return;
  if (Object.values(w.call.legs).some((leg) => leg.state !== 'ended')) return;
  w.setPhase({ name: 'ended' });
  const record = callRecord(w.call, w.call.end?.at ?? w.at);
  w.emit({ type: 'write', record });
  publishEnd(w, record);
  w.emit({ type: 'forget' });
}

/** Tell whoever watches that a call has ended: this one, or another that has become part of it. */
export function publishEnd(w: Work, record: CallRecord): void {
  const { id: call, outcome, endedBy, cause, missed } = record;
  const goesOnAs = call === w.call.id ? null : w.call.id;
  const detail = { outcome, endedBy, cause, missed, goesOnAs };
  w.emit({
    type: 'publish',
    call,
    event: { type: 'call-ended', legId: null, transferId: null, detail },
  });
}
