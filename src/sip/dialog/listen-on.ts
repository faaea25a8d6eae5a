import { skeleton } from '../message/keep.js';
import type { SipRequest } from '../message/message.js';
import type { Flow } from '../transport/flow.js';
import type { Core } from './core.js';
import type { Dialog } from './dialog.js';
import { FOR_ACK } from './for-ack.js';

/**
 * Listens on for an INVITE that was given up: one of its copies may have reached a telephone just before the end, or
 * the answers got lost on their way. Without this the telephone would ring, be answered, and have nobody there.
 */
export function listenOn(core: Core, request: SipRequest, flow: Flow, dialog: Dialog | null): void {
  const branch = request.via?.branch ?? '';
  // Inside a dialog the application ends the call after a 408 by a BYE.
  if (dialog === null || request.method !== 'INVITE' || request.toTag !== '') return;
  const unanswered = { request: skeleton(request, FOR_ACK), flow, dialog, cancelled: false };
  core.unanswered.set(branch, unanswered);
  core.clock.setTimeout(() => core.unanswered.delete(branch), core.limits.lateAnswerMs);
}
