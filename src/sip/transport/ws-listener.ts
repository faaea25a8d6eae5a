import { isUtf8 } from 'node:buffer';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { parseDatagram } from '../message/parse.js';
import { Certificates } from './certificates.js';
import { Connection } from './connection.js';
import { ConnectionTable } from './connection-table.js';
import { type Flow, type ListenAddress, type Listener, plainAddress } from './flow.js';
import { publicHostOf } from './public-host.js';
import { MAX_UNREAD_BYTES, PONG } from './stream-connection.js';
import { listen } from './stream-listener.js';
import type { ConnectionContext } from './transport-context.js';

/** A WebSocket port for SIP (RFC 7118). Connections are made by the peers alone. */
export class WsListener implements Listener {
  readonly transport: 'ws' | 'wss';
  readonly family: 4 | 6;
  readonly host: string;
  port: number;
  readonly publicHost: string;
  publicPort: number;
  private readonly server: Server | HttpsServer;
  private readonly sockets: WebSocketServer;
  private readonly certificates: Certificates | null;
  private readonly table: ConnectionTable<WsConnection>;

  private constructor(
    address: ListenAddress,
    private readonly context: ConnectionContext,
  ) {
    this.transport = address.transport === 'wss' ? 'wss' : 'ws';
    this.family = isIPv6(address.host) ? 6 : 4;
    this.host = address.host;
    this.port = address.port;
    this.publicHost = address.externalHost ?? publicHostOf(address.host);
    this.publicPort = address.externalPort ?? address.port;
    const { limits, clock, log } = context;
    this.table = new ConnectionTable(limits.connections, context.door);
    this.sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: limits.messageBytes,
      perMessageDeflate: false,
      handleProtocols: () => 'sip',
    });
    const timeouts = { headersTimeout: limits.connectMs, requestTimeout: limits.connectMs };
    if (this.transport === 'wss') {
      this.certificates = new Certificates(address, clock, log);
      const tls = { handshakeTimeout: limits.connectMs, minVersion: 'TLSv1.2' as const };
      const server = createHttpsServer({ ...this.certificates.current, ...timeouts, ...tls });
      server.on('tlsClientError', (_error, socket) => socket.destroy());
      this.certificates.serve(server);
      this.server = server;
    } else {
      this.certificates = null;
      this.server = createHttpServer(timeouts);
    }
    this.table.watch(this.server);
    this.server.on('request', (_request, response) => {
      response.writeHead(426, { Connection: 'close', Upgrade: 'websocket' }).end();
    });
    this.server.on('clientError', (_error: Error, socket: Duplex) => socket.destroy());
    this.server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  /** Listens; rejects when the address is in use or not ours, or its certificate cannot be used. */
  static async open(address: ListenAddress, context: ConnectionContext): Promise<WsListener> {
    const listener = new WsListener(address, context);
    listener.port = await listen(listener.server, address, context);
    listener.publicPort = address.externalPort ?? listener.port;
    return listener;
  }

  get connectionCount(): number {
    return this.table.size;
  }

  reloadCertificates(): boolean {
    return this.certificates?.reload() ?? false;
  }

  /** The open connection from that address, if there is one. */
  flow(host: string, port: number): Flow | null {
    const known = this.table.get(`${host}:${port}`);
    return known?.open ? known : null;
  }

  close(): Promise<void> {
    this.certificates?.stop();
    this.table.close();
    this.sockets.close();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /** RFC 7118 §4: the client must offer the subprotocol `sip`. */
  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    const offered = request.headers['sec-websocket-protocol'] ?? '';
    if (!offered.split(',').some((protocol) => protocol.trim().toLowerCase() === 'sip')) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => this.adopt(request, webSocket));
  }

  private adopt({ socket }: IncomingMessage, webSocket: WebSocket): void {
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) {
      webSocket.terminate();
      return;
    }
    socket.setNoDelay(true);
    const host = plainAddress(remoteAddress);
    const name = `${host}:${remotePort}`;
    const connection = new WsConnection(this, this.context, webSocket, host, remotePort, () =>
      this.table.delete(name, connection),
    );
    this.table.add(name, connection);
  }
}

/** One WebSocket: each of its messages is one SIP message or a keep-alive. */
class WsConnection extends Connection {
  constructor(
    listener: Listener,
    context: ConnectionContext,
    private readonly socket: WebSocket,
    remoteHost: string,
    remotePort: number,
    gone: () => void,
  ) {
    super(listener, context, remoteHost, remotePort, gone);
    socket.on('message', (data) => this.onMessage(data));
    socket.on('ping', () => this.active());
    socket.on('error', (error) => this.closed(error));
    socket.on('close', () => this.closed(new Error('connection closed')));
  }

  send(bytes: Buffer): void {
    if (!this.open) return;
    this.active();
    if (this.socket.bufferedAmount > MAX_UNREAD_BYTES) this.destroy('peer does not read');
    // Browsers read text frames; bytes that are no UTF-8 would end the connection (RFC 6455 §8.1).
    else this.socket.send(bytes, { binary: !isUtf8(bytes) });
  }

  protected cut(): void {
    this.socket.terminate();
  }

  private onMessage(data: Buffer | ArrayBuffer | Buffer[]): void {
    this.active();
    const bytes = Buffer.isBuffer(data)
      ? data
      : Array.isArray(data)
        ? Buffer.concat(data)
        : Buffer.from(data);
    if (isBlank(bytes)) {
      // RFC 5626 §4.4.1 in a WebSocket message, as browsers' SIP stacks send it.
      if (bytes.length === 4) this.send(PONG);
      return;
    }
    if (this.context.door.admit(this.remoteHost)) {
      this.context.events.received(parseDatagram(bytes), this, bytes);
    }
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.length <= 4 && bytes.every((byte) => byte === 13 || byte === 10);
}
