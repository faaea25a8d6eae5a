/** What the layers above the transports see of them. */

export type Transport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** A place where we listen; its Via and Contact address may differ from the bound one (NAT). */
export interface ListenAddress {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
  /** What peers shall see in Via and Contact; the bound address when absent. */
  readonly externalHost?: string;
  readonly externalPort?: number;
  /** TLS and WSS: paths of the certificate chain and its private key, PEM. Both files are read again when they change. */
  readonly cert?: string;
  readonly key?: string;
  /** TLS: path of the certificates (PEM) that peers we connect to must descend from; the system's own when absent. */
  readonly ca?: string;
}

export interface Listener {
  readonly transport: Transport;
  readonly family: 4 | 6;
  /** The bound address. */
  readonly host: string;
  readonly port: number;
  /** The address in Via and Contact, `host` without brackets. */
  readonly publicHost: string;
  readonly publicPort: number;
}

/** Whether connections of this transport can only be made by the peer (RFC 7118 §5). */
export const isWebSocket = (transport: Transport): boolean => transport === 'ws' || transport === 'wss';

/** A way to one peer: for UDP a remote address on a listener, for TCP a connection. */
export interface Flow {
  /** Unique for listener and remote address; transactions are failed by it. */
  readonly key: string;
  readonly listener: Listener;
  readonly remoteHost: string;
  readonly remotePort: number;
  /** Whether the transport retransmits by itself (not UDP). */
  readonly reliable: boolean;
  /** False once the connection is gone. */
  readonly open: boolean;
  /** Never throws; a failure comes later through `FlowEvents.failed`. */
  send(bytes: Buffer): void;
}

/** Where a request goes. */
export interface Destination {
  readonly transport: Transport;
  /** An IP address. */
  readonly host: string;
  readonly port: number;
  /** The domain that was asked for, which the peer's certificate must be for (RFC 5922 §7.2); `host` when absent. */
  readonly domain?: string;
  /** A new connection must be established within this, ms; the general limit when absent. */
  readonly connectMs?: number;
}

/** Drops the IPv4-in-IPv6 prefix that dual-stack sockets show. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

export const transportText = (listener: Listener): string => listener.transport.toUpperCase();
