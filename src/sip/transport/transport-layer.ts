import { lookup } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import type { Clock } from '../clock.js';
import type { SipLimits } from '../limits.js';
import type { SipLog } from '../log.js';
import { type ParseResult, parseDatagram } from '../message/parse.js';
import type { Destination, Flow, ListenAddress, Listener } from './flow.js';
import { TcpListener } from './tcp.js';
import { UdpListener } from './udp.js';

export interface TransportEvents {
  received(result: ParseResult, flow: Flow, bytes: Buffer): void;
  /** Sending on this flow failed, or its connection is gone. */
  failed(flowKey: string, error: Error): void;
}

export interface TransportOptions {
  readonly clock: Clock;
  readonly limits: SipLimits;
  readonly log: SipLog;
  readonly events: TransportEvents;
}

/** All listeners and the flows over them. */
export class TransportLayer {
  private opened: (UdpListener | TcpListener)[] = [];

  constructor(private readonly options: TransportOptions) {}

  get listeners(): readonly Listener[] {
    return this.opened;
  }

  /** Open stream connections, ours and the peers'. */
  get connectionCount(): number {
    let count = 0;
    for (const listener of this.opened) if (listener.transport === 'tcp') count += listener.connectionCount;
    return count;
  }

  /** Opens every address; closes all again and rejects when one cannot be opened. */
  async open(addresses: readonly ListenAddress[]): Promise<void> {
    try {
      for (const address of addresses) this.opened.push(await this.openOne(address));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const open = this.opened;
    this.opened = [];
    await Promise.all(open.map((listener) => listener.close()));
  }

  /** The listener to send from: the preferred one when it fits, else one that is as local as the destination. */
  select(destination: Destination, preferred: Listener | null): Listener | null {
    const family = isIPv6(destination.host) ? 6 : 4;
    const fits = (listener: Listener): boolean =>
      listener.transport === destination.transport && (destination.host === '' || listener.family === family);
    if (preferred !== null && fits(preferred)) return preferred;
    const loopback = isLoopback(destination.host);
    const candidates = this.opened.filter(fits);
    return candidates.find((listener) => isLoopback(listener.host) === loopback) ?? candidates[0] ?? null;
  }

  /** A flow for requests to that destination. */
  flow(destination: Destination, listener: Listener): Flow {
    const own = this.opened.find((candidate) => candidate === listener);
    if (own === undefined || destination.host === '') return this.unreachable(listener, destination);
    if (own.transport === 'udp') return own.flow(destination.host, destination.port, true);
    return own.flow(destination.host, destination.port);
  }

  /** Looks a host name up; calls back at once for an IP address, with null when nobody knows the name. */
  resolve(host: string, then: (address: string | null) => void): void {
    if (isIP(host) !== 0) then(host);
    else lookup(host, { verbatim: true }, (error, address) => then(error ? null : address));
  }

  private openOne(address: ListenAddress): Promise<UdpListener | TcpListener> {
    const { clock, limits, log, events } = this.options;
    if (address.transport === 'tcp') return TcpListener.open(address, { clock, limits, log, events });
    return UdpListener.open(address, {
      clock,
      watchedPeers: limits.watchedPeers,
      events: {
        datagram: (bytes, flow) => {
          // RFC 5626 §3.5.1 and common practice: blank datagrams keep NAT bindings open.
          if (bytes.length > 4) events.received(parseDatagram(bytes), flow, bytes);
        },
        failed: events.failed,
      },
    });
  }

  /** A flow to a host that does not exist: fails a turn later, as a connection would. */
  private unreachable(listener: Listener, { host, port }: Destination): Flow {
    const key = `nowhere ${host}:${port}`;
    const send = (): void => {
      setImmediate(() => this.options.events.failed(key, new Error('host not found')));
    };
    return { key, listener, remoteHost: host, remotePort: port, reliable: true, open: true, send };
  }
}

function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1';
}
