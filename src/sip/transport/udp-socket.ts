import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type {
  DatagramAddress,
  DatagramEvents,
  DatagramPort,
  DatagramSettings,
  OpenDatagrams,
} from './datagram-port.js';
import { plainAddress } from './flow.js';
import { UdpPeers } from './udp-peers.js';

/** Room for a burst of about 2000 calls between two turns of the event loop; the system may grant less. */
const RECEIVE_BUFFER_BYTES = 4_194_304;

/** A port of this machine: one socket that hears everybody, and connected ones for the peers that requests go to. */
export const openUdpSocket: OpenDatagrams = async (address, settings, events) => {
  const socket = new UdpSocket(address, settings, events);
  await socket.open();
  return socket;
};

class UdpSocket implements DatagramPort {
  port: number;
  private readonly socket: Socket;
  private readonly peers: UdpPeers;

  constructor(
    private readonly address: DatagramAddress,
    private readonly settings: DatagramSettings,
    private readonly events: DatagramEvents,
  ) {
    this.port = address.port;
    this.socket = this.newSocket(settings.watchedPeers > 0);
    this.peers = new UdpPeers({
      clock: settings.clock,
      limit: settings.watchedPeers,
      open: () => this.openPeerSocket(),
      failed: events.failed,
    });
  }

  async open(): Promise<void> {
    const { host, port } = this.address;
    try {
      const free = this.settings.watchedPeers > 0 ? await this.claimPort(port) : port;
      await bind(this.socket, host, free);
    } catch (error) {
      this.socket.close();
      throw error;
    }
    this.port = this.socket.address().port;
    this.socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    this.listen(this.socket);
    // Errors of single sends are reported by their callbacks.
    this.socket.on('error', () => undefined);
  }

  send(bytes: Buffer, host: string, port: number, watched: boolean): void {
    if (watched && this.peers.send(bytes, host, port)) return;
    this.socket.send(bytes, port, host, (error) => {
      if (error) this.events.failed(host, port, error);
    });
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
    const { family } = this.address;
    return createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      ipv6Only: family === 6,
      reuseAddr: shared,
      // Every address is an IP address here: skip the thread pool for each send.
      lookup: (host, _options, done) => done(null, host, family),
    });
  }

  private async openPeerSocket(): Promise<Socket> {
    const socket = this.newSocket(true);
    this.listen(socket);
    await bind(socket, this.address.host, this.port);
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    return socket;
  }

  /** Any socket on the port may get any peer's datagram until it is connected, so all are heard alike. */
  private listen(socket: Socket): void {
    socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
      this.events.received(bytes, plainAddress(from.address), from.port);
    });
  }
}

function bind(socket: Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}
