/** Headers that tell a called party how the call came to it. */
import type { LeaveCause } from '../call/call.js';
import type { CallContext } from '../call/command.js';
import type { Headers } from './signalling.js';

export interface Naming {
  /** `host:port` of ours, for URIs that name our own numbers. */
  readonly ownHost: string;
  /** A subscriber's number as the trunk wants it. */
  formatNumber(number: string): string;
}

/** Characters of a SIP user part that need no escape (RFC 3261 §25.1: unreserved and user-unreserved). */
function userPart(text: string): string {
  return encodeURIComponent(text).replace(/%(2B|26|3D|24|2C|3B|3F|2F)/g, (code) => decodeURIComponent(code));
}

function displayName(text: string): string {
  // Line breaks would end the header; the rest is escaped as RFC 3261 §25.1 says of quoted-string.
  const clean = text.replace(/[\r\n\0]+/g, ' ').replace(/["\\]/g, (c) => `\\${c}`);
  return `"${clean}" `;
}

/**
 * From, P-Asserted-Identity (RFC 3325), History-Info (RFC 7044), Diversion (RFC 5806), Referred-By (RFC 3892),
 * User-to-User (RFC 7433) and Resource-Priority (RFC 4412) of an INVITE to a target.
 */
export function contextHeaders(context: CallContext, naming: Naming): Headers {
  const headers: Record<string, string> = {};
  const own = (number: string, parameters = '') => `<sip:${userPart(number)}@${naming.ownHost}${parameters}>`;
  const name = context.callerName === null ? '' : displayName(context.callerName);
  if (context.callerNumber === null) {
    headers.From = '"Anonymous" <sip:anonymous@anonymous.invalid>';
  } else {
    // The SIP server puts its own address for `localhost`, the one of the transport it chooses.
    const caller = `${name}<sip:${userPart(naming.formatNumber(context.callerNumber))}@localhost>`;
    headers.From = caller;
    headers['P-Asserted-Identity'] = caller;
  }
  headers['History-Info'] = historyInfo(context, own);
  if (context.divertedFrom !== null && context.diversion !== null) {
    headers.Diversion = `${own(context.divertedFrom)};reason=${context.diversion};counter=1`;
  }
  if (context.transferId !== null) {
    headers['Referred-By'] = context.referredBy ?? own(context.divertedFrom ?? context.firstDialled);
    headers['User-to-User'] = `${Buffer.from(context.transferId, 'utf8').toString('hex')};encoding=hex`;
  }
  if (context.emergency) headers['Resource-Priority'] = 'esnet.1';
  return headers;
}

/** The first-called number is entry 1; where the call went from there is entry 1.1 (RFC 7044 §10.3). */
function historyInfo(context: CallContext, own: (number: string) => string): string {
  const first = `${own(context.firstDialled)};index=1`;
  if (context.calledNumber === context.firstDialled) return first;
  return `${first}, ${own(context.calledNumber)};index=1.1;mp=1`;
}

const RELEASE_TEXT: Readonly<Record<LeaveCause, string>> = {
  'other-party-left': 'The other party has left',
  transferred: 'Call transferred',
  'ring-timeout': 'No answer in time',
  'no-response': 'No response in time',
  'all-targets-failed': 'Nobody can take the call now',
  refused: 'Call refused',
  limit: 'Longest call duration reached',
  operator: 'Ended by an operator',
};

/** Reason of a BYE, CANCEL or rejection (RFC 3326), Q.850 cause where one fits. */
export function reasonHeader(cause: LeaveCause): Headers {
  const q850 =
    cause === 'ring-timeout' || cause === 'no-response' ? 19 : cause === 'all-targets-failed' ? 20 : 16;
  return { Reason: `Q.850;cause=${q850};text="${RELEASE_TEXT[cause]}"` };
}

const PHRASES: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  181: 'Call Is Being Forwarded',
  182: 'Queued',
  183: 'Session Progress',
  200: 'OK',
  408: 'Request Timeout',
  480: 'Temporarily Unavailable',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  503: 'Service Unavailable',
  600: 'Busy Everywhere',
  603: 'Decline',
};

/** The body of a NOTIFY for a REFER: the status line of the target's response (RFC 3515 §2.4.5). */
export function sipfrag(status: number): string {
  return `SIP/2.0 ${status} ${PHRASES[status] ?? 'Status'}\r\n`;
}

/** Headers of that NOTIFY. The subscription lasts as long as a call may ring (RFC 3515 §2.4.4). */
export function notifyHeaders(eventId: string | null, final: boolean): Headers {
  return {
    Event: eventId === null ? 'refer' : `refer;id=${eventId}`,
    'Subscription-State': final ? 'terminated;reason=noresource' : 'active;expires=300',
    'Content-Type': 'message/sipfrag;version=2.0',
  };
}
