import type { Dialog } from './dialog.js';

/**
 * RFC 3261 §15: whoever answered a call hangs up only when the ACK has come or its 2xx was given up; a BYE that
 * overtakes a lost 2xx would end a call that the caller knows nothing of. Keeps `send` until then; false when the
 * BYE need not wait, or one waits already.
 */
export function holdBye(dialog: Dialog, send: () => void): boolean {
  const early = dialog.role === 'uas' && !dialog.acknowledged && dialog.confirmations.size > 0;
  if (!early || dialog.parting !== null) return false;
  dialog.parting = send;
  return true;
}

/** The wait is over; whether a BYE had waited. */
export function releaseBye(dialog: Dialog): boolean {
  const send = dialog.parting;
  dialog.parting = null;
  send?.();
  return send !== null;
}
