import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '../clock.js';
import type { Owner, RouteDecision } from '../dialog/application.js';
import type { SipLog } from '../log.js';
import { Headers } from '../message/headers.js';
import type { SipRequest } from '../message/message.js';
import type { Flow } from '../transport/flow.js';
import { askRouteService, type RouteAnswer } from './route-service.js';

/** Requests of this method are taken to an application that we dial, one connection a request. */
export interface OutboundRule {
  /** `INVITE`, ..., or `*` for every method that has no rule of its own. */
  readonly method: string;
  /** `tcp://host:port` or `tls://host:port` of an application, or the URL of an HTTP service that names one. */
  readonly target: string;
  /** Accept the certificate of a `tls://` application without a chain to a known authority. */
  readonly anyCertificate?: boolean;
}

/** What dialling needs of the server around it. */
export interface OutboundHost {
  readonly clock: Clock;
  readonly log: SipLog;
  /** Makes a session of a connection; calls back when the application has authenticated. */
  adopt(socket: Socket, authenticated: (owner: Owner) => void): void;
  /** A connected application with that tag. */
  withTag(tag: string): Owner | null;
}

/** An application that was dialled must have authenticated within this, ms. */
const DIAL_MS = 5000;
const UNAVAILABLE: RouteDecision = { type: 'reject', status: 480, reason: 'Temporarily Unavailable' };

export function ruleFor(rules: readonly OutboundRule[], method: string): OutboundRule | null {
  const wanted = method.toUpperCase();
  return (
    rules.find((rule) => rule.method.toUpperCase() === wanted) ??
    rules.find((rule) => rule.method === '*') ??
    null
  );
}

/** Decides by a rule; calls back once, in a later turn. */
export function decideOutbound(
  host: OutboundHost,
  rule: OutboundRule,
  request: SipRequest,
  flow: Flow,
  then: (decision: RouteDecision) => void,
): void {
  const { target } = rule;
  if (!/^https?:/i.test(target)) {
    dial(host, target, rule, then);
    return;
  }
  askRouteService(target, request, flow).then(
    (answer) => apply(host, rule, answer, then),
    (error: unknown) => {
      host.log.warn({ err: error, target }, 'the routing service failed');
      then(UNAVAILABLE);
    },
  );
}

function apply(
  host: OutboundHost,
  rule: OutboundRule,
  answer: RouteAnswer | null,
  then: (decision: RouteDecision) => void,
): void {
  if (answer === null) {
    host.log.warn({ target: rule.target }, 'the routing service gave no usable answer');
    then(UNAVAILABLE);
    return;
  }
  switch (answer.action) {
    case 'dial':
      dial(host, answer.uri, rule, then);
      return;
    case 'tag': {
      const owner = host.withTag(answer.tag);
      then(owner === null ? UNAVAILABLE : { type: 'owner', owner });
      return;
    }
    case 'reject':
      then({ type: 'reject', status: answer.status, reason: answer.reason });
      return;
    case 'redirect':
      then({ type: 'redirect', contacts: answer.contacts });
      return;
    case 'proxy':
      then({ type: 'proxy', order: { ...answer, headers: new Headers() } });
      return;
  }
}

/** `tcp://host:port`, `tls://host:port`, `host:port`, each with an optional `;transport=`; null when malformed. */
function parseTarget(target: string): { host: string; port: number; tls: boolean } | null {
  const [address = '', transport = ''] = target.split(';transport=');
  const named = /^(tcp|tls):\/\//i.exec(address);
  const url = URL.canParse(`x://${address.replace(/^\w+:\/\//, '')}`)
    ? new URL(`x://${address.replace(/^\w+:\/\//, '')}`)
    : null;
  const port = Number(url?.port ?? '');
  if (url === null || url.hostname === '' || !(port > 0)) return null;
  const tls = named?.[1]?.toLowerCase() === 'tls' || transport.toLowerCase() === 'tls';
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, tls };
}

function dial(
  host: OutboundHost,
  target: string,
  rule: OutboundRule,
  then: (decision: RouteDecision) => void,
): void {
  const parsed = parseTarget(target);
  if (parsed === null) {
    host.log.warn({ target }, 'not an address that can be dialled');
    setImmediate(() => then(UNAVAILABLE));
    return;
  }
  const address = { host: parsed.host, port: parsed.port };
  const socket = parsed.tls
    ? connectTls({ ...address, servername: parsed.host, rejectUnauthorized: rule.anyCertificate !== true })
    : connect(address);
  let decided = false;
  const decide = (decision: RouteDecision): void => {
    if (decided) return;
    decided = true;
    host.clock.clearTimeout(deadline);
    then(decision);
  };
  const deadline = host.clock.setTimeout(() => socket.destroy(), DIAL_MS);
  socket.on('close', () => decide(UNAVAILABLE));
  host.adopt(socket, (owner) => decide({ type: 'owner', owner }));
}
