/** Requests that are repeated with credentials where the peer asks for them. */
import type { DigestAccount } from './digest/account.js';
import { type Answered, NOTHING_ANSWERED } from './digest/account.js';
import type { AckFunction, HeaderSet, RequestOptions, SrfRequest, SrfResponse } from './drachtio.js';
import type { SrfLink } from './srf-link.js';
import { cseqOf } from './srf-messages.js';

/** Told how a request fares. */
export interface RequestEvents {
  /** The server took it, once for each time that it goes out; `req` null: it did not, `error` says why. */
  sent(req: SrfRequest | null, error: string | null): void;
  /** Every response but the challenges that are answered. */
  response(res: SrfResponse, ack: AckFunction): void;
  /** A challenge can be answered, so `sent` will come again; false: it is not wanted any more. */
  challenged(): boolean;
}

/**
 * Send a request; a 401 or 407 is answered with the account, if there is one (RFC 3261 §22.2, §22.3).
 *
 * drachtio-srf does this too when it is given `auth`, but it knows MD5 alone, one challenge in a response, and
 * signs `sip:placeholder` in dialogs; so it gets ready headers from us, and never the password.
 */
export function sendAuthenticated(
  link: Pick<SrfLink, 'request'>,
  account: DigestAccount | null,
  uri: string,
  options: RequestOptions,
  events: RequestEvents,
): void {
  const attempt = (headers: HeaderSet, answered: Answered, tries: number): void => {
    link.request(uri, { ...options, headers: { ...options.headers, ...headers } }, (req, error) => {
      events.sent(req, error);
      req?.on('response', (res, ack) => {
        const { method, body = '' } = options;
        const challenge = account !== null && (res.status === 401 || res.status === 407);
        const request = { method, uri: req.uri, body };
        const answer = challenge ? account.answer(res, request, answered, tries) : null;
        if (answer === null || !events.challenged()) return events.response(res, ack);
        // In dialogs the server sees to that.
        const same = options.stackDialogId === undefined ? identityOf(req) : {};
        attempt({ ...same, ...answer.headers }, answer.answered, tries + 1);
      });
    });
  };
  attempt({}, NOTHING_ANSWERED, 0);
}

/**
 * What says that a request outside of dialogs is an earlier one once more, and no call of its own (RFC 3261 §8.1.3.5):
 * the same Call-ID and From, the next CSeq number.
 */
export function identityOf(req: SrfRequest): HeaderSet {
  return {
    'Call-ID': req.get('Call-ID') ?? '',
    From: req.get('From') ?? '',
    CSeq: `${cseqOf(req) + 1} ${req.method}`,
  };
}
