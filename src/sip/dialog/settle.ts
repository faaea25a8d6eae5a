import { type Core, disarm } from './core.js';
import type { InboundRequest } from './dialog.js';
import { finishProvisional } from './reliable.js';

/** Forgets a request that has its final response. */
export function settle(core: Core, inbound: InboundRequest): void {
  inbound.guard = disarm(core, inbound.guard);
  core.inbound.delete(inbound.txnId);
  core.byTransaction.delete(inbound.transaction);
  core.keeper.cameIsOver(inbound);
  const { dialog } = inbound;
  if (dialog === null) return;
  dialog.inbound.delete(inbound);
  if (dialog.inviteIn === inbound) {
    dialog.inviteIn = null;
    finishProvisional(core, dialog);
  }
  if (dialog.updateIn === inbound) dialog.updateIn = null;
}
