import { createHash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';

/** How REGISTER requests were answered: number by status, and the slowest answer. */
export interface Answers {
  readonly byStatus: ReadonlyMap<number, number>;
  readonly slowestMs: number;
  /** Sent and never answered. */
  readonly unanswered: number;
}

interface Phone {
  readonly user: string;
  nonce: string;
  count: number;
  cseq: number;
  sentAt: number;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Phones of agents behind one UDP socket of this machine; each keeps its nonce and counts its uses. Requests that come
 * are for whoever made them.
 */
export class Phones {
  readonly #phones = new Map<string, Phone>();
  #byStatus = new Map<number, number>();
  #slowest = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly host: string,
    private readonly server: number,
    private readonly password: string,
    private readonly asked: (request: string) => void,
  ) {
    socket.on('message', (bytes) => this.#heard(bytes.toString('latin1')));
  }

  /** @param host an address of the loopback network */
  static async open(
    host: string,
    server: number,
    users: readonly string[],
    password: string,
    asked: (request: string) => void = () => undefined,
  ): Promise<Phones> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
    await new Promise<void>((resolve) => socket.bind(0, host, resolve));
    const phones = new Phones(socket, host, server, password, asked);
    for (const user of users) phones.#phones.set(user, { user, nonce: '', count: 0, cseq: 0, sentAt: 0 });
    return phones;
  }

  /** Where all of them listen. */
  get port(): number {
    return this.socket.address().port;
  }

  /** Say something to the server, from where they listen. */
  send(text: string): void {
    this.socket.send(text, this.server, '127.0.0.1');
  }

  register(user: string): void {
    const phone = this.#phones.get(user);
    if (phone !== undefined) this.#send(phone);
  }

  /** Register again where nothing was heard for so long: a datagram was lost. Gives how many are waiting at all. */
  remind(afterMs: number): number {
    const waiting = [...this.#phones.values()].filter(({ sentAt }) => sentAt > 0);
    for (const phone of waiting) if (performance.now() - phone.sentAt > afterMs) this.#send(phone);
    return waiting.length;
  }

  /** What was answered since the last time. */
  take(): Answers {
    const unanswered = [...this.#phones.values()].filter(({ sentAt }) => sentAt > 0).length;
    const answers = { byStatus: this.#byStatus, slowestMs: this.#slowest, unanswered };
    this.#byStatus = new Map();
    this.#slowest = 0;
    return answers;
  }

  close(): void {
    this.socket.close();
  }

  #send(phone: Phone): void {
    const { user } = phone;
    phone.cseq++;
    phone.sentAt = performance.now();
    const { port } = this.socket.address();
    const lines = [
      `REGISTER sip:127.0.0.1:${this.server} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.host}:${port};branch=z9hG4bK${user}-${phone.cseq};rport`,
      'Max-Forwards: 70',
      `From: <sip:${user}@onekey.test>;tag=${user}`,
      `To: <sip:${user}@onekey.test>`,
      `Call-ID: ${user}@${this.host}`,
      `CSeq: ${phone.cseq} REGISTER`,
      `Contact: <sip:${user}@${this.host}:${port}>`,
      'Expires: 120',
      ...(phone.nonce === '' ? [] : [this.#authorization(phone)]),
      'Content-Length: 0',
    ];
    this.socket.send(`${lines.join('\r\n')}\r\n\r\n`, this.server, '127.0.0.1');
  }

  #authorization(phone: Phone): string {
    const { user, nonce } = phone;
    phone.count++;
    const nc = phone.count.toString(16).padStart(8, '0');
    const uri = `sip:127.0.0.1:${this.server}`;
    const secret = hash(`${user}:onekey:${this.password}`);
    const response = hash(`${secret}:${nonce}:${nc}:c:auth:${hash(`REGISTER:${uri}`)}`);
    return `Authorization: Digest username="${user}", realm="onekey", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=SHA-256, cnonce="c", qop=auth, nc=${nc}`;
  }

  #heard(text: string): void {
    if (!text.startsWith('SIP/2.0 ')) return this.asked(text);
    const status = Number(text.slice(8, 11));
    const phone = this.#phones.get(/^To: <sip:([^@]+)@/m.exec(text)?.[1] ?? '');
    if (phone === undefined || !(status >= 200)) return;
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + 1);
    this.#slowest = Math.max(this.#slowest, performance.now() - phone.sentAt);
    phone.sentAt = 0;
    if (status !== 401) return;
    const fresh = phone.nonce === '' || /stale=true/.test(text);
    phone.nonce = /nonce="([^"]+)"/.exec(text)?.[1] ?? '';
    phone.count = 0;
    // A wrong password stays wrong: whoever guesses comes again by itself.
    if (fresh) this.#send(phone);
  }
}
