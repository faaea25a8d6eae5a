import { type Core, disarm } from './core.js';
import type { Confirmation, Dialog } from './dialog.js';

/** Stops sending one 2xx again. */
export function stopConfirmation(core: Core, confirmation: Confirmation): void {
  confirmation.timer = disarm(core, confirmation.timer);
  confirmation.deadline = disarm(core, confirmation.deadline);
  core.unconfirmed.delete(confirmation.transaction);
}

/** Stops sending 2xx again in a dialog that is over. */
export function stopConfirmations(core: Core, dialog: Dialog): void {
  for (const confirmation of dialog.confirmations.values()) stopConfirmation(core, confirmation);
  dialog.confirmations.clear();
}
