import { WebSocket } from 'ws';
import { NO_BODY, type SipMessage } from '../../../src/sip/message/message.js';
import { parseDatagram } from '../../../src/sip/message/parse.js';
import { Inbox } from './rig.js';

/** A SIP client over WebSocket that says what a test writes (RFC 7118). */
export class WsPeer {
  readonly received = new Inbox<SipMessage>();
  /** What is no SIP message: keep-alives. */
  readonly other = new Inbox<string>();
  private counter = 0;

  private constructor(
    private readonly socket: WebSocket,
    readonly name: string,
  ) {
    socket.on('message', (data: Buffer) => {
      const result = parseDatagram(data);
      if (result.ok) this.received.put(result.message);
      else this.other.put(data.toString());
    });
  }

  static open(url: string, name: string, ca?: Buffer): Promise<WsPeer> {
    const socket = new WebSocket(url, 'sip', ca === undefined ? {} : { ca });
    const peer = new WsPeer(socket, name);
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('open', () => resolve(peer));
    });
  }

  get contact(): string {
    return `<sip:${this.name}@${this.name}.invalid;transport=ws>`;
  }

  get closed(): boolean {
    return this.socket.readyState === WebSocket.CLOSED;
  }

  close(): void {
    this.socket.close();
  }

  text(text: string): void {
    this.socket.send(text);
  }

  /** A request of this client outside a dialog. */
  request(method: string, uri: string, more: readonly string[] = []): void {
    this.counter += 1;
    this.text(
      [
        `${method} ${uri} SIP/2.0`,
        `Via: SIP/2.0/WS ${this.name}.invalid;branch=z9hG4bK-${this.name}-${this.counter}`,
        'Max-Forwards: 70',
        `From: <sip:${this.name}@example.com>;tag=${this.name}`,
        `To: <${uri}>`,
        `Call-ID: ${this.name}-${this.counter}`,
        `CSeq: 1 ${method}`,
        `Contact: ${this.contact}`,
        ...more,
        '',
        '',
      ].join('\r\n'),
    );
  }

  answer(request: SipMessage, status: string, more: readonly string[] = [], body = ''): void {
    const { headers } = request;
    const to = headers.get('To') ?? '';
    const lines = [`SIP/2.0 ${status}`, ...headers.all('Via').map((via) => `Via: ${via}`)];
    lines.push(`From: ${headers.get('From')}`, `To: ${request.toTag === '' ? `${to};tag=${this.name}` : to}`);
    lines.push(
      `Call-ID: ${request.callId}`,
      `CSeq: ${headers.get('CSeq')}`,
      `Contact: ${this.contact}`,
      ...more,
    );
    this.text(`${lines.join('\r\n')}\r\n\r\n${body === '' ? NO_BODY.toString() : body}`);
  }

  /** The next message of that method or status. */
  async expect(wanted: string | number): Promise<SipMessage> {
    for (;;) {
      const message = await this.received.next();
      if (message.kind === 'request' ? message.method === wanted : message.status === wanted) return message;
    }
  }
}
