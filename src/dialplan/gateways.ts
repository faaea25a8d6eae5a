import { isIPv6 } from 'node:net';
import type { Gateway, GatewayTransport, TrunkId } from './plan.js';

const HOST = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const DEFAULT_PORT = 5060;

/** How a gateway is written, for people. */
export const GATEWAY_FORM =
  'a SIP address as host:port/transport, such as 10.0.0.9:5060/udp or "[::1]:5060/tcp"';

/**
 * Read `host`, `host:port`, `host/transport` or `host:port/transport`; port 5060 and udp when left out.
 * IPv6 addresses stand in brackets. Undefined for anything else.
 */
export function parseGateway(text: string, trunk: TrunkId): Gateway | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^[\]:/\s]+))(?::(\d{1,5}))?(?:\/(udp|tcp))?$/.exec(text);
  if (match === null) return undefined;
  const [, ipv6, name, portText, transportText] = match;
  const host = (ipv6 ?? name ?? '').toLowerCase();
  if (ipv6 === undefined ? !HOST.test(host) : !isIPv6(host)) return undefined;
  const port = portText === undefined ? DEFAULT_PORT : Number(portText);
  if (port < 1 || port > 65_535) return undefined;
  const transport: GatewayTransport = transportText === 'tcp' ? 'tcp' : 'udp';
  const shownHost = ipv6 === undefined ? host : `[${host}]`;
  return { id: `${trunk}/${shownHost}:${port}/${transport}`, host, port, transport };
}
