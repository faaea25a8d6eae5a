import {
  type ClientEffect,
  type ClientInput,
  DELIVER,
  FAILED,
  TIMED_OUT,
  TRANSMIT,
  type Transition,
} from './machine.js';
import type { SipTimers } from './timers.js';

/** States of the non-INVITE client transaction (RFC 3261 Figure 6). */
export type NonInviteClientState =
  | { readonly name: 'trying'; readonly interval: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'terminated' };

type Step = Transition<NonInviteClientState, ClientEffect>;

const PROCEEDING: NonInviteClientState = { name: 'proceeding' };
const COMPLETED: NonInviteClientState = { name: 'completed' };
const TERMINATED: NonInviteClientState = { name: 'terminated' };

export const NON_INVITE_CLIENT_START = (timers: SipTimers): NonInviteClientState => ({
  name: 'trying',
  interval: timers.t1,
});

function onResponse(state: NonInviteClientState, status: number, timers: SipTimers, reliable: boolean): Step {
  if (state.name !== 'trying' && state.name !== 'proceeding') return { state, effects: [] };
  if (status < 200) return { state: PROCEEDING, effects: [DELIVER] };
  const effects: ClientEffect[] = [{ type: 'disarm', timer: 'E' }, { type: 'disarm', timer: 'F' }, DELIVER];
  // Timer K is zero on reliable transports.
  if (reliable) return { state: TERMINATED, effects };
  return { state: COMPLETED, effects: [...effects, { type: 'arm', timer: 'K', after: timers.t4 }] };
}

function onTimer(state: NonInviteClientState, timer: string, timers: SipTimers): Step {
  if (timer === 'E' && state.name === 'trying') {
    const interval = Math.min(state.interval * 2, timers.t2);
    return {
      state: { name: 'trying', interval },
      effects: [TRANSMIT, { type: 'arm', timer: 'E', after: interval }],
    };
  }
  // §17.1.2.2: in Proceeding the request is still retransmitted, every T2.
  if (timer === 'E' && state.name === 'proceeding') {
    return { state, effects: [TRANSMIT, { type: 'arm', timer: 'E', after: timers.t2 }] };
  }
  if (timer === 'F' && (state.name === 'trying' || state.name === 'proceeding')) {
    return { state: TERMINATED, effects: [TIMED_OUT] };
  }
  if (timer === 'K' && state.name === 'completed') return { state: TERMINATED, effects: [] };
  return { state, effects: [] };
}

/** One step of the non-INVITE client transaction. `reliable`: the flow is not UDP. */
export function stepNonInviteClient(
  state: NonInviteClientState,
  input: ClientInput,
  timers: SipTimers,
  reliable: boolean,
): Step {
  switch (input.type) {
    case 'start': {
      const effects: ClientEffect[] = [TRANSMIT, { type: 'arm', timer: 'F', after: timers.timeout }];
      if (!reliable) effects.push({ type: 'arm', timer: 'E', after: timers.t1 });
      return { state, effects };
    }
    case 'response':
      return onResponse(state, input.status, timers, reliable);
    case 'timer':
      return onTimer(state, input.timer, timers);
    case 'transportError':
      return state.name === 'trying' ? { state: TERMINATED, effects: [FAILED] } : { state, effects: [] };
  }
}
