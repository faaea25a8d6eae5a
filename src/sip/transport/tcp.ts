import { type AddressInfo, connect, createServer, isIPv6, type Server, type Socket } from 'node:net';
import type { Clock, TimerHandle } from '../clock.js';
import type { SipLimits } from '../limits.js';
import type { SipLog } from '../log.js';
import type { ParseResult } from '../message/parse.js';
import { type Flow, type ListenAddress, type Listener, plainAddress } from './flow.js';
import { publicHostOf } from './public-host.js';
import { StreamFramer } from './stream-framer.js';

export interface StreamEvents {
  received(result: ParseResult, flow: Flow, bytes: Buffer): void;
  failed(key: string, error: Error): void;
}

export interface StreamContext {
  readonly clock: Clock;
  readonly limits: SipLimits;
  readonly log: SipLog;
  readonly events: StreamEvents;
}

/** A TCP port and the connections that were accepted on it or made in its name. */
export class TcpListener implements Listener {
  readonly transport = 'tcp';
  readonly family: 4 | 6;
  readonly host: string;
  port: number;
  readonly publicHost: string;
  publicPort: number;
  private readonly server: Server;
  /** Open connections by remote address; requests to that address reuse them. */
  private readonly byRemote = new Map<string, TcpConnection>();
  private readonly connections = new Set<TcpConnection>();

  private constructor(
    address: ListenAddress,
    private readonly context: StreamContext,
  ) {
    this.family = isIPv6(address.host) ? 6 : 4;
    this.host = address.host;
    this.port = address.port;
    this.publicHost = address.externalHost ?? publicHostOf(address.host);
    this.publicPort = address.externalPort ?? address.port;
    this.server = createServer((socket) => this.accepted(socket));
    this.server.maxConnections = context.limits.connections;
  }

  /** Listens; rejects when the address is in use or not ours. */
  static open(address: ListenAddress, context: StreamContext): Promise<TcpListener> {
    const listener = new TcpListener(address, context);
    const { server } = listener;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      const where = {
        host: address.host,
        port: address.port,
        exclusive: true,
        ipv6Only: listener.family === 6,
      };
      server.listen(where, () => {
        server.off('error', reject);
        server.on('error', (error) => context.log.warn({ err: error }, 'TCP listener failed'));
        listener.port = (server.address() as AddressInfo).port;
        listener.publicPort = address.externalPort ?? listener.port;
        resolve(listener);
      });
    });
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  /** The open connection to that address, else a new one. */
  flow(host: string, port: number): Flow {
    const known = this.byRemote.get(`${host}:${port}`);
    if (known?.open) return known;
    return this.adopt(connect({ host, port, noDelay: true }), host, port, true);
  }

  close(): Promise<void> {
    for (const connection of this.connections) connection.destroy('server stops');
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private accepted(socket: Socket): void {
    const { remoteAddress, remotePort } = socket;
    // The peer may be gone before we look.
    if (remoteAddress === undefined || remotePort === undefined) socket.destroy();
    else {
      socket.setNoDelay(true);
      this.adopt(socket, plainAddress(remoteAddress), remotePort, false);
    }
  }

  private adopt(socket: Socket, host: string, port: number, connecting: boolean): TcpConnection {
    const remote = `${host}:${port}`;
    const connection = new TcpConnection(this, this.context, socket, host, port, connecting, () => {
      this.connections.delete(connection);
      if (this.byRemote.get(remote) === connection) this.byRemote.delete(remote);
    });
    this.connections.add(connection);
    this.byRemote.set(remote, connection);
    return connection;
  }
}

/** A peer that does not read is cut off at this many waiting bytes. */
const MAX_UNREAD_BYTES = 1_048_576;
const PONG = Buffer.from('\r\n');
let connectionNumber = 0;

/** One TCP connection. */
class TcpConnection implements Flow {
  readonly reliable = true;
  readonly key: string;
  open = true;
  private readonly framer: StreamFramer;
  private activeAt: number;
  private idle: TimerHandle | null = null;
  /** Runs while connecting, or while a message is incomplete. */
  private hurry: TimerHandle | null = null;

  constructor(
    readonly listener: TcpListener,
    private readonly context: StreamContext,
    private readonly socket: Socket,
    readonly remoteHost: string,
    readonly remotePort: number,
    connecting: boolean,
    private readonly gone: () => void,
  ) {
    connectionNumber += 1;
    this.key = `tcp ${connectionNumber}`;
    this.framer = new StreamFramer(context.limits.messageBytes);
    this.activeAt = context.clock.now();
    this.watchIdle(context.limits.idleConnectionMs);
    if (connecting) {
      this.startHurry(context.limits.connectMs, 'connection not established in time');
      socket.once('connect', () => this.stopHurry());
    }
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('error', (error) => this.closed(error));
    socket.on('close', () => this.closed(new Error('connection closed')));
  }

  send(bytes: Buffer): void {
    if (!this.open) return;
    this.activeAt = this.context.clock.now();
    if (this.socket.writableLength > MAX_UNREAD_BYTES) this.destroy('peer does not read');
    else this.socket.write(bytes);
  }

  destroy(reason: string): void {
    this.socket.destroy();
    this.closed(new Error(reason));
  }

  private onData(chunk: Buffer): void {
    this.activeAt = this.context.clock.now();
    for (const item of this.framer.push(chunk)) {
      if (!this.open) return;
      if (item.type === 'message') this.context.events.received(item.result, this, item.bytes);
      else if (item.type === 'ping') this.send(PONG);
      else {
        this.context.log.debug({ reason: item.reason, from: this.remoteHost }, 'closed a connection');
        this.destroy(item.reason);
        return;
      }
    }
    if (!this.framer.partial) this.stopHurry();
    else if (this.hurry === null)
      this.startHurry(this.context.limits.messageMs, 'message not complete in time');
  }

  private watchIdle(after: number): void {
    this.idle = this.context.clock.setTimeout(() => {
      const rest = this.activeAt + this.context.limits.idleConnectionMs - this.context.clock.now();
      if (rest > 0) this.watchIdle(rest);
      else this.destroy('idle');
    }, after);
  }

  private startHurry(after: number, reason: string): void {
    this.hurry = this.context.clock.setTimeout(() => this.destroy(reason), after);
  }

  private stopHurry(): void {
    if (this.hurry !== null) this.context.clock.clearTimeout(this.hurry);
    this.hurry = null;
  }

  private closed(error: Error): void {
    if (!this.open) return;
    this.open = false;
    this.stopHurry();
    if (this.idle !== null) this.context.clock.clearTimeout(this.idle);
    this.gone();
    this.context.events.failed(this.key, error);
  }
}
