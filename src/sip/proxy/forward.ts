import { createHmac } from 'node:crypto';
import type { Core } from '../dialog/core.js';
import { isLoose, requestTarget } from '../dialog/dialog-state.js';
import { DROPPED_IN_REQUEST, hostPort, viaValue } from '../dialog/fill.js';
import { isMyself } from '../dialog/next-hop.js';
import { Headers } from '../message/headers.js';
import { SipRequest, SipResponse } from '../message/message.js';
import { parseNameAddr } from '../message/name-addr.js';
import { findParam, parseCount } from '../message/params.js';
import { parseUri } from '../message/uri.js';
import { newBranch } from '../random.js';
import type { Listener, Transport } from '../transport/flow.js';

/** Messages on their way through: RFC 3261 §16.6 for requests, §16.7 for responses. */

/**
 * What a Record-Route of ours carries besides the address. With it we know the requests of dialogs that we proxied
 * without keeping any of them, and nobody else can use us as a relay.
 */
function routeKey(secret: Buffer, callId: string): string {
  return createHmac('sha256', secret).update(callId).digest('base64url').slice(0, 16);
}

/** Whether a URI is one of our own addresses. */
export function isOwnUri(core: Core, uri: string): boolean {
  const parsed = parseUri(uri);
  if (parsed === null) return false;
  const transport = (findParam(parsed.params, 'transport')?.toLowerCase() ?? 'udp') as Transport;
  return isMyself(core, { transport, host: parsed.host, port: parsed.port ?? 5060 });
}

function routeValue(listener: Listener, key: string): string {
  return `<sip:${hostPort(listener)};transport=${listener.transport};lr;key=${key}>`;
}

/** The Route entries behind our own ones, and whether ours were ours for this call. */
export function stripOwnRoutes(core: Core, request: SipRequest): { routes: string[]; keyed: boolean } {
  const routes = request.list('Route');
  const key = routeKey(core.routeSecret, request.callId);
  let keyed = false;
  while (routes[0] !== undefined) {
    const { uri } = parseNameAddr(routes[0]);
    if (!isOwnUri(core, uri)) break;
    if (findParam(parseUri(uri)?.params ?? '', 'key') === key) keyed = true;
    routes.shift();
  }
  return { routes, keyed };
}

/** How a request leaves. */
export interface Onward {
  readonly uri: string;
  readonly routes: readonly string[];
  readonly from: Listener;
  readonly to: Listener;
  /** Later requests shall come through us. */
  readonly record: boolean;
  /** Headers of the application; they replace those of the same name. */
  readonly extra: Headers | null;
}

const REBUILT: ReadonlySet<string> = new Set(['Via', 'Max-Forwards', 'Route', 'Content-Length']);
/** Headers that an application cannot change on the way through. */
const FIXED: ReadonlySet<string> = new Set([
  ...DROPPED_IN_REQUEST,
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Max-Forwards',
]);

/** The copy of a request that goes on, with our Via on top (§16.6 steps 1 to 8). */
export function forwardRequest(core: Core, request: SipRequest, onward: Onward): SipRequest {
  const headers = new Headers();
  headers.add('Via', viaValue(onward.to, newBranch()));
  for (const via of request.headers.all('Via')) headers.add('Via', via);
  const hops = parseCount(request.headers.get('Max-Forwards') ?? '', 255) ?? 71;
  headers.add('Max-Forwards', String(Math.max(0, hops - 1)));
  const { uri, routes } = addressed(onward);
  for (const route of routes) headers.add('Route', route);
  if (onward.record) {
    const name = request.method === 'REGISTER' ? 'Path' : 'Record-Route';
    const key = routeKey(core.routeSecret, request.callId);
    headers.add(name, routeValue(onward.to, key));
    // RFC 5658 §6: two entries where the message changes its listener.
    if (onward.from !== onward.to) headers.add(name, routeValue(onward.from, key));
  }
  const replaced = new Set((onward.extra?.names ?? []).filter((name) => !FIXED.has(name)));
  copy(headers, request.headers, (name) => !REBUILT.has(name) && !replaced.has(name));
  if (onward.extra !== null) copy(headers, onward.extra, (name) => !FIXED.has(name));
  return new SipRequest(request.method, uri, headers, request.body);
}

/** §16.6 step 6: a strict router finds itself in the Request-URI, and the target behind the route. */
function addressed({ uri, routes }: Onward): Pick<Onward, 'uri' | 'routes'> {
  const [first, ...rest] = routes;
  const hop = first === undefined ? null : parseNameAddr(first).uri;
  if (hop === null || isLoose(hop)) return { uri, routes };
  return { uri: requestTarget(hop), routes: [...rest, `<${uri}>`] };
}

function copy(to: Headers, from: Headers, wanted: (name: string) => boolean): void {
  for (let i = 0; i < from.size; i++) {
    const name = from.names[i] ?? '';
    if (wanted(name)) to.add(name, from.values[i] ?? '');
  }
}

/** The copy of a response that goes back: without our Via (§16.7 step 3), with the caller's own ones. */
export function forwardResponse(response: SipResponse, vias: readonly string[]): SipResponse {
  const headers = new Headers();
  for (const via of vias) headers.add('Via', via);
  copy(headers, response.headers, (name) => name !== 'Via' && name !== 'Content-Length');
  return new SipResponse(response.status, response.reason, headers, response.body);
}

/** The Contact URIs of a redirection, best first (§16.5, RFC 3261 §20.10). */
export function redirectTargets(response: SipResponse): string[] {
  const targets = response.list('Contact').map((entry) => {
    const { uri, params } = parseNameAddr(entry);
    return { uri, q: Number(findParam(params, 'q') ?? '1') || 0 };
  });
  return targets.sort((a, b) => b.q - a.q).map(({ uri }) => uri);
}
