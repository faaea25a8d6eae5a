/** `Signalling` on drachtio-srf, low level: no Dialog objects, whose defaults answer before we can. */
import type { KeyByInfo, LegId, OfferMethod, RequestRef, TransferId } from '../call/call.js';
import type { RefusalCode } from '../call/command.js';
import { identityOf, sendAuthenticated } from './authenticated-request.js';
import { withoutBodies } from './carried.js';
import type { HeaderSet, SrfRequest, SrfResponse } from './drachtio.js';
import { userOf } from './header-values.js';
import { IncomingRequests } from './incoming-requests.js';
import { keptOf, keptPort, type LegPort, LegPorts, newPort } from './leg-port.js';
import { LegWire } from './leg-wire.js';
import type { EngineLog } from './log.js';
import { warningHeader } from './reason-headers.js';
import { wantsNotify } from './refer.js';
import type {
  Credentials,
  Headers,
  KeptLeg,
  NextHop,
  OutgoingInvite,
  Signalling,
  SignallingHandlers,
} from './signalling.js';
import { type SipServerAddress, SrfLink } from './srf-link.js';
import {
  ALLOW,
  agentOf,
  allowsUpdate,
  dialogIdOf,
  errorText,
  SUPPORTED,
  sdpOf,
  tagOf,
  withSdp,
} from './srf-messages.js';

/** Keys that wait on one leg; more are not typed by anybody. */
const MOST_KEYS = 64;

export class SrfSignalling implements Signalling {
  readonly #link: SrfLink;
  readonly #ports = new LegPorts();
  readonly #wire: LegWire;
  #incoming: IncomingRequests | null = null;
  #handlers: SignallingHandlers | null = null;
  #ownHost = '127.0.0.1';

  /** @param newUuid a new UUID of version 4 as 32 lower-case hexadecimal digits (RFC 7989 §4.1). */
  constructor(
    server: SipServerAddress,
    private readonly log: EngineLog,
    newUuid: () => string,
  ) {
    this.#link = new SrfLink(server, log);
    this.#wire = new LegWire(this.#link, this.#ports, newUuid, (event) => this.#handlers?.onLegEvent(event));
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
    this.#incoming = new IncomingRequests(this.#wire, handlers);
    this.#incoming.listen();
    const hostports = await this.#link.connect(handlers.onLink);
    this.#ownHost = hostOf(hostports) ?? this.#ownHost;
  }

  close(): void {
    this.#link.close();
  }

  invite(leg: LegId, request: OutgoingInvite): void {
    const port = newPort(leg, request.credentials, null, '');
    this.#ports.add(port);
    port.partner = request.from === null ? null : (this.#ports.get(request.from)?.session ?? null);
    this.#sendInvite(port, request);
  }

  /** @param again what says that it is an earlier INVITE of the leg once more */
  #sendInvite(port: LegPort, request: OutgoingInvite, again: HeaderSet = {}): void {
    const { leg } = port;
    const content = withSdp(request.sdp, request.bodies);
    const options = {
      method: 'INVITE',
      ...content,
      ...by(request),
      headers: {
        ...request.headers,
        ...by(request).headers,
        Allow: ALLOW,
        Supported: SUPPORTED,
        ...content.headers,
        ...this.#wire.headers(port),
        ...again,
      },
    };
    sendAuthenticated(this.#link, port.account, request.uri, options, {
      sent: (req, error) => {
        if (req !== null) this.#follow(port, req);
        else this.#wire.report({ type: 'failed', leg, status: 503, reason: error, reached: false });
      },
      response: (res, ack) => {
        port.ack = ack;
        this.#onInviteResponse(port, res, request);
      },
      challenged: () => {
        // Until it goes out again there is nothing that a CANCEL could name.
        if (port.cancelWanted === null) port.outbound = null;
        return port.cancelWanted === null;
      },
    });
  }

  /** The server has taken our INVITE. */
  #follow(port: LegPort, req: SrfRequest): void {
    const dialogId = dialogIdOf(req);
    const known = port.dialogId === dialogId;
    port.outbound = req;
    port.localTag = tagOf(req.get('From'));
    this.#ports.nameDialog(port, dialogId);
    if (!known) this.#wire.report({ type: 'sent', leg: port.leg, sipCallId: req.get('Call-ID') ?? '' });
    req.on('update', (update, res) => this.#incoming?.onUpdate(port, update, res));
    if (port.cancelWanted !== null) this.#sendCancel(port, port.cancelWanted);
  }

  #onInviteResponse(port: LegPort, res: SrfResponse, request: OutgoingInvite): void {
    const { leg } = port;
    const { status } = res;
    const { report } = this.#wire;
    // A PBX that takes nothing but a plain description gets one: the call matters more than the location.
    if (status === 415 && request.bodies.length > 0 && port.cancelWanted === null) {
      const again = port.outbound === null ? {} : identityOf(port.outbound);
      port.outbound = null;
      this.log.info({ leg, uri: request.uri }, 'the peer takes no multipart body; called again without');
      return this.#sendInvite(
        port,
        { ...request, headers: withoutBodies(request.headers), bodies: [] },
        again,
      );
    }
    // A response that the SIP server made itself, because no peer answered, has no tag in To.
    const tag = tagOf(res.get('To'));
    if (tag !== null) {
      port.remoteTag = tag;
      this.#wire.hear(port, res);
    }
    if (status < 200) {
      report({ type: 'provisional', leg, status, sdp: sdpOf(res) });
    } else if (status < 300) {
      port.answered = true;
      const agent = agentOf(res, userOf(request.uri));
      report({ type: 'answered', leg, sdp: sdpOf(res), allowsUpdate: allowsUpdate(res), agent });
    } else {
      report({ type: 'failed', leg, status, reason: res.get('Reason') ?? res.reason, reached: tag !== null });
    }
  }

  provisional(leg: LegId, status: number, sdp: string | null, branch: string): void {
    const port = this.#ports.get(leg);
    if (!port?.inbound) return;
    const { req, res } = port.inbound;
    setLocalTag(req, res, branch);
    port.localTag = branch;
    this.#wire.respond(port, res, status, null, withSdp(sdp));
  }

  answer(leg: LegId, sdp: string | null, branch: string): void {
    const port = this.#ports.get(leg);
    if (!port?.inbound) return;
    const { req, res } = port.inbound;
    setLocalTag(req, res, branch);
    port.localTag = branch;
    port.answered = true;
    const content = withSdp(sdp);
    const headers = { Allow: ALLOW, Supported: SUPPORTED, ...content.headers };
    this.#wire.respond(port, res, 200, null, { ...content, headers }, (err, sent) => {
      // Another SIP server may have a tag of its own.
      if (err === null) port.localTag = tagOf(sent?.get('To')) ?? branch;
      else {
        this.log.info({ leg, err }, 'the answer came too late');
        this.#wire.report({ type: 'answer-failed', leg });
      }
    });
  }

  reject(leg: LegId, status: number, headers: Headers): void {
    const port = this.#ports.get(leg);
    if (port?.inbound) this.#wire.respond(port, port.inbound.res, status, null, { headers: { ...headers } });
  }

  cancel(leg: LegId, headers: Headers): void {
    const port = this.#ports.get(leg);
    if (port === undefined) return;
    port.cancelWanted = headers;
    if (port.outbound !== null) this.#sendCancel(port, headers);
  }

  #sendCancel(port: LegPort, headers: Headers): void {
    this.#link.safely(() => {
      port.outbound?.cancel({ headers: { ...headers, ...this.#wire.headers(port) } }, (err) => {
        if (err !== null && err !== undefined)
          this.log.debug({ leg: port.leg, err: errorText(err) }, 'CANCEL');
      });
    });
  }

  bye(leg: LegId, headers: Headers): void {
    this.#wire.request(
      leg,
      { method: 'BYE', headers: { ...headers } },
      () => this.#wire.report({ type: 'bye-answered', leg }),
      (port) => {
        port.hungUp = true;
      },
    );
  }

  ack(leg: LegId, sdp: string | null): void {
    const port = this.#ports.get(leg);
    const ack = port?.ack;
    if (port === undefined || !ack) return;
    port.ack = null;
    const content = withSdp(sdp);
    this.#link.safely(() =>
      ack({ ...content, headers: { ...content.headers, ...this.#wire.headers(port) } }),
    );
  }

  offer(leg: LegId, method: OfferMethod, sdp: string | null): void {
    const content = withSdp(sdp);
    const options = { method, ...content, headers: { ...content.headers, Allow: ALLOW } };
    this.#wire.request(leg, options, (status, res, port) => {
      const retry = status === 491 || (status === 500 && res?.has('Retry-After') === true);
      if (port !== null && res !== null && method === 'INVITE' && status < 300) port.ack = res.ack;
      const answer = res === null ? null : sdpOf(res);
      const reason = res?.reason ?? null;
      this.#wire.report({ type: 'offer-answered', leg, status, reason, sdp: answer, retry });
    });
  }

  respond(
    leg: LegId,
    request: RequestRef,
    status: number,
    reason: string | null,
    sdp: string | null,
    code: RefusalCode | null = null,
  ): void {
    const port = this.#ports.get(leg);
    const waiting = port?.waiting.get(request);
    if (port === undefined || waiting === undefined) return;
    port.waiting.delete(request);
    const content = withSdp(sdp);
    const own: Record<string, string> = { ...content.headers };
    if (code !== null) Object.assign(own, warningHeader(code, reason));
    if (status === 200) own.Allow = ALLOW;
    // RFC 4488 §4: the 2xx confirms that no subscription was made.
    if (waiting.req.method === 'REFER' && status < 300 && !wantsNotify(waiting.req.get('Refer-Sub')))
      own['Refer-Sub'] = 'false';
    this.#wire.respond(port, waiting.res, status, reason, { ...content, headers: own });
  }

  forward(leg: LegId, request: RequestRef, to: LegId): void {
    const port = this.#ports.get(leg);
    const waiting = port?.waiting.get(request);
    if (port === undefined || waiting === undefined) return;
    port.waiting.delete(request);
    const { req, res } = waiting;
    const headers = pick(req, ['Content-Type', 'Info-Package', 'Content-Disposition']);
    const options = { method: req.method, headers, ...(req.body ? { body: req.body } : {}) };
    this.#wire.request(to, options, (status, answer) => {
      // 408 and 481 speak of the other party's dialog, not of this one (RFC 5057 §5.1).
      const passed = status === 408 || status === 481 ? 480 : status;
      const content = answer?.body ? { body: answer.body } : {};
      const passedHeaders = answer === null ? {} : pick(answer, ['Content-Type', 'Accept']);
      this.#wire.respond(port, res, passed, null, { ...content, headers: passedHeaders });
    });
  }

  sendKeys(leg: LegId, presses: readonly KeyByInfo[]): void {
    const port = this.#ports.get(leg);
    if (port === undefined) return;
    const idle = port.keys.length === 0;
    port.keys.push(...presses.slice(0, MOST_KEYS - port.keys.length));
    if (idle) this.#sendKey(port);
  }

  /** The next key goes out when this one was answered, or nobody answers: their order must not change. */
  #sendKey(port: LegPort): void {
    const [press] = port.keys;
    if (press === undefined) return;
    const headers = { 'Content-Type': press.contentType };
    this.#wire.request(port.leg, { method: 'INFO', headers, body: press.body }, () => {
      port.keys.shift();
      this.#sendKey(port);
    });
  }

  pair(leg: LegId, partner: LegId | null): void {
    const port = this.#ports.get(leg);
    if (port !== undefined)
      port.partner = (partner === null ? null : this.#ports.get(partner)?.session) ?? null;
  }

  notify(leg: LegId, transferId: TransferId, body: string, headers: Headers): void {
    this.#wire.request(leg, { method: 'NOTIFY', headers: { ...headers }, body }, (status) =>
      this.#wire.report({ type: 'notify-answered', leg, transferId, status }),
    );
  }

  probe(leg: LegId): void {
    this.#wire.request(leg, { method: 'OPTIONS', headers: { Accept: 'application/sdp' } }, (status) =>
      this.#wire.report({ type: 'probe-answered', leg, status }),
    );
  }

  kept(leg: LegId): KeptLeg | null {
    const port = this.#ports.get(leg);
    return port === undefined ? null : keptOf(port);
  }

  resume(leg: LegId, kept: KeptLeg, credentials: Credentials | null): void {
    this.#ports.add(keptPort(leg, kept, credentials));
  }

  options(uri: string, hop?: NextHop): Promise<number> {
    return new Promise((resolve) => {
      this.#link.request(uri, { method: 'OPTIONS', ...(hop === undefined ? {} : by(hop)) }, (req) => {
        if (req === null) resolve(503);
        else req.on('response', (res) => res.status >= 200 && resolve(res.status));
      });
    });
  }

  forget(leg: LegId): void {
    this.#ports.delete(leg);
  }
}

/** The library adds a tag to To only once and keeps it; each early dialog needs its own (RFC 3261 §12.1.1). */
function setLocalTag(req: SrfRequest, res: SrfResponse, tag: string): void {
  res.headers.to = `${req.get('To') ?? ''};tag=${tag}`;
}

/** A next hop as the library takes it. */
function by({ nextHop, route }: NextHop): {
  readonly proxy?: string;
  readonly headers: Record<string, string>;
} {
  return {
    ...(nextHop === null ? {} : { proxy: nextHop }),
    headers: route === null ? {} : { Route: route },
  };
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
