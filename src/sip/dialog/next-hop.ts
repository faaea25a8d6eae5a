import { isIP } from 'node:net';
import { findParam } from '../message/params.js';
import { parseUri } from '../message/uri.js';
import type { Destination, Flow, Listener, Transport } from '../transport/flow.js';
import type { Core } from './core.js';

/** Where a request goes and by which listener, or why it cannot. */
export type Route =
  | { readonly ok: true; readonly listener: Listener; readonly destination: Destination }
  | { readonly ok: false; readonly reason: string };

/** Transport of the URI, else the one of the dialog or of the only listener (RFC 3263 §4.1). */
function transportOf(params: string, preferred: Listener | null, core: Core): Transport | null {
  const named = findParam(params, 'transport')?.toLowerCase();
  if (named === 'udp' || named === 'tcp') return named;
  if (named !== undefined && named !== '') return null;
  if (preferred !== null) return preferred.transport;
  return core.transport.listeners.some((listener) => listener.transport === 'udp') ? 'udp' : 'tcp';
}

/** Finds the next hop of a URI; calls back at once unless a host name must be looked up. */
export function findRoute(
  core: Core,
  uri: string,
  preferred: Listener | null,
  then: (route: Route) => void,
): void {
  const parsed = parseUri(uri);
  if (parsed === null || parsed.scheme === 'sips') {
    then({ ok: false, reason: `cannot send to ${uri}` });
    return;
  }
  const transport = transportOf(parsed.params, preferred, core);
  if (transport === null) {
    then({ ok: false, reason: `transport of ${uri} is not supported` });
    return;
  }
  const host = findParam(parsed.params, 'maddr') || parsed.host;
  const port = parsed.port ?? 5060;
  const found = (address: string | null): void => {
    // A name that nobody knows is a peer that cannot be reached: the request fails later, with 503.
    const destination: Destination = { transport, host: address ?? '', port };
    const listener = core.transport.select(destination, preferred);
    if (listener === null) then({ ok: false, reason: `no listener for ${transport} to ${host}` });
    else then({ ok: true, listener, destination });
  };
  if (isIP(host) !== 0) found(host);
  else core.transport.resolve(host, found);
}

/** Whether a destination is one of our own listeners. */
export function isMyself(core: Core, destination: Destination): boolean {
  return core.transport.listeners.some(
    (own) =>
      own.transport === destination.transport &&
      ((own.port === destination.port && covers(own.host, destination.host)) ||
        (own.publicPort === destination.port && own.publicHost === destination.host)),
  );
}

/** Whether a socket bound to `bound` also has the address `host`; a wildcard has loopback in any case. */
function covers(bound: string, host: string): boolean {
  if (bound === '0.0.0.0') return host.startsWith('127.');
  if (bound === '::') return host === '::1';
  return bound === host;
}

export function flowTo(core: Core, route: Extract<Route, { ok: true }>): Flow {
  return core.transport.flow(route.destination, route.listener);
}
