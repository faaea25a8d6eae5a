import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { SipMessage } from '../../../src/sip/message/message.js';
import { parseDatagram } from '../../../src/sip/message/parse.js';
import { StreamFramer } from '../../../src/sip/transport/stream-framer.js';
import { Inbox, SDP } from './rig.js';

/** The address that the peer has over there; from here it leads nowhere. */
export const HIDDEN = '192.168.77.5:5099';

/** A peer as behind NAT: its Via and Contact name an address that only means something on its own side. */
export class HiddenPeer {
  readonly received = new Inbox<SipMessage>();
  toTag = '';
  private counter = 0;

  constructor(
    private readonly transport: 'UDP' | 'TCP',
    private readonly write: (bytes: Buffer) => void,
    readonly close: () => void,
  ) {}

  static open(transport: 'UDP' | 'TCP', port: number): Promise<HiddenPeer> {
    return transport === 'UDP' ? overUdp(port) : overTcp(port);
  }

  /** The next message of that method or status; others are skipped. */
  async expect(wanted: string | number): Promise<SipMessage> {
    for (;;) {
      const message = await this.received.next();
      if (message.kind === 'request' ? message.method === wanted : message.status === wanted) return message;
    }
  }

  request(method: string, seq: number, body = ''): void {
    this.counter += 1;
    const at = this.transport === 'TCP' ? `${HIDDEN};transport=tcp` : HIDDEN;
    this.send(
      [
        `${method} sip:110@127.0.0.1 SIP/2.0`,
        `Via: SIP/2.0/${this.transport} ${HIDDEN};branch=z9hG4bK-hidden-${this.counter};rport`,
        'Max-Forwards: 70',
        'From: <sip:caller@example.org>;tag=caller',
        `To: <sip:110@example.org>${this.toTag === '' ? '' : `;tag=${this.toTag}`}`,
        'Call-ID: hidden',
        `CSeq: ${seq} ${method}`,
        `Contact: <sip:caller@${at}>`,
        ...(body === '' ? [] : ['Content-Type: application/sdp']),
      ],
      body,
    );
  }

  /** Calls, and acknowledges the 200, which it returns. */
  async call(): Promise<SipMessage> {
    this.request('INVITE', 1, SDP);
    const ok = await this.expect(200);
    this.toTag = ok.toTag;
    this.request('ACK', 1);
    return ok;
  }

  answer(request: SipMessage, status: string, body = ''): void {
    const { headers } = request;
    const lines = [`SIP/2.0 ${status}`, ...headers.all('Via').map((via) => `Via: ${via}`)];
    for (const name of ['From', 'To', 'Call-ID', 'CSeq']) lines.push(`${name}: ${headers.get(name)}`);
    lines.push(`Contact: <sip:caller@${HIDDEN}>`);
    this.send(body === '' ? lines : [...lines, 'Content-Type: application/sdp'], body);
  }

  private send(lines: readonly string[], body: string): void {
    const text = [...lines, `Content-Length: ${Buffer.byteLength(body)}`].join('\r\n');
    this.write(Buffer.from(`${text}\r\n\r\n${body}`));
  }
}

function overUdp(port: number): Promise<HiddenPeer> {
  const socket = createSocket('udp4');
  const peer = new HiddenPeer(
    'UDP',
    (bytes) => socket.send(bytes, port, '127.0.0.1'),
    () => socket.close(),
  );
  socket.on('message', (bytes) => {
    const result = parseDatagram(bytes);
    if (result.ok) peer.received.put(result.message);
  });
  return new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(peer)));
}

function overTcp(port: number): Promise<HiddenPeer> {
  const socket = connect({ host: '127.0.0.1', port });
  const peer = new HiddenPeer(
    'TCP',
    (bytes) => socket.write(bytes),
    () => socket.destroy(),
  );
  const framer = new StreamFramer(65_536, true);
  socket.on('data', (chunk: Buffer) => {
    for (const item of framer.push(chunk)) {
      if (item.type === 'message' && item.result.ok) peer.received.put(item.result.message);
    }
  });
  return new Promise((resolve, reject) => socket.once('error', reject).once('connect', () => resolve(peer)));
}
