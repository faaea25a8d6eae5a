/** A NOTIFY that tells the transferor how the transfer goes (RFC 3515 §2.4). */
import { quoted } from './reason-headers.js';
import type { Headers } from './signalling.js';

const PHRASES: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  181: 'Call Is Being Forwarded',
  182: 'Queued',
  183: 'Session Progress',
  200: 'OK',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  480: 'Temporarily Unavailable',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
  600: 'Busy Everywhere',
  603: 'Decline',
};

/**
 * Its body: the status line of the target's response (RFC 3515 §2.4.5) and, for a failure, a Reason header with the
 * cause in a word (RFC 3420 §2.1, RFC 3326), such as `SIP;cause=486;text="busy"`.
 */
export function sipfrag(status: number, cause: string | null): string {
  const line = `SIP/2.0 ${status} ${PHRASES[status] ?? 'Status'}\r\n`;
  return cause === null ? line : `${line}Reason: SIP;cause=${status};text=${quoted(cause)}\r\n`;
}

/** Its headers. The subscription lasts as long as a call may ring (RFC 3515 §2.4.4). */
export function notifyHeaders(eventId: string | null, final: boolean): Headers {
  return {
    Event: eventId === null ? 'refer' : `refer;id=${eventId}`,
    'Subscription-State': final ? 'terminated;reason=noresource' : 'active;expires=300',
    'Content-Type': 'message/sipfrag;version=2.0',
  };
}
