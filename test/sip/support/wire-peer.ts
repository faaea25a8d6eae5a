import { createSocket, type Socket } from 'node:dgram';
import type { SipMessage } from '../../../src/sip/message/message.js';
import { parseDatagram } from '../../../src/sip/message/parse.js';
import { Inbox } from './rig.js';

/** A SIP peer that says over UDP exactly what a test writes, word for word. */
export class WirePeer {
  readonly received = new Inbox<SipMessage>();
  /** What could not be parsed: answers to malformed requests repeat their faults. */
  readonly unsound = new Inbox<string>();
  port = 0;
  private counter = 0;
  /** Transactions whose request was expected, by branch and method. */
  private readonly expected = new Set<string>();

  private constructor(private readonly socket: Socket) {}

  static open(): Promise<WirePeer> {
    const socket = createSocket('udp4');
    const peer = new WirePeer(socket);
    socket.on('message', (bytes) => {
      const result = parseDatagram(bytes);
      if (result.ok) peer.received.put(result.message);
      else peer.unsound.put(bytes.toString());
    });
    return new Promise((resolve) => {
      socket.bind(0, '127.0.0.1', () => {
        peer.port = socket.address().port;
        resolve(peer);
      });
    });
  }

  close(): void {
    this.socket.close();
  }

  /** Sends lines as they are; a blank line and Content-Length are added. */
  send(port: number, lines: readonly string[], body = ''): void {
    const text = `${[...lines, `Content-Length: ${Buffer.byteLength(body)}`].join('\r\n')}\r\n\r\n${body}`;
    this.raw(port, Buffer.from(text));
  }

  raw(port: number, bytes: Buffer): void {
    this.socket.send(bytes, port, '127.0.0.1');
  }

  /** A Via of this peer with a fresh branch. */
  via(): string {
    this.counter += 1;
    return `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bK-${this.port}-${this.counter}`;
  }

  /** Answers a request; `toTag` goes to a To without one. */
  answer(
    port: number,
    request: SipMessage,
    status: string,
    toTag: string,
    more: readonly string[] = [],
    body = '',
  ): void {
    const { headers } = request;
    const to = headers.get('To') ?? '';
    const lines = [`SIP/2.0 ${status}`, ...headers.all('Via').map((via) => `Via: ${via}`)];
    for (const route of headers.all('Record-Route')) lines.push(`Record-Route: ${route}`);
    lines.push(`From: ${headers.get('From')}`, `To: ${request.toTag === '' ? `${to};tag=${toTag}` : to}`);
    lines.push(`Call-ID: ${request.callId}`, `CSeq: ${headers.get('CSeq')}`, ...more);
    this.send(port, lines, body);
  }

  /** The next message of that method or status, which may be a retransmission; others are skipped. */
  async expect(wanted: string | number, ms = 5000): Promise<SipMessage> {
    for (;;) {
      const message = await this.received.next(ms).catch((error: Error) => {
        throw new Error(`waiting for ${wanted}: ${error.message}; got ${this.seen()}`);
      });
      if (message.kind === 'request' ? message.method === wanted : message.status === wanted) {
        this.expected.add(transactionOf(message));
        return message;
      }
    }
  }

  /** The next request of that method that is none of those that were expected before, sent again. */
  async expectNew(method: string): Promise<SipMessage> {
    const before = new Set(this.expected);
    for (;;) {
      const message = await this.expect(method);
      if (!before.has(transactionOf(message))) return message;
    }
  }

  private seen(): string {
    const sound = this.received.items.map((m) => (m.kind === 'request' ? m.method : m.status));
    return [...sound, ...this.unsound.items].join(' ');
  }
}

const transactionOf = (message: SipMessage): string => `${message.headers.get('Via')} ${message.cseq.method}`;
