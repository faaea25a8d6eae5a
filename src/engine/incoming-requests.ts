/** Requests of peers, in and outside of calls, as events of legs. */
import type { AgentAnswer, AgentRequest } from '../agents/agent-request.js';
import type { LegId } from '../call/call.js';
import { carriedBy } from './carried.js';
import type { SrfRequest, SrfResponse } from './drachtio.js';
import { oneLine, splitValues } from './header-values.js';
import { keyPresses } from './key-presses.js';
import { type LegPort, newPort } from './leg-port.js';
import type { LegWire } from './leg-wire.js';
import { parseReferTo, wantsNotify } from './refer.js';
import { type DialogName, parseReplaces } from './replaces.js';
import type { Credentials, IncomingInvite, SignallingHandlers } from './signalling.js';
import {
  ALLOW,
  allowsUpdate,
  callerOf,
  cseqOf,
  dialogIdOf,
  maxForwardsOf,
  sdpOf,
  tagOf,
} from './srf-messages.js';

/** Requests besides INVITE that the server shall hand to us. */
const OTHER_METHODS = [
  ...['bye', 'ack', 'info', 'message', 'update', 'refer', 'notify', 'options', 'prack'],
  ...['subscribe', 'publish', 'register'],
];
/** Longest Referred-By that is passed on, characters. */
const LONGEST_REFERRED_BY = 1000;

type Handlers = Pick<SignallingHandlers, 'onInvite' | 'onRegister' | 'onHeardAgain' | 'knowsSource'>;

export class IncomingRequests {
  constructor(
    private readonly wire: LegWire,
    private readonly handlers: Handlers,
  ) {}

  listen(): void {
    const { link } = this.wire;
    link.handle('invite', (req, res) => this.#onInvite(req, res));
    for (const method of OTHER_METHODS) link.handle(method, (req, res) => this.#onRequest(req, res));
  }

  /** UPDATE before the 2xx comes to the INVITE that it is about. */
  onUpdate(port: LegPort, req: SrfRequest, res: SrfResponse): void {
    this.wire.hear(port, req);
    const sdp = sdpOf(req);
    // Without a description it only refreshes the session (RFC 3311 §5.2).
    if (sdp === null) return this.wire.respond(port, res, 200, null, { headers: { Allow: ALLOW } });
    const request = this.wire.keep(port, req, res);
    this.wire.report({ type: 'offered', leg: port.leg, request, method: 'UPDATE', sdp });
  }

  #onInvite(req: SrfRequest, res: SrfResponse): void {
    const { wire } = this;
    if (req.stackDialogId !== '' && req.stackDialogId !== undefined) {
      const port = wire.ports.ofDialog(req.stackDialogId);
      if (port === undefined) return wire.link.send(res, 481, null, {});
      wire.hear(port, req);
      const request = wire.keep(port, req, res);
      wire.report({ type: 'offered', leg: port.leg, request, method: 'INVITE', sdp: sdpOf(req) });
      return;
    }
    const former = wire.ports.ofDialog(dialogIdOf(req));
    if (former?.direction === 'in' && former.inbound === null && !former.answered) {
      this.#take(former, req, res);
      return this.handlers.onHeardAgain(former.leg);
    }
    const replaces = replacedBy(req);
    // Strangers are turned away as such, whatever they ask for.
    if (replaces === 'malformed' && this.handlers.knowsSource(req.source_address, req.source_port)) {
      return wire.link.send(res, 400, 'Bad Replaces', {});
    }
    this.handlers.onInvite(this.#incoming(req, res, replaces === 'malformed' ? null : replaces));
  }

  #incoming(req: SrfRequest, res: SrfResponse, replaces: DialogName | null): IncomingInvite {
    const { wire } = this;
    const caller = callerOf(req);
    const replaced = replaces === null ? null : (wire.ports.named(replaces)?.leg ?? null);
    return {
      source: { ip: req.source_address, port: req.source_port, transport: req.protocol },
      requestUri: req.uri,
      request: agentRequest(req),
      sipCallId: req.get('Call-ID') ?? '',
      callerNumber: caller.number,
      callerName: caller.name,
      offer: sdpOf(req),
      allowsUpdate: allowsUpdate(req),
      maxForwards: maxForwardsOf(req),
      carried: carriedBy(req),
      replaces: replaces === null ? null : { leg: replaced, earlyOnly: replaces.earlyOnly },
      accept: (leg, credentials) => this.#accept(leg, credentials, req, res),
      refuse: (status, reason, headers) =>
        wire.link.send(res, status, reason, { headers: oneEach(headers ?? {}) }),
    };
  }

  #accept(leg: LegId, credentials: Credentials | null, req: SrfRequest, res: SrfResponse): void {
    const port = newPort(leg, credentials, { req, res }, dialogIdOf(req));
    port.remoteTag = tagOf(req.get('From'));
    this.wire.ports.add(port);
    this.#take(port, req, res);
  }

  /** From now on this is the INVITE of the leg. */
  #take(port: LegPort, req: SrfRequest, res: SrfResponse): void {
    const { leg } = port;
    port.inbound = { req, res };
    this.wire.hear(port, req);
    req.on('cancel', (cancel) =>
      this.wire.report({ type: 'hung-up', leg, by: 'peer', reason: cancel?.get('Reason') ?? null }),
    );
    req.on('update', (update, updateRes) => this.onUpdate(port, update, updateRes));
  }

  #onRequest(req: SrfRequest, res: SrfResponse): void {
    const { wire } = this;
    const port = req.stackDialogId ? wire.ports.ofDialog(req.stackDialogId) : undefined;
    if (port === undefined) return this.#outsideOfCalls(req, res);
    const { leg } = port;
    if (req.source === 'network') wire.hear(port, req);
    switch (req.method) {
      case 'BYE': {
        const by = req.source === 'network' ? 'peer' : 'stack';
        if (by === 'peer') wire.respond(port, res, 200, null, {});
        // It crossed ours, which was the first, and is as good as an answer to it (RFC 3261 §15.1.2).
        if (by === 'peer' && port.hungUp) return wire.report({ type: 'bye-answered', leg });
        return wire.report({ type: 'hung-up', leg, by, reason: req.get('Reason') ?? null });
      }
      case 'ACK':
        return wire.report({ type: 'acked', leg, sdp: sdpOf(req) });
      case 'UPDATE':
        return this.onUpdate(port, req, res);
      case 'INFO':
        return this.#onInfo(port, req, res);
      case 'MESSAGE':
        return wire.report({ type: 'info', leg, request: wire.keep(port, req, res) });
      case 'REFER':
        return this.#onRefer(port, req, res);
      case 'OPTIONS':
      case 'PRACK':
        return wire.respond(port, res, 200, null, { headers: { Allow: ALLOW } });
      case 'NOTIFY':
        // We never subscribe to anything: RFC 6665 §4.1.3.
        return wire.respond(port, res, 481, 'Subscription does not exist', {});
      default:
        return wire.respond(port, res, req.method === 'SUBSCRIBE' ? 489 : 501, null, {});
    }
  }

  #onInfo(port: LegPort, req: SrfRequest, res: SrfResponse): void {
    const { wire } = this;
    const { leg } = port;
    const request = wire.keep(port, req, res);
    const presses = keyPresses(req.get('Content-Type'), typeof req.body === 'string' ? req.body : '');
    if (presses.length === 0) return wire.report({ type: 'info', leg, request });
    // The first event that is answered answers the request; the others find it answered.
    for (const press of presses) wire.report({ type: 'keyed', leg, request, press });
  }

  #onRefer(port: LegPort, req: SrfRequest, res: SrfResponse): void {
    const { wire } = this;
    const { to, replaces } = parseReferTo(req.get('Refer-To'));
    const common = {
      request: wire.keep(port, req, res),
      cseq: cseqOf(req),
      referredBy: oneLine(req.get('Referred-By'), LONGEST_REFERRED_BY),
      subscribes: wantsNotify(req.get('Refer-Sub')),
    };
    if (replaces === null) return wire.report({ type: 'referred', leg: port.leg, referTo: to, ...common });
    const named = wire.ports.named(replaces);
    const fits = named !== undefined && named !== port && !(replaces.earlyOnly && named.answered);
    if (fits) return wire.report({ type: 'attended', asker: port.leg, named: named.leg, ...common });
    // Neither 481 nor 404: they would speak of the dialog that the REFER came in (RFC 5057 §5.1).
    const why = 'Replaces names no dialog of this server';
    const referTo = { ok: false, status: 403, code: 'unknown-dialog', why } as const;
    wire.report({ type: 'referred', leg: port.leg, referTo, ...common });
  }

  #outsideOfCalls(req: SrfRequest, res: SrfResponse): void {
    const { link } = this.wire;
    if (req.method === 'ACK' || req.source === 'application') return;
    if (req.stackDialogId) return link.send(res, 481, null, {});
    const registered = req.method === 'REGISTER' ? this.handlers.onRegister(agentRequest(req)) : null;
    if (registered !== null) {
      const { status, reason, headers } = registered;
      return link.send(res, status, reason, { headers: oneEach(headers) });
    }
    if (!this.handlers.knowsSource(req.source_address, req.source_port)) return link.send(res, 403, null, {});
    if (req.method !== 'OPTIONS') return link.send(res, 405, null, { headers: { Allow: ALLOW } });
    const accept = 'application/sdp, multipart/mixed, application/pidf+xml';
    link.send(res, 200, null, { headers: { Allow: ALLOW, Accept: accept } });
  }
}

function agentRequest(req: SrfRequest): AgentRequest {
  return {
    method: req.method,
    source: { host: req.source_address, port: req.source_port, transport: transportOf(req) },
    get: (name) => req.get(name),
  };
}

/**
 * The control protocol calls a WebSocket by the stream that it runs on; the topmost Via, which names the connection that
 * the request came by (RFC 7118 §5.1), tells them apart. Never from it that a datagram was none.
 */
function transportOf(req: SrfRequest): string {
  const protocol = req.protocol.toLowerCase();
  const said = /^SIP\s*\/\s*2\.0\s*\/\s*(wss?)\s/i.exec(req.get('Via')?.trim() ?? '')?.[1]?.toLowerCase();
  return protocol === 'udp' || said === undefined ? protocol : said;
}

/**
 * Headers as the library takes them. It has one value for each name and would join several by commas, which must not be
 * done with challenges (RFC 3261 §7.3.1): so the further ones go as lines of their own within the first.
 */
function oneEach(headers: AgentAnswer['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value.join(`\r\n${name}: `),
    ]),
  );
}

/** The dialog that an INVITE wants to replace; two of them, or Join beside it, are an error (RFC 3891 §3). */
function replacedBy(req: SrfRequest): DialogName | 'malformed' | null {
  const values = splitValues(req.get('Replaces') ?? '');
  const [value] = values;
  if (value === undefined) return null;
  if (values.length > 1 || req.has('Join')) return 'malformed';
  return parseReplaces(value) ?? 'malformed';
}
