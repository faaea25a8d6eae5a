import { createSocket } from 'node:dgram';
import Srf from 'drachtio-srf';
import { createSipServer, type SipServer, type SipServerOptions } from '../../../src/sip/server.js';
import type { Transport } from '../../../src/sip/transport/flow.js';

/** A request or response of drachtio-srf, as far as the tests look at it. */
export interface SrfMessage {
  readonly method: string;
  readonly status: number;
  readonly body: string;
  readonly source_address: string;
  readonly stackDialogId: string;
  get(header: string): string;
  has(header: string): boolean;
  on(event: string, listener: (...args: SrfMessage[]) => void): void;
}

export interface SrfRequest extends SrfMessage {
  cancel(callback: (error: Error | null) => void): void;
  on(event: 'response', listener: (response: SrfMessage, ack: (options?: object) => void) => void): void;
  on(event: 'cancel', listener: (cancel: SrfMessage) => void): void;
}

export interface SrfResponse {
  readonly msg: { headers: Record<string, string> };
  send(status: number, options?: object, callback?: (error: unknown, sent: SrfMessage) => void): void;
}

export interface SrfDialog {
  readonly id: string;
  readonly remote: { readonly sdp: string };
  on(event: string, listener: (...args: never[]) => void): void;
  destroy(): Promise<SrfMessage>;
  modify(sdp: string): Promise<string>;
  request(options: object): Promise<SrfMessage>;
}

export type Handler = (request: SrfRequest, response: SrfResponse) => void;

/** The part of drachtio-srf that the tests use; its own type file disagrees with its code. */
export interface SrfClient {
  connect(options: object): void;
  disconnect(): void;
  on(event: string, listener: (...args: never[]) => void): void;
  use(method: string, handler: Handler): void;
  invite(handler: Handler): void;
  request(
    options: object,
    callback: (error: (Error & { code?: string }) | null, sent: SrfRequest) => void,
  ): void;
  createUAS(
    request: SrfRequest,
    response: SrfResponse,
    options: object,
    callback: (error: Error | null, dialog: SrfDialog) => void,
  ): void;
  createUAC(uri: string, options: object, callbacks?: object): Promise<SrfDialog>;
}

export const SDP =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

/** A server on loopback with drachtio-srf connected to it. */
export interface Rig {
  readonly server: SipServer;
  readonly srf: SrfClient;
  /** What drachtio-srf got to hear at connect: `proto/address:port,...`. */
  readonly hostPorts: string;
  readonly port: number;
  readonly controlPort: number;
  /** A further client of the same server. */
  client(): Promise<SrfClient>;
  close(): Promise<void>;
}

export const SECRET = 'of the tests';

async function connectClient(port: number): Promise<{ srf: SrfClient; hostPorts: string }> {
  const srf = new Srf() as unknown as SrfClient;
  const hostPorts = await new Promise<string>((resolve, reject) => {
    const connected = (error: Error | null, ports: string): void => (error ? reject(error) : resolve(ports));
    srf.on('connect', connected as (...args: never[]) => void);
    srf.on('error', reject as (...args: never[]) => void);
    srf.connect({ host: '127.0.0.1', port, secret: SECRET });
  });
  return { srf, hostPorts };
}

export async function startRig(
  transport: Transport = 'udp',
  host = '127.0.0.1',
  options: Partial<SipServerOptions> = {},
): Promise<Rig> {
  const server = createSipServer({
    listeners: [{ transport, host, port: 0 }],
    control: { host: '127.0.0.1', port: 0, secret: SECRET },
    ...options,
  });
  const bound = await server.start();
  const { srf, hostPorts } = await connectClient(bound.control.port);
  const clients = [srf];
  return {
    server,
    srf,
    hostPorts,
    port: bound.listeners[0]?.port ?? 0,
    controlPort: bound.control.port,
    client: async () => {
      const further = (await connectClient(bound.control.port)).srf;
      clients.push(further);
      return further;
    },
    close: async () => {
      for (const client of clients) leave(client);
      await server.stop();
    },
  };
}

/** Disconnects a client that may have left already; drachtio-srf throws then. */
export function leave(client: SrfClient): void {
  if (left.has(client)) return;
  left.add(client);
  client.disconnect();
}

const left = new WeakSet<SrfClient>();

/** Short timers: 64*T1 is 1.28 s, so that every transaction is gone soon. */
export const FAST = { t1: 20, t2: 80, t4: 100 } as const;

/** Resolves when `check` holds; rejects with what `state` says after `ms`. */
export async function until(
  check: () => boolean,
  ms = 10_000,
  state: () => unknown = () => '',
): Promise<void> {
  const end = Date.now() + ms;
  while (!check()) {
    if (Date.now() > end) throw new Error(`not reached in ${ms} ms: ${JSON.stringify(state())}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Resolves when nothing lives in the server any more. */
export function drained(server: SipServer): Promise<void> {
  const idle = (): boolean => Object.values(server.stats().live).every((count) => count === 0);
  return until(idle, 10_000, () => server.stats().live);
}

/** Collects what a callback gets, so that a test can wait for it. */
export class Inbox<T> {
  readonly items: T[] = [];
  private taken = 0;

  readonly put = (item: T): void => {
    this.items.push(item);
  };

  async next(ms = 10_000): Promise<T> {
    await until(
      () => this.items.length > this.taken,
      ms,
      () => `${this.items.length} items`,
    );
    const item = this.items[this.taken];
    this.taken += 1;
    return item as T;
  }
}

/** A UDP port that is free just now. */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', reject);
    socket.bind(0, host, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
