import type { Destination, Flow, Listener } from '../transport/flow.js';

/** One place that a request may go to. */
export interface Hop {
  readonly listener: Listener;
  readonly destination: Destination;
  /** The flow to send on, when it is already there (RFC 5626). */
  readonly flow: Flow | null;
}

/** Where a request goes and by which listener, or why it cannot. */
export type Route =
  | (Hop & {
      readonly ok: true;
      /** Where it goes when that place does not answer (RFC 3263 §4.3). */
      readonly others: readonly Hop[];
    })
  | { readonly ok: false; readonly reason: string };

/** One attempt to get a request to its target. */
export interface Attempt extends Hop {
  /** The same place over TCP, because the request is too large for UDP. */
  readonly enlarged: boolean;
}
