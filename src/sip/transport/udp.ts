import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Clock } from '../clock.js';
import { bracket } from '../message/uri.js';
import { type Flow, type ListenAddress, type Listener, plainAddress } from './flow.js';
import { publicHostOf } from './public-host.js';
import { UdpPeers } from './udp-peers.js';

export interface UdpEvents {
  datagram(bytes: Buffer, flow: Flow): void;
  failed(key: string, error: Error): void;
}

export interface UdpContext {
  readonly clock: Clock;
  /** Peers that are watched for ICMP errors at the same time; 0 watches none. */
  readonly watchedPeers: number;
  readonly events: UdpEvents;
}

/** A UDP port: one socket that hears everybody, and connected ones for the peers that requests go to. */
export class UdpListener implements Listener {
  readonly transport = 'udp';
  readonly family: 4 | 6;
  readonly host: string;
  port: number;
  readonly publicHost: string;
  publicPort: number;
  private readonly socket: Socket;
  private readonly peers: UdpPeers;

  private constructor(
    private readonly address: ListenAddress,
    private readonly context: UdpContext,
  ) {
    this.family = isIPv6(address.host) ? 6 : 4;
    this.host = address.host;
    this.port = address.port;
    this.publicHost = address.externalHost ?? publicHostOf(address.host);
    this.publicPort = address.externalPort ?? address.port;
    this.socket = this.newSocket(context.watchedPeers > 0);
    this.peers = new UdpPeers({
      clock: context.clock,
      limit: context.watchedPeers,
      open: () => this.openPeerSocket(),
      failed: (host, port, error) => context.events.failed(this.keyOf(host, port), error),
    });
  }

  /** Binds; rejects when the address is in use or not ours. */
  static async open(address: ListenAddress, context: UdpContext): Promise<UdpListener> {
    const listener = new UdpListener(address, context);
    try {
      const port = context.watchedPeers > 0 ? await listener.claimPort(address.port) : address.port;
      await bind(listener.socket, address.host, port);
    } catch (error) {
      listener.socket.close();
      throw error;
    }
    listener.opened();
    return listener;
  }

  /** A flow that answers where a datagram came from; `watched` ones report an unreachable peer at once. */
  flow(host: string, port: number, watched: boolean): Flow {
    return new UdpFlow(this, host, port, watched);
  }

  send(bytes: Buffer, host: string, port: number, watched: boolean): void {
    if (watched && this.peers.send(bytes, host, port)) return;
    this.socket.send(bytes, port, host, (error) => {
      if (error) this.context.events.failed(this.keyOf(host, port), error);
    });
  }

  keyOf(host: string, port: number): string {
    return `udp ${bracket(this.host)}:${this.port} ${bracket(host)}:${port}`;
  }

  close(): Promise<void> {
    this.peers.close();
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }

  /**
   * Sockets that share a port must all allow it (SO_REUSEADDR), which would also let a second server in. So the port
   * is first bound without: that fails when anybody else has it. Returns the port, chosen by the system for 0.
   */
  private async claimPort(port: number): Promise<number> {
    const probe = this.newSocket(false);
    try {
      await bind(probe, this.address.host, port);
      return probe.address().port;
    } finally {
      await new Promise<void>((resolve) => probe.close(() => resolve()));
    }
  }

  private newSocket(shared: boolean): Socket {
    return createSocket({
      type: this.family === 6 ? 'udp6' : 'udp4',
      ipv6Only: this.family === 6,
      reuseAddr: shared,
      // Every address is an IP address here: skip the thread pool for each send.
      lookup: (host, _options, done) => done(null, host, this.family),
    });
  }

  private async openPeerSocket(): Promise<Socket> {
    const socket = this.newSocket(true);
    this.listen(socket);
    await bind(socket, this.host, this.port);
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    return socket;
  }

  private opened(): void {
    this.port = this.socket.address().port;
    this.publicPort = this.address.externalPort ?? this.port;
    this.socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    this.listen(this.socket);
    // Errors of single sends are reported by their callbacks.
    this.socket.on('error', () => undefined);
  }

  /** Any socket on the port may get any peer's datagram until it is connected, so all are heard alike. */
  private listen(socket: Socket): void {
    socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
      this.context.events.datagram(bytes, this.flow(plainAddress(from.address), from.port, false));
    });
  }
}

/** Room for a burst of about 2000 calls between two turns of the event loop; the system may grant less. */
const RECEIVE_BUFFER_BYTES = 4_194_304;

function bind(socket: Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
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
