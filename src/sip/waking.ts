import type { Clock } from './clock.js';
import type { SipStack } from './dialog/stack.js';
import type { Flow } from './transport/flow.js';

/**
 * After a restart with calls nobody is there yet to serve them: until a control client takes calls, what comes over
 * UDP is not heard, because peers repeat it (T1: half a second); over connections they do not. Responses are to
 * requests of ours.
 */
export class Waking {
  private asleep: boolean;

  constructor(
    private readonly clock: Clock,
    private readonly wakeMs: number,
    /** Something is to be gone on with. */
    asleep: boolean,
  ) {
    this.asleep = asleep;
  }

  /** The listeners are open: go on with what there was. */
  begin(stack: SipStack): void {
    stack.restore();
    if (this.asleep) this.clock.setTimeout(() => this.wake(stack), this.wakeMs);
  }

  /** A control client takes calls. */
  wake(stack: SipStack): void {
    if (!this.asleep) return;
    this.asleep = false;
    stack.wake();
  }

  hears(flow: Flow): boolean {
    return !this.asleep || flow.reliable;
  }
}
