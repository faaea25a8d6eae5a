/** Sending on behalf of legs: every message gets its Session-ID here, and every message of a peer is heard here. */
import type { LegId, RequestRef } from '../call/call.js';
import { sendAuthenticated } from './authenticated-request.js';
import type {
  AckFunction,
  Content,
  RequestOptions,
  SipMessageParts,
  SrfRequest,
  SrfResponse,
} from './drachtio.js';
import type { LegPort, LegPorts } from './leg-port.js';
import { sessionId, sessionUuid } from './session-id.js';
import type { LegEvent } from './signalling.js';
import type { SrfLink } from './srf-link.js';

/** A final response, with what acknowledges it. */
export type FinalResponse = SrfResponse & { readonly ack: AckFunction };

/** What is needed of the link to the SIP server. */
export type WireLink = Pick<SrfLink, 'handle' | 'send' | 'request'>;

export class LegWire {
  constructor(
    readonly link: WireLink,
    readonly ports: LegPorts,
    /** A new UUID, 32 lower-case hexadecimal digits. */
    private readonly newUuid: () => string,
    readonly report: (event: LegEvent) => void,
  ) {}

  /** Take the peer's UUID from a message of its; a peer that has none gets one from us (RFC 7989 §7). */
  hear(port: LegPort, message: SipMessageParts): void {
    const uuid = sessionUuid(message.get('Session-ID'));
    if (uuid !== null) port.session.uuid = uuid;
    else port.session.uuid ??= this.newUuid();
  }

  headers(port: LegPort): Record<string, string> {
    return { 'Session-ID': sessionId(port.partner, port.session) };
  }

  /** Keep a request of the peer until it is answered. */
  keep(port: LegPort, req: SrfRequest, res: SrfResponse): RequestRef {
    port.waiting.set(req.stackTxnId, { req, res });
    return req.stackTxnId;
  }

  /** Answer a request of the peer. */
  respond(
    port: LegPort,
    res: SrfResponse,
    status: number,
    reason: string | null,
    content: Content,
    done?: (err: string | null, sent: SipMessageParts | null) => void,
  ): void {
    const headers = { ...content.headers, ...this.headers(port) };
    this.link.send(res, status, reason, { ...content, headers }, done);
  }

  /**
   * A request inside a leg's dialog. `done` gets 481 when the server knows no such dialog, 503 when it
   * cannot be asked or the peer cannot be reached. `sent` is called when it is on its way.
   */
  request(
    leg: LegId,
    options: Omit<RequestOptions, 'stackDialogId'>,
    done: (status: number, res: FinalResponse | null, port: LegPort | null) => void,
    sent?: (port: LegPort) => void,
  ): void {
    const port = this.ports.get(leg);
    if (port === undefined) {
      setImmediate(() => done(481, null, null));
      return;
    }
    const headers = { ...options.headers, ...this.headers(port) };
    const inside = { ...options, headers, stackDialogId: port.dialogId };
    sendAuthenticated(this.link, port.account, 'sip:placeholder', inside, {
      // A link that is down says nothing of the dialog.
      sent: (req, error) => {
        if (req !== null) sent?.(port);
        else done(/unable to find dialog/i.test(error ?? '') ? 481 : 503, null, port);
      },
      response: (res, ack) => {
        if (res.status < 200) return;
        this.hear(port, res);
        done(res.status, Object.assign(res, { ack }), port);
      },
      challenged: () => true,
    });
  }
}
