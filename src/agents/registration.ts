/** A binding of an agent to a phone (RFC 3261 §10.2), as it is kept and as it is rung. */
import { isIP } from 'node:net';
import { findParam } from '../sip/message/params.js';
import { bracket, parseUri, type SipUri } from '../sip/message/uri.js';
import type { AgentId } from './agent.js';
import type { AgentContact, ContactWay } from './agent-contacts.js';
import type { RequestSource } from './agent-request.js';

/** Plain JSON: it is stored as it is. */
export interface Registration {
  /** Agent and phone: with Outbound the device and its flow (RFC 5626 §6), else the Contact. */
  readonly id: string;
  readonly agent: AgentId;
  /** URI of the Contact. */
  readonly uri: string;
  /** Device, from `+sip.instance`; null when it does not say. */
  readonly instance: string | null;
  /** Flow of that device (`reg-id`); null without Outbound. */
  readonly regId: number | null;
  /** Preference among the agent's phones, 0 to 1. */
  readonly q: number;
  readonly callId: string;
  readonly cseq: number;
  /** URIs of the proxies between us and the phone, as Route entries (RFC 3327). */
  readonly path: readonly string[];
  readonly source: RequestSource;
  /** The phone asks for answers to where it sends from (RFC 3581), so that is where it listens. */
  readonly symmetric: boolean;
  readonly userAgent: string | null;
  /** UTC milliseconds. */
  readonly registeredAt: number;
  readonly refreshedAt: number;
  readonly expiresAt: number;
}

/** What the same phone has in common from one REGISTER to the next. */
export function registrationId(
  agent: AgentId,
  uri: string,
  flow: { readonly instance: string; readonly regId: number } | null,
): string {
  if (flow !== null) return `${agent} ${flow.instance} ${flow.regId}`;
  const parsed = parseUri(uri);
  if (parsed === null) return `${agent} ${uri}`;
  // RFC 3261 §19.1.4 as far as Contacts differ: user as written, host in any letters, transport.
  const { scheme, user, host, port, params } = parsed;
  const transport = findParam(params, 'transport')?.toLowerCase() ?? '';
  return `${agent} ${scheme}:${user}@${host.toLowerCase()}:${port ?? ''};${transport}`;
}

/** How it is rung. */
export function contactOf(registration: Registration): AgentContact {
  const { id, agent, uri, path, instance, regId } = registration;
  return {
    id,
    agent,
    uri,
    device: regId === null ? null : instance,
    route: path.length === 0 ? null : path.join(', '),
    ways: waysTo(registration),
  };
}

function waysTo(registration: Registration): readonly [ContactWay, ...ContactWay[]] {
  const { path, source, uri, regId } = registration;
  const [edge] = path;
  if (edge !== undefined) {
    const hop = edge.replace(/^.*<|>.*$/g, '');
    return [{ nextHop: hop, peer: peerOf(parseUri(hop), source.transport) }];
  }
  const flow = { nextHop: flowUri(source), peer: peerText(source.host, source.port, source.transport) };
  // A flow of Outbound is the only way that its Contact stands for (RFC 5626 §5.3); the device makes it anew when it ends.
  if (regId !== null) return [flow];
  const parsed = parseUri(uri);
  const direct: ContactWay = { nextHop: null, peer: peerOf(parsed, 'udp') };
  if (parsed === null || !isReachable(parsed)) return [flow];
  if (source.transport === 'udp') return isBehindNat(registration) ? [flow] : [direct];
  // The connection may be gone, and the phone listen for others.
  return sameAddress(parsed, source) ? [flow] : [flow, direct];
}

/**
 * The Contact leads nowhere from here: the phone is reached by the binding of its NAT or by its connection alone
 * (RFC 5626 §5.3).
 */
export function isBehindNat({ uri, source, symmetric, path }: Registration): boolean {
  const parsed = parseUri(uri);
  if (parsed === null || path.length > 0) return false;
  if (sameAddress(parsed, source)) return false;
  return parsed.host !== source.host || symmetric;
}

/** URI whose next hop is where a request came from; over a connection, that connection. */
function flowUri({ host, port, transport }: RequestSource): string {
  return `sip:${bracket(host)}:${port}${transport === 'udp' ? '' : `;transport=${transport}`}`;
}

/** A host that names an address, and no WebSocket client, which nobody can connect to (RFC 7118 §5). */
function isReachable({ host, params }: SipUri): boolean {
  const transport = findParam(params, 'transport')?.toLowerCase();
  if (transport === 'ws' || transport === 'wss') return false;
  return isIP(host) !== 0 || !/(^|\.)invalid$/i.test(host);
}

function sameAddress({ host, port, params }: SipUri, source: RequestSource): boolean {
  const transport = findParam(params, 'transport')?.toLowerCase() ?? 'udp';
  return host === source.host && (port ?? 5060) === source.port && transport === source.transport;
}

function peerOf(uri: SipUri | null, otherwise: string): string {
  if (uri === null) return '';
  const transport = findParam(uri.params, 'transport')?.toLowerCase() ?? otherwise;
  return peerText(uri.host, uri.port ?? 5060, transport);
}

function peerText(host: string, port: number, transport: string): string {
  return `${bracket(host)}:${port}/${transport}`;
}
