/**
 * What the four machines of RFC 3261 §17 have in common. A machine is a pure function: state and input in, next
 * state and effects out. `client-transaction.ts` and `server-transaction.ts` carry the effects out.
 */

export interface Transition<S, E> {
  readonly state: S;
  readonly effects: readonly E[];
}

/** Timer letters as in RFC 3261 Table 4 and RFC 6026. */
export type ClientTimer = 'A' | 'B' | 'D' | 'M' | 'E' | 'F' | 'K';
export type ServerTimer = 'G' | 'H' | 'I' | 'L' | 'J';

export type ClientInput =
  | { readonly type: 'start' }
  | { readonly type: 'response'; readonly status: number }
  | { readonly type: 'timer'; readonly timer: ClientTimer }
  | { readonly type: 'transportError' };

export type ClientEffect =
  /** Send the request, the first time or again. */
  | { readonly type: 'transmit' }
  /** Hand the response to the transaction user. */
  | { readonly type: 'deliver' }
  /** Send the ACK for a non-2xx final response (RFC 3261 §17.1.1.3). */
  | { readonly type: 'acknowledge' }
  | { readonly type: 'arm'; readonly timer: ClientTimer; readonly after: number }
  | { readonly type: 'disarm'; readonly timer: ClientTimer }
  /** Tell the transaction user that no answer came, or that the request could not be sent. */
  | { readonly type: 'timedOut' }
  | { readonly type: 'failed' };

export type ServerInput =
  /** The request came again. */
  | { readonly type: 'retransmission' }
  | { readonly type: 'ack' }
  /** The transaction user answers. */
  | { readonly type: 'respond'; readonly status: number }
  | { readonly type: 'timer'; readonly timer: ServerTimer }
  | { readonly type: 'transportError' };

export type ServerEffect =
  /** Send the last response, the first time or again. */
  | { readonly type: 'transmit' }
  | { readonly type: 'arm'; readonly timer: ServerTimer; readonly after: number }
  | { readonly type: 'disarm'; readonly timer: ServerTimer }
  /** The peer never acknowledged our failure response. */
  | { readonly type: 'timedOut' }
  | { readonly type: 'failed' }
  /** The transaction user answered when it no longer may; nothing is sent. */
  | { readonly type: 'refused' };

export const TRANSMIT = { type: 'transmit' } as const;
export const DELIVER = { type: 'deliver' } as const;
export const ACKNOWLEDGE = { type: 'acknowledge' } as const;
export const TIMED_OUT = { type: 'timedOut' } as const;
export const FAILED = { type: 'failed' } as const;
export const REFUSED = { type: 'refused' } as const;
