import type { Call } from '../call/call.js';
import type { CallBook } from './call-book.js';
import type { LegEvent } from './signalling.js';

type Attended = Extract<LegEvent, { readonly type: 'attended' }>;

/** A REFER that joins two calls is a matter of the one whose caller is no agent, else of the one that it came on. */
export function bringAttended(event: Attended, calls: Pick<CallBook, 'ofLeg'>): void {
  const own = calls.ofLeg(event.asker);
  const other = calls.ofLeg(event.named);
  if (own === undefined) return;
  if (other === undefined || own === other) {
    const { asker: leg, request, cseq, referredBy, subscribes } = event;
    const why =
      other === undefined ? 'The replaced call is over' : 'Replaces names the call that the REFER is in';
    const referTo = { ok: false, status: 403, code: 'unknown-dialog', why } as const;
    return own.dispatch({ type: 'referred', leg, request, cseq, referTo, referredBy, subscribes });
  }
  const main = isOfAgent(own.call) && !isOfAgent(other.call) ? other : own;
  main.dispatch({ ...event, other: null });
}

/** The call was made by an agent, not by a citizen. */
function isOfAgent(call: Call | null): boolean {
  return call?.legs[call.callerLeg]?.mayTransfer === true;
}
