import { lookup } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import { type ParseResult, parseDatagram } from '../message/parse.js';
import type { Destination, Flow, ListenAddress, Listener } from './flow.js';
import { UdpListener } from './udp.js';

export interface TransportEvents {
  received(result: ParseResult, flow: Flow, bytes: Buffer): void;
  /** Sending on this flow failed, or its connection is gone. */
  failed(flowKey: string, error: Error): void;
}

/** All listeners and the flows over them. */
export class TransportLayer {
  private opened: UdpListener[] = [];

  constructor(private readonly events: TransportEvents) {}

  get listeners(): readonly Listener[] {
    return this.opened;
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

  select(destination: Destination, preferred: Listener | null): Listener | null {
    const family = isIPv6(destination.host) ? 6 : 4;
    const fits = (listener: Listener): boolean =>
      listener.transport === destination.transport && (destination.host === '' || listener.family === family);
    if (preferred !== null && fits(preferred)) return preferred;
    const loopback = isLoopback(destination.host);
    const candidates = this.opened.filter(fits);
    return candidates.find((listener) => isLoopback(listener.host) === loopback) ?? candidates[0] ?? null;
  }

  flow(destination: Destination, listener: Listener): Flow {
    const own = this.opened.find((candidate) => candidate === listener);
    if (own === undefined) return unreachable(listener, destination);
    return own.flow(destination.host, destination.port);
  }

  resolve(host: string, then: (address: string | null) => void): void {
    if (isIP(host) !== 0) {
      then(host);
      return;
    }
    lookup(host, { verbatim: true }, (error, address) => then(error ? null : address));
  }

  private openOne(address: ListenAddress): Promise<UdpListener> {
    return UdpListener.open(address, {
      datagram: (bytes, flow) => {
        // RFC 5626 §3.5.1 and common practice: blank datagrams keep NAT bindings open.
        if (bytes.length > 4) this.events.received(parseDatagram(bytes), flow, bytes);
      },
      failed: (key, error) => this.events.failed(key, error),
    });
  }
}

function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1';
}

/** A flow to nowhere, for the moment in which the server stops. */
function unreachable(listener: Listener, { host, port }: Destination): Flow {
  return {
    key: `closed ${host}:${port}`,
    listener,
    remoteHost: host,
    remotePort: port,
    reliable: true,
    open: false,
    send: () => undefined,
  };
}
