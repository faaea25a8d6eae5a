import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Owner, OwnerRegistry } from '../dialog/application.js';
import type { SipStack } from '../dialog/stack.js';
import type { SipLog } from '../log.js';
import { ControlSession } from './control-session.js';

export interface ControlOptions {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly maxFrameBytes: number;
  readonly log: SipLog;
  hostPorts(): { readonly external: string; readonly local: string };
}

/** Listens for control clients and deals new requests out to them, round robin per method. */
export class ControlServer implements OwnerRegistry {
  private readonly sessions = new Set<ControlSession>();
  private readonly turn = new Map<string, number>();
  private readonly server: Server;
  private stack: SipStack | null = null;

  constructor(private readonly options: ControlOptions) {
    this.server = createServer((socket) => {
      const { stack } = this;
      if (stack === null) return socket.destroy();
      const { secret, log, maxFrameBytes } = options;
      const closed = (session: ControlSession): void => {
        this.sessions.delete(session);
        stack.ownerGone(session);
      };
      const hostPorts = () => options.hostPorts();
      this.sessions.add(new ControlSession({ stack, secret, log, maxFrameBytes, hostPorts, closed }, socket));
    });
  }

  get clientCount(): number {
    return this.sessions.size;
  }

  choose(method: string): Owner | null {
    const verb = method.toLowerCase();
    const willing = [...this.sessions].filter((session) => session.authenticated && session.routes.has(verb));
    if (willing.length <= 1) return willing[0] ?? null;
    const turn = this.turn.get(verb) ?? 0;
    this.turn.set(verb, turn + 1);
    return willing[turn % willing.length] ?? null;
  }

  /** Starts to listen; rejects when the port is taken. */
  open(stack: SipStack): Promise<{ host: string; port: number }> {
    this.stack = stack;
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host: this.options.host, port: this.options.port, exclusive: true }, () => {
        this.server.off('error', reject);
        this.server.on('error', (error) => this.options.log.warn({ err: error }, 'control listener failed'));
        const { address, port } = this.server.address() as AddressInfo;
        resolve({ host: address, port });
      });
    });
  }

  close(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
