/**
 * The embedded SIP server: SIP over UDP and TCP towards the network, the drachtio control protocol towards the
 * application. It knows nothing of calls; drachtio-srf is its client.
 */
import { createHash } from 'node:crypto';
import { type Clock, systemClock } from './clock.js';
import {
  type ControlAddress,
  type ControlListen,
  ControlServer,
  type ControlTls,
} from './control/control-server.js';
import type { OutboundRule } from './control/outbound.js';
import { Counters, type TrafficStats } from './counters.js';
import type { DialogTransport } from './dialog/core.js';
import { refuseMalformed } from './dialog/refuse.js';
import { SipStack } from './dialog/stack.js';
import { Guard, type GuardStats, isLoopback } from './guard/guard.js';
import { DEFAULT_GUARD, type GuardLimits } from './guard/guard-limits.js';
import { DEFAULT_LIMITS, type SipLimits } from './limits.js';
import { type SipLog, silentLog, type Trace } from './log.js';
import type { SipMessage } from './message/message.js';
import type { ParseResult } from './message/parse.js';
import { bracket } from './message/uri.js';
import { type DnsClient, systemDns } from './resolve/dns-client.js';
import { Resolver } from './resolve/resolver.js';
import { TableFile } from './store/table-file.js';
import { TimerWheel } from './timer-wheel.js';
import { sipTimers, type TimerSettings } from './transaction/timers.js';
import type { TransactionTransport } from './transaction/transaction-layer.js';
import type { OpenDatagrams } from './transport/datagram-port.js';
import type { Flow, ListenAddress, Listener, Transport } from './transport/flow.js';
import { FlowBook } from './transport/flow-book.js';
import { TransportLayer } from './transport/transport-layer.js';
import { openUdpSocket } from './transport/udp-socket.js';
import { Waking } from './waking.js';

export interface SipServerOptions {
  readonly listeners: readonly ListenAddress[];
  /** Where the application connects; port 0 takes a free one. */
  readonly control: {
    readonly host: string;
    readonly port: number;
    readonly secret: string;
    /** A second port, with TLS. */
    readonly tls?: ControlTls;
    /** Methods for which the application is dialled instead. */
    readonly outbound?: readonly OutboundRule[];
    /** Takes connections of clients otherwise than on the port, which is not opened then. */
    readonly listen?: ControlListen;
  };
  /** A timer wheel over the system's clock when absent. */
  readonly clock?: Clock;
  readonly timers?: TimerSettings;
  readonly limits?: Partial<SipLimits>;
  readonly log?: SipLog;
  /** Gets every SIP message that enters or leaves. */
  readonly trace?: Trace;
  /** Option tags that a peer's `Require` may name; anything else is refused with 420. */
  readonly supported?: readonly string[];
  /** How much unknown sources may ask; see `guard/`. */
  readonly guard?: Partial<GuardLimits>;
  /** Sources that are never counted or blocked; loopback when absent. */
  readonly trusted?: (host: string) => boolean;
  /** Answers to NAPTR, SRV and address questions; the system's when absent. */
  readonly dns?: DnsClient;
  /** A file, of which no other server writes, for what a server that is killed must know to go on; none when absent. */
  readonly keep?: string;
  /** How UDP listeners get their port; sockets of this machine when absent. */
  readonly datagrams?: OpenDatagrams;
}

/** Extensions that the stack speaks itself (the first two), and those that are the application's affair. */
export const DEFAULT_SUPPORTED: readonly string[] = [
  '100rel',
  'timer',
  'replaces',
  'norefersub',
  'histinfo',
  'uui',
  'tdialog',
  'resource-priority',
  'from-change',
  'privacy',
];

export interface BoundAddress {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
}

export interface SipServerStats extends TrafficStats {
  /** What lives just now; all of it is zero when nothing is going on. */
  readonly live: {
    readonly clientTransactions: number;
    readonly serverTransactions: number;
    readonly dialogs: number;
    /** Requests of peers that the application has not answered. */
    readonly inboundRequests: number;
    /** Requests of the application without a final response. */
    readonly outboundRequests: number;
  };
  readonly connections: number;
  /** Keep-alives by STUN that were answered (RFC 5626 §3.5.2); only grows. */
  readonly bindingAnswers: number;
  readonly guard: GuardStats;
  readonly controlClients: number;
}

export interface SipServer {
  /** Opens all sockets; rejects with the system's error when one cannot be opened. */
  start(): Promise<{ listeners: readonly BoundAddress[]; control: ControlAddress }>;
  /** Closes everything at once; peers are not told. */
  stop(): Promise<void>;
  stats(): SipServerStats;
  /** Reads changed certificate files at once instead of within half a minute; how many listeners changed. */
  reloadCertificates(): number;
}

export function createSipServer(options: SipServerOptions): SipServer {
  return new EmbeddedSipServer(options);
}

const address = (listener: Listener): string => `${bracket(listener.publicHost)}:${listener.publicPort}`;

class EmbeddedSipServer implements SipServer {
  private readonly clock: Clock;
  private readonly log: SipLog;
  private readonly counters = new Counters();
  private readonly transport: TransportLayer;
  private readonly guard: Guard;
  private readonly flows = new FlowBook();
  private readonly limits: SipLimits;
  private readonly control: ControlServer;
  private readonly stack: SipStack;
  private readonly kept: TableFile | null;
  private readonly waking: Waking;

  constructor(private readonly options: SipServerOptions) {
    this.clock = options.clock ?? new TimerWheel(systemClock, () => performance.now());
    this.log = options.log ?? silentLog;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.limits = limits;
    this.guard = new Guard({
      clock: this.clock,
      log: this.log,
      limits: { ...DEFAULT_GUARD, ...options.guard },
      connectionsPerSource: limits.connectionsPerSource,
      trusted: options.trusted ?? isLoopback,
    });
    this.transport = new TransportLayer({
      door: this.guard,
      datagrams: options.datagrams ?? openUdpSocket,
      clock: this.clock,
      limits,
      log: this.log,
      events: {
        received: (result, flow, bytes) => this.received(result, flow, bytes),
        failed: (key, error) => this.failed(key, error),
      },
    });
    this.kept = options.keep === undefined ? null : new TableFile(options.keep, this.clock, this.log);
    this.waking = new Waking(this.clock, limits.wakeMs, (this.kept?.entries().size ?? 0) > 0);
    this.control = new ControlServer({
      ...options.control,
      maxFrameBytes: limits.frameBytes,
      clock: this.clock,
      log: this.log,
      hostPorts: () => this.hostPorts(),
      takesCalls: () => this.waking.wake(this.stack),
    });
    this.stack = new SipStack({
      clock: this.clock,
      timers: sipTimers(options.timers),
      limits,
      log: this.log,
      counters: this.counters,
      transport: this.stackTransport(),
      owners: this.control,
      ...(this.kept === null ? {} : { kept: this.kept }),
      routeSecret: createHash('sha256').update(`record-route ${options.control.secret}`).digest(),
      supported: new Set(options.supported ?? DEFAULT_SUPPORTED),
    });
  }

  async start() {
    await this.transport.open(this.options.listeners);
    this.waking.begin(this.stack);
    try {
      const control = await this.control.open(this.stack);
      const listeners = this.transport.listeners.map(({ transport, host, port }) => ({
        transport,
        host,
        port,
      }));
      return { listeners, control };
    } catch (error) {
      await this.control.close();
      await this.transport.close();
      throw error;
    }
  }

  async stop(): Promise<void> {
    // What is open now is gone on with at the next start.
    const kept = this.kept?.close();
    await this.control.close();
    this.stack.clear();
    await this.transport.close();
    await kept;
  }

  stats(): SipServerStats {
    const { dialogs, inbound, outbound } = this.stack.counts();
    return {
      ...this.counters.snapshot(),
      live: {
        clientTransactions: this.stack.transactions.clientCount,
        serverTransactions: this.stack.transactions.serverCount,
        dialogs,
        inboundRequests: inbound,
        outboundRequests: outbound,
      },
      connections: this.transport.connectionCount,
      bindingAnswers: this.transport.bindingAnswers,
      guard: this.guard.stats(),
      controlClients: this.control.clientCount,
    };
  }

  reloadCertificates(): number {
    return this.transport.reloadCertificates() + this.control.reloadCertificates();
  }

  private hostPorts(): { external: string; local: string } {
    const { listeners } = this.transport;
    return {
      external: listeners.map((listener) => `${listener.transport}/${address(listener)}`).join(','),
      local: listeners.map((own) => `${own.transport}/${bracket(own.host)}:${own.port}`).join(','),
    };
  }

  private received(result: ParseResult, flow: Flow, bytes: Buffer): void {
    this.traced('in', flow, bytes);
    if (result.ok) {
      this.accepted(result.message, flow);
      return;
    }
    this.counters.malformed++;
    this.log.debug({ reason: result.fault.reason, from: flow.remoteHost }, 'malformed message');
    const answer = refuseMalformed(result, flow);
    if (answer !== null) {
      this.send(flow, answer.message, answer.bytes, false);
      return;
    }
    this.counters.dropped++;
    this.guard.rubbish(flow.remoteHost);
  }

  private accepted(message: SipMessage, flow: Flow): void {
    this.counters.received(message, flow.listener.transport);
    if (message.kind === 'request' && !this.waking.hears(flow)) {
      this.counters.dropped++;
      return;
    }
    if (!this.guard.inspect(message, flow.remoteHost)) return;
    const { transactions } = this.stack;
    if (message.kind === 'request') {
      this.flows.learn(message, flow);
      const full =
        transactions.serverCount >= this.limits.transactions ||
        (message.method === 'INVITE' && this.stack.counts().dialogs >= this.limits.dialogs);
      if (full && message.toTag === '' && message.method !== 'ACK' && message.method !== 'CANCEL') {
        const fault = { status: 503, reason: 'Service Unavailable' };
        const answer = refuseMalformed({ ok: false, fault, request: message }, flow);
        if (answer !== null) this.send(flow, answer.message, answer.bytes, false);
        return;
      }
    }
    transactions.receive(message, flow);
  }

  private failed(key: string, error: Error): void {
    this.log.debug({ flow: key, err: error }, 'flow failed');
    this.flows.forget(key);
    this.stack.transactions.flowFailed(key);
  }

  private send(flow: Flow, message: SipMessage, bytes: Buffer, again: boolean): void {
    if (message.kind === 'response' && this.guard.mute(flow.remoteHost)) return;
    this.counters.sent(message, again, flow.listener.transport);
    if (message.kind === 'request') this.guard.vouch(flow.remoteHost);
    else if (!again) this.guard.answered(flow.remoteHost, message.cseq.method, message.status);
    this.traced('out', flow, bytes);
    flow.send(bytes);
  }

  private traced(direction: 'in' | 'out', flow: Flow, bytes: Buffer): void {
    const { listener } = flow;
    this.options.trace?.({
      direction,
      transport: listener.transport,
      local: `${bracket(listener.host)}:${listener.port}`,
      remote: `${bracket(flow.remoteHost)}:${flow.remotePort}`,
      time: this.clock.now(),
      bytes,
    });
  }

  private stackTransport(): DialogTransport & TransactionTransport {
    const { transport } = this;
    const random = (below: number): number => Math.floor(Math.random() * below);
    const resolver = new Resolver(this.clock, { dns: this.options.dns ?? systemDns(), random });
    return {
      get listeners() {
        return transport.listeners;
      },
      select: (destination, preferred) => transport.select(destination, preferred),
      flow: (destination, listener) => transport.flow(destination, listener),
      flowOf: (uri) => this.flows.find(uri),
      resolve: (target, then) => resolver.resolve(target, then),
      send: (flow, message, bytes, again) => this.send(flow, message, bytes, again),
      reopen: (listener, host, port) =>
        transport.flow({ transport: listener.transport, host, port }, listener),
    };
  }
}
