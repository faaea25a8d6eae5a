import { isIP } from 'node:net';
import type { SipRequest } from '../message/message.js';
import { findParam } from '../message/params.js';
import { parseUri, type SipUri } from '../message/uri.js';
import { defaultPort } from '../resolve/locate.js';
import type { Destination, Flow, Listener, Transport } from '../transport/flow.js';
import type { Core } from './core.js';
import { contactUri } from './dialog-state.js';
import type { Hop, Route } from './hop.js';

const TRANSPORTS: ReadonlySet<string> = new Set<Transport>(['udp', 'tcp', 'tls', 'ws', 'wss']);

const isTransport = (name: string): name is Transport => TRANSPORTS.has(name);

/** Transport of the URI, else the one of the dialog (RFC 3263 §4.1); `null` leaves it to DNS. */
function transportOf(uri: SipUri, preferred: Listener | null): Transport | null | 'unknown' {
  const named = findParam(uri.params, 'transport')?.toLowerCase() ?? '';
  if (uri.scheme === 'sips') {
    if (named === '' || named === 'tcp' || named === 'tls') return 'tls';
    return named === 'ws' || named === 'wss' ? 'wss' : 'unknown';
  }
  if (named !== '') return isTransport(named) ? named : 'unknown';
  return preferred?.transport ?? null;
}

/** What is known of the peer of a dialog. */
export interface Acquaintance {
  /** The flow that it was last heard on. */
  readonly flow: Flow | null;
  readonly hiddenHost: string | null;
}

/**
 * The address in Contact of a peer that sits behind NAT: it names itself alike in Via and Contact, by a private
 * address, asks for answers to where it sends from (RFC 3581), and sends from elsewhere. Null for all others; with a
 * proxy between us the Via on top is the proxy's.
 */
export function hiddenHost(request: SipRequest, flow: Flow): string | null {
  const { via } = request;
  const contact = parseUri(contactUri(request) ?? '');
  if (via === null || contact === null || !via.rport || via.host !== contact.host) return null;
  return contact.host !== flow.remoteHost && isPrivate(contact.host) ? contact.host : null;
}

/**
 * Finds the next hops of a URI; calls back at once unless a host name must be looked up. `known` is for requests in
 * a dialog.
 */
export function findRoute(
  core: Core,
  uri: string,
  preferred: Listener | null,
  then: (route: Route) => void,
  known: Acquaintance | null = null,
): void {
  const parsed = parseUri(uri);
  const transport = parsed === null ? 'unknown' : transportOf(parsed, preferred);
  if (parsed === null || transport === 'unknown') {
    const reason = parsed === null ? `cannot send to ${uri}` : `transport of ${uri} is not supported`;
    then({ ok: false, reason });
    return;
  }
  const flow = flowFor(core, parsed, known);
  if (flow !== null) {
    const { listener, remoteHost, remotePort } = flow;
    const destination = { transport: listener.transport, host: remoteHost, port: remotePort };
    then({ ok: true, listener, destination, flow, others: [] });
    return;
  }
  const host = findParam(parsed.params, 'maddr') || parsed.host;
  const available = [...new Set(core.transport.listeners.map((listener) => listener.transport))];
  const found = (destinations: readonly Destination[]): void => {
    const [first, ...others] = hopsTo(core, destinations, preferred);
    if (first === undefined) then({ ok: false, reason: `no listener for ${transport ?? 'udp'} to ${host}` });
    else then({ ok: true, ...first, others });
  };
  const otherwise = transport ?? (available.includes('udp') ? 'udp' : (available[0] ?? 'udp'));
  const port = parsed.port ?? defaultPort(otherwise);
  if (isIP(host) !== 0) {
    found([{ transport: otherwise, host, port }]);
    return;
  }
  core.transport.resolve(
    { host, port: parsed.port, transport, secure: parsed.scheme === 'sips', available },
    // A name that nobody knows is a peer that cannot be reached: the request fails later, with 503.
    (all) => found(all.length === 0 ? [{ transport: otherwise, host: '', port }] : all),
  );
}

function hopsTo(core: Core, destinations: readonly Destination[], preferred: Listener | null): Hop[] {
  const hops: Hop[] = [];
  for (const destination of destinations) {
    const listener = core.transport.select(destination, preferred);
    if (listener !== null) hops.push({ listener, destination, flow: null });
  }
  return hops;
}

/**
 * The flow to a peer that cannot be connected to: a WebSocket client, or one behind NAT whose Contact only means
 * something over there (RFC 5626 §5.3, RFC 7118 §5).
 */
function flowFor(core: Core, uri: SipUri, known: Acquaintance | null): Flow | null {
  const flow = known?.flow ?? null;
  if (flow?.open && reachesOnlyBack(uri, flow, known?.hiddenHost ?? null)) return flow;
  return core.transport.flowOf(uri);
}

function reachesOnlyBack(uri: SipUri, flow: Flow, hidden: string | null): boolean {
  if (hidden !== null && uri.host === hidden) return true;
  const transport = findParam(uri.params, 'transport')?.toLowerCase();
  if (transport === 'ws' || transport === 'wss') {
    return flow.listener.transport === 'ws' || flow.listener.transport === 'wss';
  }
  if (findParam(uri.params, 'ob') !== undefined) return true;
  if (uri.host.toLowerCase().endsWith('.invalid')) return true;
  return isPrivate(uri.host) && !isPrivate(flow.remoteHost);
}

/** Addresses that mean nothing outside their own network (RFC 1918, 6598, 3927, 4193, and loopback). */
export function isPrivate(host: string): boolean {
  if (isIP(host) === 6) return /^(f[cd]|fe80)/i.test(host) || host === '::1';
  if (isIP(host) === 0) return false;
  const [a = 0, b = 0] = host.split('.').map(Number);
  if (a === 10 || a === 127) return true;
  if (a === 172) return b >= 16 && b < 32;
  if (a === 192) return b === 168;
  if (a === 169) return b === 254;
  return a === 100 && b >= 64 && b < 128;
}

/** Whether a destination is one of our own listeners. */
export function isMyself(core: Core, destination: Destination): boolean {
  return core.transport.listeners.some(
    (own) =>
      own.transport === destination.transport &&
      ((own.port === destination.port && covers(own.host, destination.host)) ||
        (own.publicPort === destination.port && sameHost(own.publicHost, destination.host))),
  );
}

/** Whether a socket bound to `bound` also has the address `host`; a wildcard has loopback in any case. */
function covers(bound: string, host: string): boolean {
  if (bound === '0.0.0.0') return host.startsWith('127.');
  if (bound === '::') return sameHost(host, '::1');
  return sameHost(bound, host);
}

/** IPv6 addresses have many spellings (RFC 5952), names are alike in capitals. */
function sameHost(a: string, b: string): boolean {
  if (a === b) return true;
  return a.includes(':') && b.includes(':') ? spelled(a) === spelled(b) : a.toLowerCase() === b.toLowerCase();
}

/** The one spelling of an IPv6 address; what is none stays as it is. */
function spelled(address: string): string {
  return isIP(address) === 6 && URL.canParse(`http://[${address}]`)
    ? new URL(`http://[${address}]`).hostname
    : address;
}

export function flowTo(core: Core, hop: Hop): Flow {
  return hop.flow?.open ? hop.flow : core.transport.flow(hop.destination, hop.listener);
}
