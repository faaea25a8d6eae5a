import { type WebSocket, WebSocketServer } from 'ws';

interface Question {
  readonly janus: string;
  readonly transaction: string;
  readonly apisecret?: string;
  readonly handle_id?: number;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Speaks as Janus 1.1 was seen to, to one connection at a time. */
export class FakeJanus {
  /** What the audio bridge was asked, without the number of the room. */
  readonly asked: Readonly<Record<string, unknown>>[] = [];
  /** Answers instead of the room that it lists. */
  list: readonly object[] = [];
  /** Questions of these kinds get no answer. */
  mute: readonly string[] = [];
  refuse: string | null = null;
  #next = 100;
  #socket: WebSocket | null = null;

  private constructor(private readonly server: WebSocketServer) {
    server.on('connection', (socket) => {
      this.#socket = socket;
      socket.on('message', (text) => this.#took(socket, JSON.parse(String(text)) as Question));
    });
  }

  static async open(): Promise<FakeJanus> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => server.once('listening', resolve));
    return new FakeJanus(server);
  }

  get url(): string {
    const address = this.server.address();
    return `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  /** The connection breaks. */
  drop(): void {
    this.#socket?.terminate();
  }

  say(text: string): void {
    this.#socket?.send(text);
  }

  async close(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #took(socket: WebSocket, question: Question): void {
    const { janus, transaction, apisecret, body } = question;
    if (this.mute.includes(janus)) return;
    const send = (answer: object): void => socket.send(JSON.stringify({ transaction, ...answer }));
    if (apisecret !== 'secret') return send({ janus: 'error', error: { code: 403, reason: 'Unauthorized' } });
    if (janus === 'keepalive') return send({ janus: 'ack' });
    if (janus === 'create' || janus === 'attach') {
      this.#next += 1;
      return send({ janus: 'success', data: { id: this.#next } });
    }
    if (janus !== 'message') return send({ janus: 'success' });
    this.#bridge(send, body ?? {});
  }

  #bridge(send: (answer: object) => void, { room, ...body }: Readonly<Record<string, unknown>>): void {
    this.asked.push(body);
    const told = (janus: string, data: object): void => send({ janus, plugindata: { plugin: 'x', data } });
    if (this.refuse !== null) return told('event', { error_code: 485, error: this.refuse });
    if (body.request === 'list') return told('success', { list: this.list });
    if (body.request !== 'join' && body.request !== 'configure') return told('success', { room });
    send({ janus: 'ack' });
    const rtp = { ip: '127.0.0.1', port: 33_000, payload_type: 8 };
    told('event', body.request === 'join' ? { audiobridge: 'joined', rtp } : { result: 'ok' });
  }
}
