import type { CallContext } from '../../../src/call/command.js';
import type { Naming } from '../../../src/engine/naming.js';

/** A call that reached the member it was made to, and nothing else to tell. */
export function aContext(more: Partial<CallContext> = {}): CallContext {
  return {
    callId: 'call1',
    callerNumber: '13800000000',
    callerName: null,
    firstDialled: '12345',
    calledNumber: '12345',
    divertedFrom: null,
    diversion: null,
    transferId: null,
    referredBy: null,
    emergency: false,
    callBack: false,
    visited: [],
    matter: null,
    note: null,
    carried: { headers: {}, bodies: [] },
    maxForwards: 69,
    ...more,
  };
}

/** Towards a member's trunk that writes numbers as E.164. */
export function aNaming(more: Partial<Naming> = {}): Naming {
  return {
    ownHost: '10.0.0.1:5060',
    trusted: true,
    toUser: false,
    formatNumber: (number) => `+86${number}`,
    screenPopUrl: () => null,
    ...more,
  };
}

/** A message as drachtio-srf gives it, with headers by their usual names. */
export function aMessage(headers: Readonly<Record<string, string>>, body = '') {
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    method: 'INVITE',
    uri: 'sip:12345@10.0.0.1',
    body,
    headers: lower,
    get: (name: string): string | undefined => lower[name.toLowerCase()],
    has: (name: string): boolean => name.toLowerCase() in lower,
  };
}
