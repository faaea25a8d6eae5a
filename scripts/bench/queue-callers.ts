import { createSocket, type Socket } from 'node:dgram';
import {
  header,
  headers,
  PLAIN_SDP,
  type PlainMessage,
  plainAnswer,
  plainMessage,
  readPlain,
  uriIn,
} from './plain-sip.js';

/** A citizen: whom they call, how long they wait for an answer and how long they talk; milliseconds. */
export interface Citizen {
  readonly number: string;
  readonly dials: string;
  readonly patienceMs: number;
  readonly talkMs: number;
}

interface Visit {
  readonly citizen: Citizen;
  readonly branch: string;
  state: 'calling' | 'up' | 'leaving' | 'over';
  /** A response has come, so nothing is said again (RFC 3261 §17.1.1.2, §17.1.2.2). */
  heard: boolean;
  remote: string;
  target: string;
  routes: readonly string[];
  timer: NodeJS.Timeout | undefined;
}

const T1_MS = 500;
const TIMES = 7;

/** All citizens behind one address of the carrier, as the trunk brings them. */
export class QueueCallers {
  readonly #visits = new Map<string, Visit>();
  readonly refused: string[] = [];
  #closed = false;

  private constructor(
    private readonly socket: Socket,
    private readonly server: number,
  ) {
    socket.on('message', (bytes) => this.#heard(readPlain(bytes.toString('latin1'))));
  }

  static async open(port: number, server: number): Promise<QueueCallers> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
    await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve));
    return new QueueCallers(socket, server);
  }

  /** Citizens who are in a call or call. */
  get busy(): number {
    return [...this.#visits.values()].filter(({ state }) => state !== 'over').length;
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#visits.values()) clearTimeout(timer);
    this.socket.close();
  }

  call(citizen: Citizen): void {
    const callId = `visit-${citizen.number}`;
    const visit: Visit = {
      citizen,
      branch: `z9hG4bK${citizen.number}`,
      state: 'calling',
      heard: false,
      remote: '',
      target: this.#uri(citizen.dials),
      routes: [],
      timer: undefined,
    };
    this.#visits.set(callId, visit);
    const invite = this.#request(visit, callId, 'INVITE', 1, visit.branch, PLAIN_SDP);
    this.#until(invite, () => visit.heard);
    visit.timer = setTimeout(() => this.#leave(visit, callId), citizen.patienceMs);
  }

  #heard(message: PlainMessage): void {
    const visit = this.#visits.get(message.callId);
    if (visit === undefined) return;
    if (message.status === null) return this.#asked(visit, message);
    if (message.method === 'INVITE') return this.#answered(visit, message, message.status);
    if (message.status < 200) return;
    if (message.method === 'BYE') visit.state = 'over';
  }

  #answered(visit: Visit, message: PlainMessage, status: number): void {
    const { text, callId } = message;
    visit.heard = true;
    if (status < 200) return;
    visit.remote = header(text, 'To');
    if (status < 300) {
      visit.target = uriIn(header(text, 'Contact'));
      visit.routes = [...headers(text, 'Record-Route')].reverse();
      this.#say(this.#request(visit, callId, 'ACK', 1, `${visit.branch}a`));
      if (visit.state === 'up' || visit.state === 'over') return;
      clearTimeout(visit.timer);
      if (visit.state === 'leaving') return this.#hangUp(visit, callId);
      visit.state = 'up';
      visit.timer = setTimeout(() => this.#hangUp(visit, callId), visit.citizen.talkMs);
      return;
    }
    this.#say(this.#request(visit, callId, 'ACK', 1, visit.branch));
    if (visit.state === 'calling') this.refused.push(`${visit.citizen.number} ${status}`);
    visit.state = 'over';
    clearTimeout(visit.timer);
  }

  #asked(visit: Visit, request: PlainMessage): void {
    if (request.method === 'ACK') return;
    this.#say(
      plainAnswer(request, '200 OK', 'c', this.#contact(), request.method === 'INVITE' ? PLAIN_SDP : ''),
    );
    if (request.method !== 'BYE') return;
    visit.state = 'over';
    clearTimeout(visit.timer);
  }

  /** Nobody has answered for too long. */
  #leave(visit: Visit, callId: string): void {
    if (visit.state !== 'calling') return;
    visit.state = 'leaving';
    this.#until(this.#request(visit, callId, 'CANCEL', 1, visit.branch), () => visit.state !== 'leaving');
  }

  #hangUp(visit: Visit, callId: string): void {
    visit.state = 'leaving';
    this.#until(this.#request(visit, callId, 'BYE', 2, `${visit.branch}b`), () => visit.state === 'over');
  }

  /** Say it, and again until that holds. */
  #until(text: string, done: () => boolean, times = TIMES, waitMs = T1_MS): void {
    this.#say(text);
    setTimeout(() => {
      if (!done() && times > 1 && !this.#closed) this.#until(text, done, times - 1, waitMs * 2);
    }, waitMs).unref();
  }

  #request(visit: Visit, callId: string, method: string, cseq: number, branch: string, body = ''): string {
    const { number, dials } = visit.citizen;
    const own = method === 'INVITE' || method === 'CANCEL' ? this.#uri(dials) : visit.target;
    const { port } = this.socket.address();
    return plainMessage(
      `${method} ${own} SIP/2.0`,
      [
        `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=${branch};rport`,
        'Max-Forwards: 70',
        ...visit.routes.map((route) => `Route: ${route}`),
        `From: <sip:${number}@carrier.test>;tag=${number}`,
        `To: ${visit.remote === '' || method === 'CANCEL' ? `<${this.#uri(dials)}>` : visit.remote}`,
        `Call-ID: ${callId}`,
        `CSeq: ${cseq} ${method}`,
        `Contact: <${this.#contact()}>`,
      ],
      body,
    );
  }

  #uri(number: string): string {
    return `sip:${number}@127.0.0.1:${this.server}`;
  }

  #contact(): string {
    return `sip:carrier@127.0.0.1:${this.socket.address().port}`;
  }

  #say(text: string): void {
    if (!this.#closed) this.socket.send(text, this.server, '127.0.0.1');
  }
}
