import type { TimerHandle } from '../clock.js';
import { type Core, disarm } from '../dialog/core.js';
import type { Attempt } from '../dialog/hop.js';
import type { SipRequest } from '../message/message.js';
import type { ClientTransaction } from '../transaction/client-transaction.js';
import type { Flow } from '../transport/flow.js';

/** One destination that was asked. */
export interface Branch {
  /** Request-URI. */
  readonly uri: string;
  /** The place that is being tried, and those that may follow (RFC 3263 §4.3). */
  attempts: readonly Attempt[];
  /** What is under way there. */
  request: SipRequest;
  flow: Flow;
  transaction: ClientTransaction | null;
  /** A provisional response came from there, so a CANCEL may go. */
  heard: boolean;
  /** One above 100: somebody is at work on it, nobody else is asked in their place. */
  rang: boolean;
  cancel: 'no' | 'wanted' | 'sent';
  /** Runs until this place is heard of. */
  silence: TimerHandle | null;
  timers: TimerHandle[];
}

/** A destination that is about to be asked, at the first of these places. */
export function openBranch(
  uri: string,
  request: SipRequest,
  flow: Flow,
  attempts: readonly Attempt[],
): Branch {
  return {
    uri,
    attempts,
    request,
    flow,
    transaction: null,
    heard: false,
    rang: false,
    cancel: 'no',
    silence: null,
    timers: [],
  };
}

/** Nothing more happens to a branch by itself. */
export function stopTimers(core: Core, branch: Branch): void {
  for (const timer of branch.timers) disarm(core, timer);
  branch.timers = [];
  branch.silence = disarm(core, branch.silence);
}
