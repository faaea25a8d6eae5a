/** The beginning of a call that we make to somebody whom nobody had answered. */
import type { Call } from './call.js';
import { callAgent } from './call-back.js';
import { closeIfOver } from './ending.js';
import type { CallEventOf } from './event.js';
import { newHunt } from './hunt.js';
import type { Routing } from './routing.js';
import type { StepResult } from './step.js';
import { Work } from './work.js';

/** Max-Forwards of a request that begins here (RFC 3261 §8.1.1.6), less the hop to us that others count. */
const HOPS = 69;

/** The first event of a call back. */
export function beginCallBack(event: CallEventOf<'call-back-requested'>, routing: Routing): StepResult {
  const { callId, member, callerNumber, missedCall, by, phones, ways } = event;
  const call: Call = {
    id: callId,
    planVersion: event.planVersion,
    startedAt: event.at,
    answeredAt: null,
    dialled: routing.member(member)?.number ?? member,
    member,
    callerNumber,
    callerName: null,
    callerLeg: `${callId}-1`,
    trunk: null,
    lastMember: null,
    visited: [],
    carried: { headers: {}, bodies: [] },
    maxForwards: HOPS,
    keys: null,
    callBack: { of: missedCall, by, ways },
    phase: { name: 'calling-agent', hunt: newHunt([]) },
    legs: {},
    subscriptions: [],
    legsMade: 0,
    ticketsMade: 0,
    transfersAsked: 0,
    hops: 0,
    end: null,
  };
  const w = new Work(call, event.at, routing);
  w.publish(
    'call-started',
    {},
    { member, dialled: call.dialled, caller: callerNumber, callBackOf: missedCall },
  );
  const { maxCallMs } = routing.limits;
  if (maxCallMs > 0) w.emit({ type: 'start-timer', timer: 'limit', ms: maxCallMs });
  callAgent(w, phones);
  closeIfOver(w);
  return { call: w.call, commands: w.commands };
}
