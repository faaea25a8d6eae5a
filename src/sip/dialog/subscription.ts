import type { SipRequest, SipResponse } from '../message/message.js';
import { parseCount } from '../message/params.js';
import { type Core, disarm } from './core.js';
import type { Dialog } from './dialog.js';
import { endDialog } from './end.js';

/** Seconds that a subscription lives when its 2xx does not say. */
const DEFAULT_EXPIRES = 3600;

/** Forgets a subscription dialog when it has run out, with 64*T1 for the last NOTIFY (RFC 6665 §4.4.1). */
export function expireSubscription(core: Core, dialog: Dialog, accepted: SipResponse): void {
  const seconds = parseCount(accepted.headers.get('Expires') ?? '', 0x7fff_ffff) ?? DEFAULT_EXPIRES;
  dialog.expiry = disarm(core, dialog.expiry);
  const after = Math.min(seconds * 1000 + core.timers.timeout, 0x7fff_ffff);
  dialog.expiry = core.clock.setTimeout(() => endDialog(core, dialog), after);
}

/** `Subscription-State: terminated` (RFC 6665 §4.1.3). */
export function isTerminated(request: SipRequest): boolean {
  return (request.headers.get('Subscription-State') ?? '').trim().toLowerCase().startsWith('terminated');
}
