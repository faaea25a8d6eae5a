import type { Socket } from 'node:net';
import type { TimerHandle } from '../clock.js';
import type { ParseResult } from '../message/parse.js';
import { Connection } from './connection.js';
import type { Listener } from './flow.js';
import { StreamFramer } from './stream-framer.js';
import type { ConnectionContext } from './transport-context.js';

/** A peer that does not read is cut off at this many waiting bytes. */
export const MAX_UNREAD_BYTES = 1_048_576;
const PING = Buffer.from('\r\n\r\n');
export const PONG = Buffer.from('\r\n');
/** RFC 5626 §4.4.1: a ping is answered within 10 seconds. */
const PONG_MS = 10_000;

/** How long answers may still go to a peer that has closed its side, ms; a transaction is over then. */
const HALF_CLOSED_MS = 32_000;

const STATUS_AT = 'SIP/2.0 '.length;

const isFinalResponse = (bytes: Buffer): boolean =>
  bytes.length > STATUS_AT &&
  (bytes[STATUS_AT] ?? 0) >= 0x32 &&
  bytes.toString('latin1', 0, STATUS_AT) === 'SIP/2.0 ';

/** How a connection came to be. */
export type Origin =
  | { readonly type: 'accepted' }
  /** `event` is when it can be used: `connect` for TCP, `secureConnect` for TLS. */
  | { readonly type: 'ours'; readonly event: string; readonly withinMs: number };

/** One TCP or TLS connection. */
export class StreamConnection extends Connection {
  private readonly framer: StreamFramer;
  private keepAlive: TimerHandle | null = null;
  /** The peer once answered a ping, so it will again. */
  private pongs = false;
  /** Requests without a final response, about: copies of responses are not told apart. */
  private unanswered = 0;
  private halfClosed = false;

  constructor(
    listener: Listener,
    context: ConnectionContext,
    private readonly socket: Socket,
    remoteHost: string,
    remotePort: number,
    origin: Origin,
    gone: () => void,
  ) {
    super(listener, context, remoteHost, remotePort, gone);
    this.framer = new StreamFramer(context.limits.messageBytes, origin.type === 'ours');
    if (origin.type === 'ours') {
      this.startHurry(origin.withinMs, 'connection not established in time');
      socket.once(origin.event, () => {
        this.stopHurry();
        this.schedulePing();
      });
    }
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('error', (error) => this.closed(error));
    socket.on('end', () => this.onEnd());
    socket.on('close', () => this.closed(new Error('connection closed')));
  }

  send(bytes: Buffer): void {
    if (!this.open) return;
    this.active();
    if (this.socket.writableLength > MAX_UNREAD_BYTES) this.destroy('peer does not read');
    else this.socket.write(bytes);
    if (this.unanswered > 0 && isFinalResponse(bytes)) this.unanswered--;
    if (this.halfClosed && this.unanswered === 0) this.finish();
  }

  protected cut(): void {
    this.socket.destroy();
  }

  protected override ended(): void {
    if (this.keepAlive !== null) this.context.clock.clearTimeout(this.keepAlive);
    this.keepAlive = null;
  }

  /** The peer says nothing more; it may wait for answers to what it said. */
  private onEnd(): void {
    if (!this.open) return;
    this.halfClosed = true;
    if (this.unanswered === 0) return this.finish();
    this.stopHurry();
    this.startHurry(Math.min(HALF_CLOSED_MS, this.context.limits.idleConnectionMs), 'peer closed its side');
  }

  /** Closes once what was written is out. */
  private finish(): void {
    this.socket.destroySoon();
    this.closed(new Error('connection closed'));
  }

  /** Counts a request that will be answered. */
  private owe(result: ParseResult): void {
    if (result.ok && result.message.kind === 'request' && result.message.method !== 'ACK') this.unanswered++;
  }

  private onData(chunk: Buffer): void {
    this.active();
    for (const item of this.framer.push(chunk)) {
      if (!this.open) return;
      switch (item.type) {
        case 'message':
          if (this.context.door.admit(this.remoteHost)) {
            this.owe(item.result);
            this.context.events.received(item.result, this, item.bytes);
          } else if (!this.context.door.accept(this.remoteHost, 0)) this.destroy('source is blocked');
          break;
        case 'ping':
          this.send(PONG);
          break;
        case 'pong':
          this.pongs = true;
          this.schedulePing();
          break;
        case 'broken':
          this.context.log.debug({ reason: item.reason, from: this.remoteHost }, 'closed a connection');
          if (item.refused === null) this.context.door.rubbish(this.remoteHost);
          else if (this.context.door.admit(this.remoteHost)) {
            this.context.events.received(item.refused.result, this, item.refused.bytes);
          }
          // What was written still goes out; nothing more is read.
          this.socket.removeAllListeners('data').destroySoon();
          this.closed(new Error(item.reason));
          return;
      }
    }
    if (!this.framer.partial) this.stopHurry();
    else if (!this.hurried) this.startHurry(this.context.limits.messageMs, 'message not complete in time');
  }

  /** RFC 5626 §4.4.1: the side that opened the connection keeps it, and the NAT on its way, alive. */
  private schedulePing(): void {
    const { clock, limits } = this.context;
    this.ended();
    if (limits.keepAliveMs === 0 || !this.open) return;
    this.keepAlive = clock.setTimeout(() => {
      this.send(PING);
      const next = this.pongs ? () => this.destroy('no answer to a ping') : () => this.schedulePing();
      this.keepAlive = clock.setTimeout(next, PONG_MS);
    }, limits.keepAliveMs);
  }
}
