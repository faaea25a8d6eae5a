/** `Signalling` on drachtio-srf, low level: no Dialog objects, whose defaults answer before we can. */
import type { LegId, OfferMethod, RequestRef, TransferId } from '../call/call.js';
import { sendAuthenticated } from './authenticated-request.js';
import type { RequestOptions, SrfRequest, SrfResponse } from './drachtio.js';
import { type LegPort, LegPorts, newPort } from './leg-port.js';
import type { EngineLog } from './log.js';
import { parseReferTo } from './refer.js';
import type {
  Credentials,
  Headers,
  IncomingInvite,
  LegEvent,
  OutgoingInvite,
  Signalling,
  SignallingHandlers,
} from './signalling.js';
import { type SipServerAddress, SrfLink } from './srf-link.js';
import {
  ALLOW,
  allowsUpdate,
  callerOf,
  cseqOf,
  dialogIdOf,
  errorText,
  sdpOf,
  withSdp,
} from './srf-messages.js';

/** Requests besides INVITE that the server shall hand to us. */
const OTHER_METHODS = [
  ...['bye', 'ack', 'info', 'message', 'update', 'refer', 'notify', 'options', 'prack'],
  ...['subscribe', 'publish', 'register'],
];

export class SrfSignalling implements Signalling {
  readonly #link: SrfLink;
  readonly #ports = new LegPorts();
  #handlers: SignallingHandlers | null = null;
  #ownHost = '127.0.0.1';

  constructor(
    server: SipServerAddress,
    private readonly log: EngineLog,
  ) {
    this.#link = new SrfLink(server, log);
  }

  get ownHost(): string {
    return this.#ownHost;
  }

  /** Legs that are known, for figures and for tests that look for leaks. */
  get legs(): number {
    return this.#ports.size;
  }

  async connect(handlers: SignallingHandlers): Promise<void> {
    this.#handlers = handlers;
    this.#link.handle('invite', (req, res) => this.#onInvite(req, res));
    for (const method of OTHER_METHODS) this.#link.handle(method, (req, res) => this.#onRequest(req, res));
    const hostports = await this.#link.connect(handlers.onLink);
    this.#ownHost = hostOf(hostports) ?? this.#ownHost;
  }

  close(): void {
    this.#link.close();
  }

  invite(leg: LegId, { uri, headers, sdp, credentials }: OutgoingInvite): void {
    const port = newPort(leg, credentials, '', null);
    this.#ports.add(port);
    const content = withSdp(sdp);
    const options = {
      method: 'INVITE',
      ...content,
      headers: { ...headers, Allow: ALLOW, ...content.headers },
    };
    sendAuthenticated(this.#link, port.account, uri, options, {
      sent: (req, error) => {
        if (req === null) {
          this.#report({ type: 'failed', leg, status: 503, reason: error, reached: false });
          return;
        }
        const again = port.dialogId !== '';
        port.outbound = req;
        this.#ports.nameDialog(port, dialogIdOf(req));
        if (!again) this.#report({ type: 'sent', leg, sipCallId: req.get('Call-ID') ?? '' });
        req.on('update', (update, res) => this.#onUpdate(port, update, res));
        if (port.cancelWanted !== null) this.#sendCancel(port, port.cancelWanted);
      },
      response: (res, ack) => {
        port.ack = ack;
        this.#onInviteResponse(port, res);
      },
      challenged: () => {
        // Until it goes out again there is nothing that a CANCEL could name.
        if (port.cancelWanted === null) port.outbound = null;
        return port.cancelWanted === null;
      },
    });
  }

  #onInviteResponse(port: LegPort, res: SrfResponse): void {
    const { leg } = port;
    const { status } = res;
    if (status < 200) {
      this.#report({ type: 'provisional', leg, status, sdp: sdpOf(res) });
    } else if (status < 300) {
      this.#report({ type: 'answered', leg, sdp: sdpOf(res), allowsUpdate: allowsUpdate(res) });
    } else {
      // A response that the SIP server made itself, because no peer answered, has no tag in To.
      const reached = (res.get('To') ?? '').toLowerCase().includes(';tag=');
      this.#report({ type: 'failed', leg, status, reason: res.get('Reason') ?? res.reason, reached });
    }
  }

  provisional(leg: LegId, status: number, sdp: string | null, branch: string): void {
    const inbound = this.#ports.get(leg)?.inbound;
    if (!inbound) return;
    setLocalTag(inbound.req, inbound.res, branch);
    this.#link.send(inbound.res, status, null, withSdp(sdp));
  }

  answer(leg: LegId, sdp: string | null, branch: string): void {
    const inbound = this.#ports.get(leg)?.inbound;
    if (!inbound) return;
    setLocalTag(inbound.req, inbound.res, branch);
    const content = withSdp(sdp);
    this.#link.send(
      inbound.res,
      200,
      null,
      { ...content, headers: { Allow: ALLOW, ...content.headers } },
      (err) => {
        if (err === null) return;
        this.log.info({ leg, err }, 'the answer came too late');
        this.#report({ type: 'answer-failed', leg });
      },
    );
  }

  reject(leg: LegId, status: number, headers: Headers): void {
    const inbound = this.#ports.get(leg)?.inbound;
    if (inbound) this.#link.send(inbound.res, status, null, { headers });
  }

  cancel(leg: LegId, headers: Headers): void {
    const port = this.#ports.get(leg);
    if (port === undefined) return;
    port.cancelWanted = headers;
    if (port.outbound !== null) this.#sendCancel(port, headers);
  }

  #sendCancel(port: LegPort, headers: Headers): void {
    this.#link.safely(() => {
      port.outbound?.cancel({ headers: { ...headers } }, (err) => {
        if (err !== null && err !== undefined)
          this.log.debug({ leg: port.leg, err: errorText(err) }, 'CANCEL');
      });
    });
  }

  bye(leg: LegId, headers: Headers): void {
    this.#inDialog(leg, { method: 'BYE', headers: { ...headers } }, () =>
      this.#report({ type: 'bye-answered', leg }),
    );
  }

  ack(leg: LegId, sdp: string | null): void {
    const port = this.#ports.get(leg);
    const ack = port?.ack;
    if (port === undefined || !ack) return;
    port.ack = null;
    this.#link.safely(() => (sdp === null ? ack() : ack(withSdp(sdp))));
  }

  offer(leg: LegId, method: OfferMethod, sdp: string | null): void {
    const content = withSdp(sdp);
    const options = { method, ...content, headers: { ...content.headers, Allow: ALLOW } };
    this.#inDialog(leg, options, (status, res, port) => {
      const retry = status === 491 || (status === 500 && res?.has('Retry-After') === true);
      if (port !== null && res !== null && method === 'INVITE' && status < 300) port.ack = res.ack;
      const reason = res?.reason ?? null;
      this.#report({
        type: 'offer-answered',
        leg,
        status,
        reason,
        sdp: res === null ? null : sdpOf(res),
        retry,
      });
    });
  }

  respond(leg: LegId, request: RequestRef, status: number, reason: string | null, sdp: string | null): void {
    const port = this.#ports.get(leg);
    const waiting = port?.waiting.get(request);
    if (port === undefined || waiting === undefined) return;
    port.waiting.delete(request);
    const content = withSdp(sdp);
    const headers = status === 200 ? { Allow: ALLOW, ...content.headers } : content.headers;
    this.#link.send(waiting.res, status, reason, { ...content, headers });
  }

  forward(leg: LegId, request: RequestRef, to: LegId): void {
    const port = this.#ports.get(leg);
    const waiting = port?.waiting.get(request);
    if (port === undefined || waiting === undefined) return;
    port.waiting.delete(request);
    const { req, res } = waiting;
    const headers = pick(req, ['Content-Type', 'Info-Package', 'Content-Disposition']);
    const options = { method: req.method, headers, ...(req.body ? { body: req.body } : {}) };
    this.#inDialog(to, options, (status, answer) => {
      // 408 and 481 speak of the other party's dialog, not of this one (RFC 5057 §5.1).
      const passed = status === 408 || status === 481 ? 480 : status;
      const content = answer?.body ? { body: answer.body } : {};
      const passedHeaders = answer === null ? {} : pick(answer, ['Content-Type', 'Accept']);
      this.#link.send(res, passed, null, { ...content, headers: passedHeaders });
    });
  }

  notify(leg: LegId, transferId: TransferId, body: string, headers: Headers): void {
    this.#inDialog(leg, { method: 'NOTIFY', headers: { ...headers }, body }, (status) =>
      this.#report({ type: 'notify-answered', leg, transferId, status }),
    );
  }

  options(uri: string): Promise<number> {
    return new Promise((resolve) => {
      this.#link.request(uri, { method: 'OPTIONS' }, (req) => {
        if (req === null) resolve(503);
        else req.on('response', (res) => res.status >= 200 && resolve(res.status));
      });
    });
  }

  forget(leg: LegId): void {
    this.#ports.delete(leg);
  }

  // --- requests of peers -----------------------------------------------------------------------------

  #onInvite(req: SrfRequest, res: SrfResponse): void {
    if (req.stackDialogId !== '' && req.stackDialogId !== undefined) {
      const port = this.#ports.ofDialog(req.stackDialogId);
      if (port === undefined) return this.#link.send(res, 481, null, {});
      const request = this.#keep(port, req, res);
      this.#report({ type: 'offered', leg: port.leg, request, method: 'INVITE', sdp: sdpOf(req) });
      return;
    }
    const caller = callerOf(req);
    const invite: IncomingInvite = {
      source: { ip: req.source_address, port: req.source_port, transport: req.protocol },
      requestUri: req.uri,
      sipCallId: req.get('Call-ID') ?? '',
      callerNumber: caller.number,
      callerName: caller.name,
      offer: sdpOf(req),
      allowsUpdate: allowsUpdate(req),
      accept: (leg, credentials) => this.#accept(leg, credentials, req, res),
      refuse: (status, reason, headers) => this.#link.send(res, status, reason, { headers: { ...headers } }),
    };
    this.#handlers?.onInvite(invite);
  }

  #accept(leg: LegId, credentials: Credentials | null, req: SrfRequest, res: SrfResponse): void {
    const port = newPort(leg, credentials, dialogIdOf(req), { req, res });
    this.#ports.add(port);
    req.on('cancel', (cancel) =>
      this.#report({ type: 'hung-up', leg, by: 'peer', reason: cancel?.get('Reason') ?? null }),
    );
    req.on('update', (update, updateRes) => this.#onUpdate(port, update, updateRes));
  }

  #onRequest(req: SrfRequest, res: SrfResponse): void {
    const port = req.stackDialogId ? this.#ports.ofDialog(req.stackDialogId) : undefined;
    if (port === undefined) return this.#outsideOfCalls(req, res);
    const { leg } = port;
    switch (req.method) {
      case 'BYE': {
        const by = req.source === 'network' ? 'peer' : 'stack';
        if (by === 'peer') this.#link.send(res, 200, null, {});
        this.#report({ type: 'hung-up', leg, by, reason: req.get('Reason') ?? null });
        return;
      }
      case 'ACK':
        this.#report({ type: 'acked', leg, sdp: sdpOf(req) });
        return;
      case 'UPDATE':
        return this.#onUpdate(port, req, res);
      case 'INFO':
      case 'MESSAGE':
        this.#report({ type: 'info', leg, request: this.#keep(port, req, res) });
        return;
      case 'REFER':
        this.#report({
          type: 'referred',
          leg,
          request: this.#keep(port, req, res),
          cseq: cseqOf(req),
          referTo: parseReferTo(req.get('Refer-To')),
          referredBy: req.get('Referred-By') ?? null,
        });
        return;
      case 'OPTIONS':
      case 'PRACK':
        return this.#link.send(res, 200, null, { headers: { Allow: ALLOW } });
      case 'NOTIFY':
        // We never subscribe to anything: RFC 6665 §4.1.3.
        return this.#link.send(res, 481, 'Subscription does not exist', {});
      case 'SUBSCRIBE':
        return this.#link.send(res, 489, null, {});
      default:
        return this.#link.send(res, 501, null, {});
    }
  }

  #onUpdate(port: LegPort, req: SrfRequest, res: SrfResponse): void {
    const sdp = sdpOf(req);
    // Without a description it only refreshes the session (RFC 3311 §5.2).
    if (sdp === null) return this.#link.send(res, 200, null, { headers: { Allow: ALLOW } });
    const request = this.#keep(port, req, res);
    this.#report({ type: 'offered', leg: port.leg, request, method: 'UPDATE', sdp });
  }

  #outsideOfCalls(req: SrfRequest, res: SrfResponse): void {
    if (req.method === 'ACK' || req.source === 'application') return;
    if (req.stackDialogId) return this.#link.send(res, 481, null, {});
    if (this.#handlers?.knowsSource(req.source_address, req.source_port) !== true) {
      return this.#link.send(res, 403, null, {});
    }
    if (req.method === 'OPTIONS')
      return this.#link.send(res, 200, null, { headers: { Allow: ALLOW, Accept: 'application/sdp' } });
    this.#link.send(res, 405, null, { headers: { Allow: ALLOW } });
  }

  #keep(port: LegPort, req: SrfRequest, res: SrfResponse): RequestRef {
    port.waiting.set(req.stackTxnId, { req, res });
    return req.stackTxnId;
  }

  #report(event: LegEvent): void {
    this.#handlers?.onLegEvent(event);
  }

  /** A request inside a leg's dialog. `done` gets 481 when the server knows no such dialog. */
  #inDialog(
    leg: LegId,
    options: Omit<RequestOptions, 'stackDialogId'>,
    done: (status: number, res: (SrfResponse & { ack: LegPort['ack'] }) | null, port: LegPort | null) => void,
  ): void {
    const port = this.#ports.get(leg);
    if (port === undefined) {
      setImmediate(() => done(481, null, null));
      return;
    }
    const inside = { ...options, stackDialogId: port.dialogId };
    sendAuthenticated(this.#link, port.account, 'sip:placeholder', inside, {
      sent: (req) => req === null && done(481, null, port),
      response: (res, ack) => {
        if (res.status >= 200) done(res.status, Object.assign(res, { ack }), port);
      },
      challenged: () => true,
    });
  }
}

/** The library adds a tag to To only once and keeps it; each early dialog needs its own (RFC 3261 §12.1.1). */
function setLocalTag(req: SrfRequest, res: SrfResponse, tag: string): void {
  res.headers.to = `${req.get('To') ?? ''};tag=${tag}`;
}

function pick(
  message: { get(name: string): string | undefined },
  names: readonly string[],
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = message.get(name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** `udp/10.0.0.1:5060,tcp/…` gives `10.0.0.1:5060`. */
function hostOf(hostports: string): string | null {
  const first = hostports.split(',')[0] ?? '';
  const slash = first.indexOf('/');
  return slash === -1 || slash === first.length - 1 ? null : first.slice(slash + 1);
}
