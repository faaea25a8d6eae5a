import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Clock } from '../clock.js';
import type { Owner, OwnerRegistry, RouteDecision } from '../dialog/application.js';
import type { SipStack } from '../dialog/stack.js';
import type { SipLog } from '../log.js';
import type { SipRequest } from '../message/message.js';
import { Certificates } from '../transport/certificates.js';
import type { Flow } from '../transport/flow.js';
import { ControlSession, type SessionHost } from './control-session.js';
import { decideOutbound, type OutboundRule, ruleFor } from './outbound.js';

/** A second port for clients, with TLS. */
export interface ControlTls {
  /** Where it listens; the host of the plain port when absent. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Paths of the certificate chain and its key, PEM. Both are read again when they change. */
  readonly cert: string;
  readonly key: string;
}

/** A client with this tag gets the new requests that no other client asks for. */
export const LAST_RESORT = 'last-resort';

/** Hands each connection of a client to `accept`; resolves to the address that clients are told. */
export type ControlListen = (
  accept: (socket: Socket) => void,
) => Promise<{ readonly host: string; readonly port: number }>;

export interface ControlOptions {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly tls?: ControlTls;
  /** Methods for which the server dials the application instead of waiting for it. */
  readonly outbound?: readonly OutboundRule[];
  /** Takes connections otherwise than on the port, which is not opened then. */
  readonly listen?: ControlListen;
  readonly maxFrameBytes: number;
  readonly clock: Clock;
  readonly log: SipLog;
  hostPorts(): { readonly external: string; readonly local: string };
  /** A client asked for INVITEs, and for whatever else it asked in the same breath. */
  takesCalls(): void;
}

/** Where clients can connect. */
export interface ControlAddress {
  readonly host: string;
  readonly port: number;
  /** The TLS port, when there is one. */
  readonly tlsPort: number | null;
}

/** Verbs of which the turn is remembered; methods come from the network. */
const MAX_TURNS = 200;

/** Listens for control clients, dials those it has rules for, and deals new requests out, round robin per method. */
export class ControlServer implements OwnerRegistry {
  private readonly sessions = new Set<ControlSession>();
  private readonly turn = new Map<string, number>();
  private readonly servers: Server[] = [];
  private stack: SipStack | null = null;
  private certificates: Certificates | null = null;

  constructor(private readonly options: ControlOptions) {}

  get clientCount(): number {
    return this.sessions.size;
  }

  choose(method: string): Owner | null {
    const verb = method.toLowerCase();
    const asking = [...this.sessions].filter((session) => session.authenticated && session.routes.has(verb));
    const first = asking.filter(({ tags }) => !tags.includes(LAST_RESORT));
    const willing = first.length > 0 ? first : asking;
    if (willing.length <= 1) return willing[0] ?? null;
    const turn = this.turn.get(verb) ?? 0;
    if (turn > 0 || this.turn.size < MAX_TURNS) this.turn.set(verb, turn + 1);
    return willing[turn % willing.length] ?? null;
  }

  summon(request: SipRequest, flow: Flow, then: (decision: RouteDecision) => void): boolean {
    const { outbound = [], clock, log } = this.options;
    const rule = ruleFor(outbound, request.method);
    if (rule === null) return false;
    const adopt = (socket: Socket, authenticated: (owner: Owner) => void): void =>
      this.accept(socket, authenticated);
    const withTag = (tag: string): Owner | null => this.withTag(tag);
    decideOutbound({ clock, log, adopt, withTag }, rule, request, flow, then);
    return true;
  }

  /** Starts to listen; rejects when a port is taken. */
  async open(stack: SipStack): Promise<ControlAddress> {
    this.stack = stack;
    const { tls } = this.options;
    const accept = (socket: Socket): void => this.accept(socket);
    const { host, clock, log } = this.options;
    const plain = await (this.options.listen?.(accept) ?? this.listenOn(accept));
    if (tls === undefined) return { ...plain, tlsPort: null };
    const certificates = new Certificates({ ...tls, host, transport: 'tls' }, clock, log);
    const secure = createTlsServer({ ...certificates.current, minVersion: 'TLSv1.2' }, accept);
    certificates.serve(secure);
    this.certificates = certificates;
    // A client that fails the handshake is no client.
    secure.on('tlsClientError', (error) => log.debug({ err: error }, 'control handshake failed'));
    const { port } = await this.listen(secure, tls.host ?? host, tls.port);
    return { ...plain, tlsPort: port };
  }

  /** Looks at the certificate's files at once; how many changed. */
  reloadCertificates(): number {
    return this.certificates?.reload() ? 1 : 0;
  }

  async close(): Promise<void> {
    this.certificates?.stop();
    for (const session of this.sessions) session.destroy();
    await Promise.all(
      this.servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    );
  }

  private accept(socket: Socket, authenticated: ((owner: Owner) => void) | null = null): void {
    const { stack } = this;
    if (stack === null) {
      socket.destroy();
      return;
    }
    const { secret, log, maxFrameBytes, hostPorts } = this.options;
    const host: SessionHost = {
      stack,
      secret,
      log,
      maxFrameBytes,
      hostPorts: () => hostPorts(),
      closed: (session) => {
        this.sessions.delete(session);
        stack.ownerGone(session);
      },
      authenticated: (session) => authenticated?.(session),
      takesCalls: () => this.options.takesCalls(),
    };
    this.sessions.add(new ControlSession(host, socket));
  }

  private withTag(tag: string): Owner | null {
    const tagged = [...this.sessions].filter(
      (session) => session.authenticated && session.tags.includes(tag),
    );
    const turn = this.turn.get(`#${tag}`) ?? 0;
    if (tagged.length > 1 && (turn > 0 || this.turn.size < MAX_TURNS)) this.turn.set(`#${tag}`, turn + 1);
    return tagged[turn % Math.max(1, tagged.length)] ?? null;
  }

  private async listenOn(accept: (socket: Socket) => void): Promise<{ host: string; port: number }> {
    const { address, port } = await this.listen(createServer(accept), this.options.host, this.options.port);
    return { host: address, port };
  }

  private listen(server: Server, host: string, port: number): Promise<AddressInfo> {
    this.servers.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, () => {
        server.off('error', reject);
        server.on('error', (error) => this.options.log.warn({ err: error }, 'control listener failed'));
        resolve(server.address() as AddressInfo);
      });
    });
  }
}
