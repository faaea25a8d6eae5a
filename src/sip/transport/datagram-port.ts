import type { Clock } from '../clock.js';

/** What comes of a port. */
export interface DatagramEvents {
  /** `host` is an IP address, IPv4 without the prefix that dual-stack sockets show. */
  received(bytes: Buffer, host: string, port: number): void;
  /** A datagram to that address could not be sent, or nobody is there. */
  failed(host: string, port: number, error: Error): void;
}

/** A place in the network that datagrams leave from and come to. */
export interface DatagramPort {
  readonly port: number;
  /** Never throws. `watched`: tell `failed` when the system hears that nobody listens there. */
  send(bytes: Buffer, host: string, port: number, watched: boolean): void;
  close(): Promise<void>;
}

export interface DatagramAddress {
  readonly family: 4 | 6;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface DatagramSettings {
  readonly clock: Clock;
  /** Peers that are watched for ICMP errors at the same time; 0 watches none. */
  readonly watchedPeers: number;
}

/** Opens a port; rejects when the address is in use or not ours. */
export type OpenDatagrams = (
  address: DatagramAddress,
  settings: DatagramSettings,
  events: DatagramEvents,
) => Promise<DatagramPort>;
