import type { SipMessage } from '../message/message.js';
import type { Core } from './core.js';

/** Call detail events for applications that asked for them, each to one of those (round robin). */

export type CdrRole = 'uac' | 'uas' | 'proxy-uac' | 'proxy-uas';

export type CdrReason =
  | 'call-rejected'
  | 'call-canceled'
  | 'normal-release'
  | 'session-expired'
  | 'ackbye'
  | 'system-initiated-termination';

type Source = 'network' | 'application';

function post(core: Core, event: string, message: SipMessage, source: Source, detail: string): void {
  const owner = core.owners.choose(event);
  owner?.deliver({ type: 'cdr', event, message, source, time: core.clock.now(), detail });
}

/** An INVITE came (`network`) or went out (`application`). */
export function cdrAttempt(core: Core, message: SipMessage, source: Source): void {
  if (message.kind === 'request' && message.method === 'INVITE')
    post(core, 'cdr:attempt', message, source, '');
}

/** It was answered with a 2xx. */
export function cdrStart(core: Core, message: SipMessage, source: Source, role: CdrRole): void {
  post(core, 'cdr:start', message, source, role);
}

/** It was refused or cancelled, or its call ended. */
export function cdrStop(core: Core, message: SipMessage, source: Source, reason: CdrReason): void {
  post(core, 'cdr:stop', message, source, reason);
}
