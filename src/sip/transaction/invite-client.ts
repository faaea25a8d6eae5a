import {
  ACKNOWLEDGE,
  type ClientEffect,
  type ClientInput,
  DELIVER,
  FAILED,
  TIMED_OUT,
  TRANSMIT,
  type Transition,
} from './machine.js';
import type { SipTimers } from './timers.js';

/** States of the INVITE client transaction (RFC 3261 Figure 5 with the Accepted state of RFC 6026 §7.2). */
export type InviteClientState =
  | { readonly name: 'calling'; readonly interval: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'accepted' }
  | { readonly name: 'terminated' };

type Step = Transition<InviteClientState, ClientEffect>;

const PROCEEDING: InviteClientState = { name: 'proceeding' };
const COMPLETED: InviteClientState = { name: 'completed' };
const ACCEPTED: InviteClientState = { name: 'accepted' };
const TERMINATED: InviteClientState = { name: 'terminated' };

export const INVITE_CLIENT_START = (timers: SipTimers): InviteClientState => ({
  name: 'calling',
  interval: timers.t1,
});

function onResponse(state: InviteClientState, status: number, timers: SipTimers, reliable: boolean): Step {
  const early = state.name === 'calling' || state.name === 'proceeding';
  if (early && status < 200) {
    // §17.1.1.2: a provisional response stops retransmission and timer B.
    const stop: ClientEffect[] = [{ type: 'disarm', timer: 'A' }, { type: 'disarm', timer: 'B' }, DELIVER];
    return { state: PROCEEDING, effects: state.name === 'calling' ? stop : [DELIVER] };
  }
  const stop: ClientEffect[] = [
    { type: 'disarm', timer: 'A' },
    { type: 'disarm', timer: 'B' },
  ];
  if (early && status < 300) {
    // RFC 6026 §8.4: stay for further 2xx, from a retransmitting or a forked answerer.
    return {
      state: ACCEPTED,
      effects: [...stop, { type: 'arm', timer: 'M', after: timers.timeout }, DELIVER],
    };
  }
  if (early) {
    const finish: ClientEffect[] = [...stop, ACKNOWLEDGE, DELIVER];
    // Timer D is zero on reliable transports.
    if (reliable) return { state: TERMINATED, effects: finish };
    return { state: COMPLETED, effects: [...finish, { type: 'arm', timer: 'D', after: timers.d }] };
  }
  if (state.name === 'completed' && status >= 300) return { state, effects: [ACKNOWLEDGE] };
  if (state.name === 'accepted' && status >= 200 && status < 300) return { state, effects: [DELIVER] };
  return { state, effects: [] };
}

function onTimer(state: InviteClientState, timer: string): Step {
  if (state.name === 'calling' && timer === 'A') {
    const interval = state.interval * 2;
    return {
      state: { name: 'calling', interval },
      effects: [TRANSMIT, { type: 'arm', timer: 'A', after: interval }],
    };
  }
  if (state.name === 'calling' && timer === 'B') return { state: TERMINATED, effects: [TIMED_OUT] };
  if (state.name === 'completed' && timer === 'D') return { state: TERMINATED, effects: [] };
  if (state.name === 'accepted' && timer === 'M') return { state: TERMINATED, effects: [] };
  return { state, effects: [] };
}

/** One step of the INVITE client transaction. `reliable`: the flow is not UDP. */
export function stepInviteClient(
  state: InviteClientState,
  input: ClientInput,
  timers: SipTimers,
  reliable: boolean,
): Step {
  switch (input.type) {
    case 'start': {
      const effects: ClientEffect[] = [TRANSMIT, { type: 'arm', timer: 'B', after: timers.timeout }];
      if (!reliable) effects.push({ type: 'arm', timer: 'A', after: timers.t1 });
      return { state, effects };
    }
    case 'response':
      return onResponse(state, input.status, timers, reliable);
    case 'timer':
      return onTimer(state, input.timer);
    case 'transportError':
      // Only an unanswered request is given up: after a provisional the answer may come over a new connection.
      return state.name === 'calling' ? { state: TERMINATED, effects: [FAILED] } : { state, effects: [] };
  }
}
