import { cdrStop } from './cdr.js';
import { type Core, disarm } from './core.js';
import type { InboundRequest } from './dialog.js';
import { endDialog } from './end.js';
import { refuse } from './refuse.js';
import { settle } from './settle.js';

/** Answers a request in place of an application that does not: every request gets a final response. */
export function answerForApplication(core: Core, inbound: InboundRequest): void {
  const { method, toTag } = inbound.request;
  core.log.warn(
    { method, callId: inbound.request.callId },
    'the application did not answer a request in time',
  );
  settle(core, inbound);
  if (method === 'INVITE' && toTag === '') {
    cdrStop(core, inbound.request, 'application', 'system-initiated-termination');
  }
  if (method === 'BYE') {
    refuse(inbound.transaction, 200, 'OK');
    return;
  }
  if (method === 'INVITE' && toTag === '') refuse(inbound.transaction, 480, 'Temporarily Unavailable');
  else refuse(inbound.transaction, 500, 'Server Internal Error');
  const { dialog } = inbound;
  if (dialog !== null && dialog.phase !== 'confirmed') endDialog(core, dialog);
}

/** The application showed life with a provisional response: from now on the INVITE may ring. */
export function allowRinging(core: Core, inbound: InboundRequest): void {
  disarm(core, inbound.guard);
  inbound.guard = core.clock.setTimeout(() => answerForApplication(core, inbound), core.limits.ringMs);
}
