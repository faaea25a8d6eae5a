import {
  FAILED,
  REFUSED,
  type ServerEffect,
  type ServerInput,
  TRANSMIT,
  type Transition,
} from './machine.js';
import type { SipTimers } from './timers.js';

/** States of the non-INVITE server transaction (RFC 3261 Figure 8). */
export type NonInviteServerState =
  | { readonly name: 'trying' }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'terminated' };

type Step = Transition<NonInviteServerState, ServerEffect>;

const PROCEEDING: NonInviteServerState = { name: 'proceeding' };
const COMPLETED: NonInviteServerState = { name: 'completed' };
const TERMINATED: NonInviteServerState = { name: 'terminated' };

export const NON_INVITE_SERVER_START: NonInviteServerState = { name: 'trying' };

/** One step of the non-INVITE server transaction. `reliable`: the flow is not UDP. */
export function stepNonInviteServer(
  state: NonInviteServerState,
  input: ServerInput,
  timers: SipTimers,
  reliable: boolean,
): Step {
  switch (input.type) {
    case 'retransmission':
      // §17.2.2: discarded in Trying, answered with the last response afterwards.
      return { state, effects: state.name === 'trying' || state.name === 'terminated' ? [] : [TRANSMIT] };
    case 'ack':
      return { state, effects: [] };
    case 'respond': {
      if (state.name === 'completed' || state.name === 'terminated') return { state, effects: [REFUSED] };
      if (input.status < 200) return { state: PROCEEDING, effects: [TRANSMIT] };
      // Timer J is zero on reliable transports.
      if (reliable) return { state: TERMINATED, effects: [TRANSMIT] };
      return { state: COMPLETED, effects: [TRANSMIT, { type: 'arm', timer: 'J', after: timers.timeout }] };
    }
    case 'timer':
      return state.name === 'completed' && input.timer === 'J'
        ? { state: TERMINATED, effects: [] }
        : { state, effects: [] };
    case 'transportError':
      return { state, effects: [FAILED] };
  }
}
