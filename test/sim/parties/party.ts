import type { Clock } from '../../../src/sip/clock.js';
import type { SipMessage, SipRequest, SipResponse } from '../../../src/sip/message/message.js';
import { parseDatagram } from '../../../src/sip/message/parse.js';
import type { DatagramPort } from '../../../src/sip/transport/datagram-port.js';
import type { PartyTimers } from './retransmission.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface PartyParts {
  readonly clock: Clock;
  readonly timers: PartyTimers;
  /** Opens the party's port; datagrams go to `received`. */
  open(received: (bytes: Buffer) => void): Promise<DatagramPort>;
  /** Where others reach the party: what its Via and Contact say. */
  readonly self: Address;
  /** Where everything that the party says goes to. */
  readonly server: Address;
  /** Random hexadecimal digits for tags and branches. */
  readonly token: () => string;
}

/** One side of a call. */
export interface Leg {
  onRequest(request: SipRequest): void;
  onResponse(response: SipResponse): void;
}

export const SDP =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

/** A SIP phone that speaks from its own few lines, not from the server's code, and deals messages to its legs. */
export class Party {
  readonly legs = new Map<string, Leg>();
  /** What came and could not be read. */
  unreadable = 0;
  private port: DatagramPort | null = null;

  constructor(
    readonly parts: PartyParts,
    /** A leg for an INVITE that begins a call; null when none is wanted. */
    private readonly called: (invite: SipRequest, party: Party) => Leg | null,
  ) {}

  async open(): Promise<void> {
    this.port = await this.parts.open((bytes) => this.received(bytes));
  }

  async close(): Promise<void> {
    await this.port?.close();
    this.port = null;
  }

  /** A leg is over: it answers repetitions for twice 64*T1 more, then it is forgotten. */
  retire(callId: string): void {
    const { clock, timers } = this.parts;
    clock.setTimeout(() => this.legs.delete(callId), 128 * timers.t1);
  }

  say(bytes: Buffer): void {
    const { host, port } = this.parts.server;
    this.port?.send(bytes, host, port, false);
  }

  branch(): string {
    return `z9hG4bK${this.parts.token()}`;
  }

  /** The lines of a request, with a Via of this party. */
  request(method: string, uri: string, branch: string, lines: readonly string[], body = ''): Buffer {
    const { host, port } = this.parts.self;
    const via = `Via: SIP/2.0/UDP ${host}:${port};rport;branch=${branch}`;
    return encode([`${method} ${uri} SIP/2.0`, via, 'Max-Forwards: 70', ...lines, this.contact()], body);
  }

  /** The answer to a request; `tag` goes to a To that has none. */
  response(request: SipMessage, status: string, tag: string, body = ''): Buffer {
    const { headers } = request;
    const to = headers.get('To') ?? '';
    const lines = [`SIP/2.0 ${status}`, ...headers.all('Via').map((via) => `Via: ${via}`)];
    for (const route of headers.all('Record-Route')) lines.push(`Record-Route: ${route}`);
    lines.push(`From: ${headers.get('From')}`, `To: ${request.toTag === '' ? `${to};tag=${tag}` : to}`);
    lines.push(`Call-ID: ${request.callId}`, `CSeq: ${headers.get('CSeq')}`, this.contact());
    return encode(lines, body);
  }

  private contact(): string {
    const { host, port } = this.parts.self;
    return `Contact: <sip:party@${host}:${port}>`;
  }

  private received(bytes: Buffer): void {
    const result = parseDatagram(bytes);
    if (!result.ok) {
      this.unreadable += 1;
      return;
    }
    const { message } = result;
    const leg = this.legs.get(message.callId);
    if (leg === undefined) {
      // A new leg knows its INVITE.
      if (!this.newLeg(message) && message.kind === 'request' && message.method !== 'ACK')
        this.say(this.response(message, '481 Call Does Not Exist', 'none'));
    } else if (message.kind === 'request') leg.onRequest(message);
    else leg.onResponse(message);
  }

  private newLeg(message: SipMessage): boolean {
    if (message.kind === 'response' || message.method !== 'INVITE' || message.toTag !== '') return false;
    const leg = this.called(message, this);
    if (leg !== null) this.legs.set(message.callId, leg);
    return leg !== null;
  }
}

function encode(lines: readonly string[], body: string): Buffer {
  const type = body === '' ? [] : ['Content-Type: application/sdp'];
  const head = [...lines, ...type, `Content-Length: ${Buffer.byteLength(body)}`].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${body}`);
}
