import { cdrStop } from '../dialog/cdr.js';
import type { Core } from '../dialog/core.js';
import { findRoute, flowTo, isMyself } from '../dialog/next-hop.js';
import { encodeMessage } from '../message/build.js';
import { Headers } from '../message/headers.js';
import type { SipRequest } from '../message/message.js';
import { parseNameAddr } from '../message/name-addr.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { Flow } from '../transport/flow.js';
import { forwardRequest, isOwnUri, stripOwnRoutes } from './forward.js';
import { refusedForHops } from './hops.js';
import { ProxyJob } from './proxy-job.js';

/** Requests inside dialogs that we proxied with Record-Route: they pass without the application. */

interface Passage {
  readonly uri: string;
  readonly routes: string[];
}

/** RFC 3261 §16.4: where a request goes that came by our Record-Route; null when it did not. */
function passage(core: Core, request: SipRequest): Passage | null {
  const { routes, keyed } = stripOwnRoutes(core, request);
  if (!keyed) return null;
  const last = routes.at(-1);
  // A strict router before us put our address into the Request-URI and the target last.
  if (!isOwnUri(core, request.uri) || last === undefined) return { uri: request.uri, routes };
  return { uri: parseNameAddr(last).uri, routes: routes.slice(0, -1) };
}

/** Passes a request on that belongs to a proxied dialog; false when it does not. */
export function forwardInDialog(core: Core, request: SipRequest, incoming: ServerTransaction): boolean {
  const way = passage(core, request);
  if (way === null) return false;
  if (refusedForHops(incoming)) return true;
  if (request.method === 'BYE') cdrStop(core, request, 'network', 'normal-release');
  const order = {
    destinations: [way.uri],
    simultaneous: false,
    remainInDialog: false,
    followRedirects: false,
    provisionalTimeout: null,
    finalTimeout: null,
    headers: new Headers(),
  };
  new ProxyJob(core, incoming, order, way.routes, null).start();
  return true;
}

/** Passes the ACK of a 2xx on (§16.6, without a transaction); false when it belongs to no proxied dialog. */
export function forwardAck(core: Core, ack: SipRequest, flow: Flow): boolean {
  const way = passage(core, ack);
  if (way === null) return false;
  if (ack.headers.get('Max-Forwards') === '0') return true;
  const first = way.routes[0];
  findRoute(core, first === undefined ? way.uri : parseNameAddr(first).uri, null, (route) => {
    if (!route.ok || isMyself(core, route.destination)) return;
    const onward = forwardRequest(core, ack, {
      uri: way.uri,
      routes: way.routes,
      from: flow.listener,
      to: route.listener,
      record: false,
      extra: null,
    });
    core.transport.send(flowTo(core, route), onward, encodeMessage(onward), false);
  });
  return true;
}
