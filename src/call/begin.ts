/** The beginning of a call. */
import { heard } from './anchored.js';
import type { Call } from './call.js';
import { closeIfOver, endCall } from './ending.js';
import type { CallEventOf } from './event.js';
import { newHunt, withFallbacks } from './hunt.js';
import { inboundLeg } from './legs.js';
import { seek } from './progress.js';
import type { Routing } from './routing.js';
import type { StepResult } from './step.js';
import { Work } from './work.js';

/** The first event of a call: an INVITE of a known source. */
export function begin(event: CallEventOf<'invited'>, routing: Routing): StepResult {
  const caller = inboundLeg(event.at, event, {
    id: `${event.callId}-1`,
    role: 'caller',
    member: event.callerMember,
    numberDialled: event.dialled,
    numberCalled: (event.member === null ? undefined : routing.member(event.member)?.number) ?? event.dialled,
    agent: event.agent,
  });
  const call: Call = {
    id: event.callId,
    planVersion: event.planVersion,
    startedAt: event.at,
    answeredAt: null,
    dialled: event.dialled,
    member: event.member,
    callerNumber: event.callerNumber,
    callerName: event.callerName,
    callerLeg: caller.id,
    trunk: event.trunk,
    lastMember: null,
    visited: [],
    carried: event.carried,
    maxForwards: Math.max(0, event.maxForwards - 1),
    keys: null,
    callBack: null,
    phase: { name: 'seeking', caller: caller.id, hunt: newHunt([]) },
    legs: { [caller.id]: caller },
    subscriptions: [],
    legsMade: 1,
    ticketsMade: 0,
    transfersAsked: 0,
    hops: 0,
    end: null,
  };
  const w = new Work(call, event.at, routing);
  w.publish(
    'call-started',
    { legId: caller.id },
    {
      member: event.member,
      dialled: event.dialled,
      caller: event.callerNumber,
    },
  );
  if (event.refuse !== null || event.member === null) {
    const { status, cause } = event.refuse ?? { status: 404, cause: 'unknown-number' };
    const missed = event.member !== null;
    endCall(w, { by: 'us', cause, missed, leave: 'refused', status });
  } else if (event.maxForwards === 0) {
    // Whoever forwarded it so often sends it in a circle: the caller's own call is further up and goes on there.
    endCall(w, { by: 'us', cause: 'too-many-hops', missed: false, leave: 'too-many-hops', status: 483 });
  } else {
    const { maxHuntMs, maxCallMs } = routing.limits;
    w.emit({ type: 'start-timer', timer: 'hunt', ms: maxHuntMs });
    if (maxCallMs > 0) w.emit({ type: 'start-timer', timer: 'limit', ms: maxCallMs });
    heard(w, caller.id, event.offer, 'offer');
    seek(w, caller.id, withFallbacks(w, event.member));
  }
  closeIfOver(w);
  return { call: w.call, commands: w.commands };
}
