/** One step of the core, as the rules see it. */
import type { Call, LegId } from '../../../src/call/call.js';
import type { Command } from '../../../src/call/command.js';
import type { CallEvent } from '../../../src/call/event.js';
import type { Routing } from '../../../src/call/routing.js';
import type { Wire } from './wire.js';

/** An event without its moment: the model has no clock. */
export type Untimed = CallEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;

export interface Stepped {
  readonly before: Call;
  readonly event: Untimed;
  readonly commands: readonly Command[];
  readonly after: Call;
  readonly wire: Wire;
  /** As it was before the event. */
  readonly wireBefore: Wire;
  readonly routing: Routing;
}

/** The transfer that is under way. */
export function transferIn({
  phase,
}: Call): { readonly id: string; readonly transferor: LegId | null } | null {
  switch (phase.name) {
    case 'transferring':
    case 'consulting':
    case 'conferring':
    case 'switching':
      return phase.transfer;
    default:
      return null;
  }
}
