import { readFileSync } from 'node:fs';
import {
  type AddressInfo,
  connect as connectTcp,
  createServer as createTcpServer,
  isIP,
  isIPv6,
  type Server,
  type Socket,
} from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { Certificates } from './certificates.js';
import { ConnectionTable } from './connection-table.js';
import { type Flow, type ListenAddress, type Listener, plainAddress } from './flow.js';
import { publicHostOf } from './public-host.js';
import { type Origin, StreamConnection } from './stream-connection.js';
import type { ConnectionContext } from './transport-context.js';

/** A TCP or TLS port and the connections that were accepted on it or made in its name. */
export class StreamListener implements Listener {
  readonly transport: 'tcp' | 'tls';
  readonly family: 4 | 6;
  readonly host: string;
  port: number;
  readonly publicHost: string;
  publicPort: number;
  private readonly server: Server;
  private readonly certificates: Certificates | null;
  private readonly ca: Buffer | undefined;
  private readonly table: ConnectionTable<StreamConnection>;

  private constructor(
    address: ListenAddress,
    private readonly context: ConnectionContext,
  ) {
    this.transport = address.transport === 'tls' ? 'tls' : 'tcp';
    this.family = isIPv6(address.host) ? 6 : 4;
    this.host = address.host;
    this.port = address.port;
    this.publicHost = address.externalHost ?? publicHostOf(address.host);
    this.publicPort = address.externalPort ?? address.port;
    this.table = new ConnectionTable(context.limits.connections, context.door);
    if (this.transport === 'tls') {
      this.certificates = new Certificates(address, context.clock, context.log);
      this.ca = address.ca === undefined ? undefined : readFileSync(address.ca);
      this.server = this.tlsServer(this.certificates);
    } else {
      this.certificates = null;
      this.server = createTcpServer({ allowHalfOpen: true }, (socket) => this.accepted(socket));
      this.table.watch(this.server);
    }
  }

  /** Listens; rejects when the address is in use or not ours, or its certificate cannot be used. */
  static async open(address: ListenAddress, context: ConnectionContext): Promise<StreamListener> {
    const listener = new StreamListener(address, context);
    listener.port = await listen(listener.server, address, context);
    listener.publicPort = address.externalPort ?? listener.port;
    return listener;
  }

  get connectionCount(): number {
    return this.table.size;
  }

  /** Looks at the certificate's files at once; true when they changed. */
  reloadCertificates(): boolean {
    return this.certificates?.reload() ?? false;
  }

  /**
   * The open connection to that address, else a new one. `domain` is who the peer must prove to be (TLS); where an
   * address was asked for and no name, the connection that the peer made from there is the way to it (RFC 5626 §5.3).
   */
  flow(host: string, port: number, domain = host, withinMs = this.context.limits.connectMs): Flow {
    // RFC 5922 §7: a connection is used again only for the domain that it was verified for.
    const address = `${host}:${port}`;
    const name = this.transport === 'tls' ? `${address} ${domain}` : address;
    const known = this.table.get(name) ?? (domain === host ? this.table.get(address) : undefined);
    if (known?.open) return known;
    if (this.transport === 'tcp') {
      const socket = connectTcp({ host, port, noDelay: true });
      return this.adopt(socket, host, port, name, { type: 'ours', event: 'connect', withinMs });
    }
    const socket = connectTls({
      host,
      port,
      ...(isIP(domain) === 0 ? { servername: domain } : {}),
      ...(this.ca === undefined ? {} : { ca: this.ca }),
      ...this.certificates?.current,
    });
    socket.setNoDelay(true);
    return this.adopt(socket, host, port, name, { type: 'ours', event: 'secureConnect', withinMs });
  }

  close(): Promise<void> {
    this.certificates?.stop();
    this.table.close();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private tlsServer(certificates: Certificates): TlsServer {
    const { limits, log } = this.context;
    const server = createTlsServer(
      {
        ...certificates.current,
        handshakeTimeout: limits.connectMs,
        minVersion: 'TLSv1.2',
        allowHalfOpen: true,
      },
      (socket) => this.accepted(socket),
    );
    server.on('tlsClientError', (error, socket) => {
      log.debug({ err: error, from: socket.remoteAddress }, 'TLS handshake failed');
      socket.destroy();
    });
    // The raw sockets, before the handshake.
    this.table.watch(server);
    certificates.serve(server);
    return server;
  }

  private accepted(socket: Socket): void {
    const { remoteAddress, remotePort } = socket;
    // The peer may be gone before we look.
    if (remoteAddress === undefined || remotePort === undefined) {
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    const host = plainAddress(remoteAddress);
    this.adopt(socket, host, remotePort, `${host}:${remotePort}`, { type: 'accepted' });
  }

  private adopt(socket: Socket, host: string, port: number, name: string, origin: Origin): StreamConnection {
    const connection = new StreamConnection(this, this.context, socket, host, port, origin, () =>
      this.table.delete(name, connection),
    );
    this.table.add(name, connection);
    return connection;
  }
}

/** Resolves with the port once the server listens. */
export function listen(server: Server, address: ListenAddress, context: ConnectionContext): Promise<number> {
  const { host, port } = address;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true, ipv6Only: isIPv6(host) }, () => {
      server.off('error', reject);
      server.on('error', (error) => context.log.warn({ err: error }, `${address.transport} listener failed`));
      resolve((server.address() as AddressInfo).port);
    });
  });
}
