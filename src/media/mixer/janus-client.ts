import { WebSocket } from 'ws';
import { z } from 'zod';
import type { MediaClock } from '../clock.js';
import { MixerFailure } from './mixer.js';

/** What Janus answers, as far as we look at it. */
const replySchema = z.looseObject({
  janus: z.string(),
  transaction: z.string().optional(),
  data: z.looseObject({ id: z.number().optional() }).optional(),
  error: z.looseObject({ reason: z.string().optional() }).optional(),
  plugindata: z.looseObject({ data: z.record(z.string(), z.unknown()) }).optional(),
});
type Reply = z.output<typeof replySchema>;

/** An answer comes within some milliseconds; one that takes so long does not come. */
const ANSWER_MS = 1000;
const PING_MS = 500;
const PLUGIN = 'janus.plugin.audiobridge';
/** An answer is some hundred bytes; rooms with very many participants some thousand. */
const LONGEST_ANSWER = 1_000_000;

interface Question {
  answer(reply: Reply | null): void;
  /** Answered by an `ack` and nothing else. */
  readonly isPing: boolean;
}

export interface JanusServer {
  /** Of its WebSocket interface, such as `ws://127.0.0.1:8188`. */
  readonly url: string;
  /** Its `api_secret`; empty when it has none. */
  readonly secret: string;
}

/** A participant of ours is one handle. */
export type JanusHandle = number;

/**
 * One connection to a Janus server: its JSON API over a WebSocket. It is closed for good when the server closes it,
 * or leaves a question unanswered.
 */
export class JanusClient {
  readonly #waiting = new Map<string, Question>();
  #asked = 0;
  #session: number | null = null;
  #closed = false;
  #ping: { cancel(): void } | null = null;
  #tellClosed: (why: string) => void = () => undefined;
  /** Resolves when the connection is of no use any more, with the reason. */
  readonly closed: Promise<string> = new Promise((resolve) => {
    this.#tellClosed = resolve;
  });

  private constructor(
    private readonly socket: WebSocket,
    private readonly secret: string,
    private readonly clock: MediaClock,
  ) {
    socket.on('message', (data) => this.#took(String(data)));
    socket.on('error', (error) => this.close(error.message));
    socket.on('close', () => this.close('the connection was closed'));
  }

  /** Null when there is no such server, or none that lets us in. */
  static async connect({ url, secret }: JanusServer, clock: MediaClock): Promise<JanusClient | null> {
    const socket = new WebSocket(url, 'janus-protocol', {
      handshakeTimeout: ANSWER_MS,
      maxPayload: LONGEST_ANSWER,
      perMessageDeflate: false,
    });
    const open = await new Promise<boolean>((resolve) => {
      socket.once('open', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    if (!open) {
      socket.terminate();
      return null;
    }
    const client = new JanusClient(socket, secret, clock);
    const began = await client.#ask({ janus: 'create' }).catch(() => null);
    client.#session = began?.data?.id ?? null;
    if (client.#session === null) {
      client.close('no session');
      return null;
    }
    client.#pingLater();
    return client;
  }

  /** A handle of the audio bridge. */
  async attach(): Promise<JanusHandle> {
    const reply = await this.#ask({ janus: 'attach', plugin: PLUGIN, session_id: this.#session });
    const id = reply.data?.id;
    if (id === undefined) throw new MixerFailure('Janus gave no handle');
    return id;
  }

  /** Who joined with this handle leaves. */
  async detach(handle: JanusHandle): Promise<void> {
    await this.#ask({ janus: 'detach', session_id: this.#session, handle_id: handle });
  }

  /** Ask the audio bridge; resolves to what it says. */
  async request(
    handle: JanusHandle,
    body: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, unknown>>> {
    const message = { janus: 'message', session_id: this.#session, handle_id: handle, body };
    const said = (await this.#ask(message)).plugindata?.data;
    if (said === undefined) throw new MixerFailure('Janus answered without data');
    if (typeof said.error === 'string')
      throw new MixerFailure(`Janus refuses ${body.request}: ${said.error}`);
    return said;
  }

  /** Questions that wait are answered by a failure. Closing twice is closing once. */
  close(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ping?.cancel();
    this.socket.terminate();
    for (const { answer } of this.#waiting.values()) answer(null);
    this.#waiting.clear();
    this.#tellClosed(why);
  }

  async #ask(message: Readonly<Record<string, unknown>>): Promise<Reply> {
    if (this.#closed) throw new MixerFailure('there is no connection to Janus');
    this.#asked += 1;
    const transaction = String(this.#asked);
    const reply = await new Promise<Reply | null>((resolve) => {
      const timer = this.clock.after(ANSWER_MS, () => this.close(`no answer to ${message.janus}`));
      const answer = (given: Reply | null): void => {
        timer.cancel();
        resolve(given);
      };
      this.#waiting.set(transaction, { answer, isPing: message.janus === 'keepalive' });
      const apisecret = this.secret === '' ? {} : { apisecret: this.secret };
      this.socket.send(JSON.stringify({ ...message, ...apisecret, transaction }), (error) => {
        if (error !== undefined && error !== null) this.close(error.message);
      });
    });
    if (reply === null) throw new MixerFailure('the connection to Janus was lost');
    if (reply.janus === 'error')
      throw new MixerFailure(`Janus refuses: ${reply.error?.reason ?? 'no reason'}`);
    return reply;
  }

  #took(text: string): void {
    const reply = readReply(text);
    // What it tells by itself, of others in a room, is nothing that we wait for.
    const question = this.#waiting.get(reply?.transaction ?? '');
    if (reply?.transaction === undefined || question === undefined) return;
    // The answer follows.
    if (reply.janus === 'ack' && !question.isPing) return;
    this.#waiting.delete(reply.transaction);
    question.answer(reply);
  }

  /** A session that nothing is heard of ends; and a server that does not answer is none. */
  #pingLater(): void {
    this.#ping = this.clock.after(PING_MS, () => {
      const pinged = this.#ask({ janus: 'keepalive', session_id: this.#session });
      pinged.then(
        () => {
          if (!this.#closed) this.#pingLater();
        },
        (error: unknown) => this.close(error instanceof Error ? error.message : String(error)),
      );
    });
  }
}

function readReply(text: string): Reply | null {
  try {
    const read = replySchema.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
