import {
  FAILED,
  REFUSED,
  type ServerEffect,
  type ServerInput,
  TIMED_OUT,
  TRANSMIT,
  type Transition,
} from './machine.js';
import type { SipTimers } from './timers.js';

/** States of the INVITE server transaction (RFC 3261 Figure 7 with the Accepted state of RFC 6026 §7.1). */
export type InviteServerState =
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed'; readonly interval: number }
  | { readonly name: 'confirmed' }
  | { readonly name: 'accepted' }
  | { readonly name: 'terminated' };

type Step = Transition<InviteServerState, ServerEffect>;

const CONFIRMED: InviteServerState = { name: 'confirmed' };
const ACCEPTED: InviteServerState = { name: 'accepted' };
const TERMINATED: InviteServerState = { name: 'terminated' };

export const INVITE_SERVER_START: InviteServerState = { name: 'proceeding' };

function onRespond(state: InviteServerState, status: number, timers: SipTimers, reliable: boolean): Step {
  // RFC 6026 §7.1: in Accepted the transaction user may send the 2xx again.
  if (state.name === 'accepted' && status >= 200 && status < 300) return { state, effects: [TRANSMIT] };
  if (state.name !== 'proceeding') return { state, effects: [REFUSED] };
  if (status < 200) return { state, effects: [TRANSMIT] };
  if (status < 300) {
    return { state: ACCEPTED, effects: [TRANSMIT, { type: 'arm', timer: 'L', after: timers.timeout }] };
  }
  const effects: ServerEffect[] = [TRANSMIT, { type: 'arm', timer: 'H', after: timers.timeout }];
  if (!reliable) effects.push({ type: 'arm', timer: 'G', after: timers.t1 });
  return { state: { name: 'completed', interval: timers.t1 }, effects };
}

function onAck(state: InviteServerState, timers: SipTimers, reliable: boolean): Step {
  if (state.name !== 'completed') return { state, effects: [] };
  const effects: ServerEffect[] = [
    { type: 'disarm', timer: 'G' },
    { type: 'disarm', timer: 'H' },
  ];
  // Timer I is zero on reliable transports.
  if (reliable) return { state: TERMINATED, effects };
  return { state: CONFIRMED, effects: [...effects, { type: 'arm', timer: 'I', after: timers.t4 }] };
}

function onTimer(state: InviteServerState, timer: string, timers: SipTimers): Step {
  if (state.name === 'completed' && timer === 'G') {
    const interval = Math.min(state.interval * 2, timers.t2);
    return {
      state: { name: 'completed', interval },
      effects: [TRANSMIT, { type: 'arm', timer: 'G', after: interval }],
    };
  }
  if (state.name === 'completed' && timer === 'H') return { state: TERMINATED, effects: [TIMED_OUT] };
  if (state.name === 'confirmed' && timer === 'I') return { state: TERMINATED, effects: [] };
  if (state.name === 'accepted' && timer === 'L') return { state: TERMINATED, effects: [] };
  return { state, effects: [] };
}

/** One step of the INVITE server transaction. `reliable`: the flow is not UDP. */
export function stepInviteServer(
  state: InviteServerState,
  input: ServerInput,
  timers: SipTimers,
  reliable: boolean,
): Step {
  switch (input.type) {
    case 'retransmission':
      // RFC 6026 §7.1: in Accepted a retransmitted INVITE is absorbed; the 2xx is the transaction user's.
      return { state, effects: state.name === 'proceeding' || state.name === 'completed' ? [TRANSMIT] : [] };
    case 'ack':
      return onAck(state, timers, reliable);
    case 'respond':
      return onRespond(state, input.status, timers, reliable);
    case 'timer':
      return onTimer(state, input.timer, timers);
    case 'transportError':
      // The retransmission of the peer brings another chance, so the state is kept (RFC 6026 §7.1).
      return { state, effects: [FAILED] };
  }
}
