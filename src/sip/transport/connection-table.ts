import type { Server, Socket } from 'node:net';
import { plainAddress } from './flow.js';
import type { Doorkeeper } from './transport-context.js';

/** The connections of one listener, and the raw sockets of those that are still shaking hands. */
export class ConnectionTable<T extends { destroy(reason: string): void }> {
  private readonly all = new Set<T>();
  /** By remote address; requests to that address reuse them. */
  private readonly byName = new Map<string, T>();
  private readonly raw = new Set<Socket>();
  private readonly perSource = new Map<string, number>();

  constructor(
    private readonly limit: number,
    private readonly door: Doorkeeper,
  ) {}

  get size(): number {
    return this.all.size;
  }

  /** Bounds what a server accepts: in all, and from one address. */
  watch(server: Server): void {
    server.maxConnections = this.limit;
    server.on('connection', (socket: Socket) => {
      const source = plainAddress(socket.remoteAddress ?? '');
      const count = this.perSource.get(source) ?? 0;
      if (!this.door.accept(source, count)) {
        // Handlers that run later see a socket without an address and leave it.
        socket.on('error', () => undefined);
        socket.destroy();
        return;
      }
      this.perSource.set(source, count + 1);
      this.raw.add(socket);
      socket.once('close', () => {
        this.raw.delete(socket);
        const left = (this.perSource.get(source) ?? 1) - 1;
        if (left === 0) this.perSource.delete(source);
        else this.perSource.set(source, left);
      });
    });
  }

  get(name: string): T | undefined {
    return this.byName.get(name);
  }

  add(name: string, connection: T): void {
    this.all.add(connection);
    this.byName.set(name, connection);
  }

  delete(name: string, connection: T): void {
    this.all.delete(connection);
    if (this.byName.get(name) === connection) this.byName.delete(name);
  }

  close(): void {
    for (const connection of this.all) connection.destroy('server stops');
    for (const socket of this.raw) socket.destroy();
  }
}
