import type { Socket } from 'node:dgram';
import type { Clock, TimerHandle } from '../clock.js';

export interface UdpPeersOptions {
  readonly clock: Clock;
  /** Most sockets at a time. */
  readonly limit: number;
  /** A socket bound to the listener's port, with its datagrams already listened to. */
  open(): Promise<Socket>;
  failed(host: string, port: number, error: Error): void;
}

interface Peer {
  readonly host: string;
  readonly port: number;
  usedAt: number;
  /** Null until the socket is connected; until then datagrams wait here. */
  socket: Socket | null;
  waiting: Buffer[];
  closed: boolean;
}

/** A peer that was quiet for this long may lose its socket to another one, ms. */
const YIELD_MS = 5_000;
/** A peer that was quiet for this long loses its socket, ms; longer than any retransmission goes on. */
const IDLE_MS = 70_000;
const SWEEP_MS = 10_000;

/**
 * Connected UDP sockets, one for each peer that requests go to. The system reports "port unreachable" (ICMP) only to
 * connected sockets; without it a dead peer would be noticed after 64*T1.
 */
export class UdpPeers {
  /** Ordered by last use, the oldest first. */
  private readonly peers = new Map<string, Peer>();
  private sweeper: TimerHandle | null = null;
  private stopped = false;

  constructor(private readonly options: UdpPeersOptions) {}

  /** Sends through the peer's own socket; false when there is no room for one, and the caller sends otherwise. */
  send(bytes: Buffer, host: string, port: number): boolean {
    const key = `${host} ${port}`;
    const now = this.options.clock.now();
    let peer = this.peers.get(key);
    if (peer === undefined) {
      if (this.stopped || !this.makeRoom(now)) return false;
      peer = { host, port, usedAt: now, socket: null, waiting: [], closed: false };
      void this.connect(peer);
    } else {
      this.peers.delete(key);
      peer.usedAt = now;
    }
    this.peers.set(key, peer);
    if (peer.socket === null) peer.waiting.push(bytes);
    else this.transmit(peer, peer.socket, bytes);
    this.sweeper ??= this.options.clock.setTimeout(() => this.sweep(), SWEEP_MS);
    return true;
  }

  close(): void {
    this.stopped = true;
    if (this.sweeper !== null) this.options.clock.clearTimeout(this.sweeper);
    for (const peer of this.peers.values()) shut(peer);
    this.peers.clear();
  }

  private makeRoom(now: number): boolean {
    if (this.peers.size < this.options.limit) return true;
    const oldest = this.peers.entries().next().value;
    if (oldest === undefined || now - oldest[1].usedAt < YIELD_MS) return false;
    this.peers.delete(oldest[0]);
    shut(oldest[1]);
    return true;
  }

  private async connect(peer: Peer): Promise<void> {
    try {
      const socket = await this.options.open();
      socket.on('error', (error) => this.options.failed(peer.host, peer.port, error));
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.connect(peer.port, peer.host, () => {
          socket.off('error', reject);
          resolve();
        });
      });
      peer.socket = socket;
      if (peer.closed) shut(peer);
      for (const bytes of peer.waiting) if (!peer.closed) this.transmit(peer, socket, bytes);
    } catch (error) {
      this.peers.delete(`${peer.host} ${peer.port}`);
      this.options.failed(peer.host, peer.port, error instanceof Error ? error : new Error(String(error)));
    }
    peer.waiting = [];
  }

  private transmit(peer: Peer, socket: Socket, bytes: Buffer): void {
    socket.send(bytes, (error) => {
      if (error && !peer.closed) this.options.failed(peer.host, peer.port, error);
    });
  }

  private sweep(): void {
    const now = this.options.clock.now();
    for (const [key, peer] of this.peers) {
      if (now - peer.usedAt < IDLE_MS) break;
      this.peers.delete(key);
      shut(peer);
    }
    this.sweeper = this.peers.size === 0 ? null : this.options.clock.setTimeout(() => this.sweep(), SWEEP_MS);
  }
}

function shut(peer: Peer): void {
  peer.closed = true;
  peer.socket?.close();
  peer.socket = null;
}
