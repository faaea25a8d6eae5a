import { isIPv6 } from 'node:net';
import { bracket } from '../message/uri.js';
import type { DatagramPort, DatagramSettings, OpenDatagrams } from './datagram-port.js';
import type { Flow, ListenAddress, Listener } from './flow.js';
import { publicHostOf } from './public-host.js';

export interface UdpEvents {
  datagram(bytes: Buffer, flow: Flow): void;
  failed(key: string, error: Error): void;
}

export interface UdpContext extends DatagramSettings {
  readonly open: OpenDatagrams;
  readonly events: UdpEvents;
}

/** A UDP port and the flows over it. */
export class UdpListener implements Listener {
  readonly transport = 'udp';
  readonly family: 4 | 6;
  readonly host: string;
  port: number;
  readonly publicHost: string;
  publicPort: number;
  private datagrams: DatagramPort | null = null;

  private constructor(
    private readonly address: ListenAddress,
    private readonly context: UdpContext,
  ) {
    this.family = isIPv6(address.host) ? 6 : 4;
    this.host = address.host;
    this.port = address.port;
    this.publicHost = address.externalHost ?? publicHostOf(address.host);
    this.publicPort = address.externalPort ?? address.port;
  }

  /** Binds; rejects when the address is in use or not ours. */
  static async open(address: ListenAddress, context: UdpContext): Promise<UdpListener> {
    const listener = new UdpListener(address, context);
    await listener.bind();
    return listener;
  }

  /** A flow that answers where a datagram came from; `watched` ones report an unreachable peer at once. */
  flow(host: string, port: number, watched: boolean): Flow {
    return new UdpFlow(this, host, port, watched);
  }

  send(bytes: Buffer, host: string, port: number, watched: boolean): void {
    this.datagrams?.send(bytes, host, port, watched);
  }

  keyOf(host: string, port: number): string {
    return `udp ${bracket(this.host)}:${this.port} ${bracket(host)}:${port}`;
  }

  async close(): Promise<void> {
    await this.datagrams?.close();
  }

  private async bind(): Promise<void> {
    const { events } = this.context;
    this.datagrams = await this.context.open(this, this.context, {
      received: (bytes, host, port) => events.datagram(bytes, this.flow(host, port, false)),
      failed: (host, port, error) => events.failed(this.keyOf(host, port), error),
    });
    this.port = this.datagrams.port;
    this.publicPort = this.address.externalPort ?? this.port;
  }
}

class UdpFlow implements Flow {
  readonly reliable = false;
  readonly open = true;

  constructor(
    readonly listener: UdpListener,
    readonly remoteHost: string,
    readonly remotePort: number,
    private readonly watched: boolean,
  ) {}

  get key(): string {
    return this.listener.keyOf(this.remoteHost, this.remotePort);
  }

  send(bytes: Buffer): void {
    this.listener.send(bytes, this.remoteHost, this.remotePort, this.watched);
  }
}
