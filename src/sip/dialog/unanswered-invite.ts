import type { SipRequest } from '../message/message.js';
import type { Flow } from '../transport/flow.js';
import type { Dialog } from './dialog.js';

/** An INVITE that nobody answered within 64*T1 (timer B). */
export interface UnansweredInvite {
  /** What CANCEL and ACK need of it. */
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly dialog: Dialog;
  cancelled: boolean;
}
