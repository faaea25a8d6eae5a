import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { type Flow, type ListenAddress, type Listener, plainAddress } from './flow.js';
import { publicHostOf } from './public-host.js';

export interface UdpEvents {
  datagram(bytes: Buffer, flow: Flow): void;
  failed(key: string, error: Error): void;
}

/** A UDP socket that receives everything on its port. */
export class UdpListener implements Listener {
  readonly transport = 'udp';
  readonly family: 4 | 6;
  host: string;
  port: number;
  publicHost: string;
  publicPort: number;
  private readonly socket: Socket;

  private constructor(
    private readonly address: ListenAddress,
    private readonly events: UdpEvents,
  ) {
    this.family = isIPv6(address.host) ? 6 : 4;
    this.host = address.host;
    this.port = address.port;
    this.publicHost = address.externalHost ?? publicHostOf(address.host);
    this.publicPort = address.externalPort ?? address.port;
    // Host names were resolved before: skip the thread pool for every send.
    this.socket = createSocket({
      type: this.family === 6 ? 'udp6' : 'udp4',
      ipv6Only: this.family === 6,
      recvBufferSize: 4_194_304,
      lookup: (host, _options, done) => done(null, host, this.family),
    });
  }

  /** Binds; rejects when the address is in use or not ours. */
  static open(address: ListenAddress, events: UdpEvents): Promise<UdpListener> {
    const listener = new UdpListener(address, events);
    return new Promise((resolve, reject) => {
      listener.socket.once('error', reject);
      listener.socket.bind({ address: address.host, port: address.port, exclusive: true }, () => {
        listener.socket.off('error', reject);
        listener.opened();
        resolve(listener);
      });
    });
  }

  flow(host: string, port: number): Flow {
    return new UdpFlow(this, host, port);
  }

  send(bytes: Buffer, host: string, port: number, key: string): void {
    this.socket.send(bytes, port, host, (error) => {
      if (error) this.events.failed(key, error);
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }

  private opened(): void {
    this.port = this.socket.address().port;
    this.publicPort = this.address.externalPort ?? this.port;
    this.socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
      this.events.datagram(bytes, this.flow(plainAddress(from.address), from.port));
    });
    // Errors of single sends are reported by their callbacks.
    this.socket.on('error', () => undefined);
  }
}

class UdpFlow implements Flow {
  readonly reliable = false;
  readonly open = true;
  readonly key: string;

  constructor(
    readonly listener: UdpListener,
    readonly remoteHost: string,
    readonly remotePort: number,
  ) {
    this.key = `udp ${listener.host}:${listener.port} ${remoteHost}:${remotePort}`;
  }

  send(bytes: Buffer): void {
    this.listener.send(bytes, this.remoteHost, this.remotePort, this.key);
  }
}
