import { isIPv6 } from 'node:net';
import { parseDatagram } from '../message/parse.js';
import { type Destination, type Flow, isWebSocket, type ListenAddress, type Listener } from './flow.js';
import { StreamListener } from './stream-listener.js';
import { bindingAnswer, isStun } from './stun.js';
import type { ConnectionContext } from './transport-context.js';
import { UdpListener } from './udp.js';
import { WsListener } from './ws-listener.js';

type AnyListener = UdpListener | StreamListener | WsListener;

/** All listeners and the flows over them. */
export class TransportLayer {
  private opened: AnyListener[] = [];
  private answeredBindings = 0;

  constructor(private readonly options: ConnectionContext) {}

  get listeners(): readonly Listener[] {
    return this.opened;
  }

  /** Open stream connections, ours and the peers'. */
  get connectionCount(): number {
    let count = 0;
    for (const listener of this.opened) if (listener.transport !== 'udp') count += listener.connectionCount;
    return count;
  }

  /** Keep-alives by STUN that were answered since the start. */
  get bindingAnswers(): number {
    return this.answeredBindings;
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

  /** Looks at the certificates' files at once; how many changed. */
  reloadCertificates(): number {
    let changed = 0;
    for (const listener of this.opened)
      if (listener.transport !== 'udp' && listener.reloadCertificates()) changed++;
    return changed;
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
    const { host, port, domain, connectMs } = destination;
    if (own.transport === 'udp') return own.flow(host, port, true);
    if (own.transport === 'tcp' || own.transport === 'tls') return own.flow(host, port, domain, connectMs);
    return own.flow(host, port) ?? this.unreachable(listener, destination);
  }

  private openOne(address: ListenAddress): Promise<AnyListener> {
    const { clock, limits, events, door, datagrams } = this.options;
    if (isWebSocket(address.transport)) return WsListener.open(address, this.options);
    if (address.transport !== 'udp') return StreamListener.open(address, this.options);
    return UdpListener.open(address, {
      clock,
      open: datagrams,
      watchedPeers: limits.watchedPeers,
      events: {
        datagram: (bytes, flow) => {
          // RFC 5626 §3.5.1 and common practice: blank datagrams keep NAT bindings open.
          if (bytes.length <= 4 || !door.admit(flow.remoteHost)) return;
          if (isStun(bytes)) this.answerBinding(bytes, flow);
          else events.received(parseDatagram(bytes), flow, bytes);
        },
        failed: events.failed,
      },
    });
  }

  /** A phone keeps its way open, and hears from where we see it (RFC 5626 §8). */
  private answerBinding(bytes: Buffer, flow: Flow): void {
    const answer = bindingAnswer(bytes, flow.remoteHost, flow.remotePort);
    if (answer === null) return;
    this.answeredBindings++;
    flow.send(answer);
  }

  /** A flow to a host that does not exist or cannot be connected to: fails a turn later, as a connection would. */
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
