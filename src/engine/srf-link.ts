/** The odd sides of drachtio-srf in one place: its connection, its exceptions, its bare-string errors. */
import {
  type Content,
  createSrf,
  type RequestOptions,
  type SipMessageParts,
  type SrfClient,
  type SrfRequest,
  type SrfResponse,
} from './drachtio.js';
import type { EngineLog } from './log.js';
import { errorText } from './srf-messages.js';

export interface SipServerAddress {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** What we call ourselves there. */
  readonly tags?: readonly string[];
}

export type RequestHandler = (req: SrfRequest, res: SrfResponse) => void;
/** `req` null: the server did not take the request, `error` says why. */
export type Requested = (req: SrfRequest | null, error: string | null) => void;

/** How long the first connection to the SIP server may take; milliseconds. */
const CONNECT_MS = 10_000;

export class SrfLink {
  readonly #srf: SrfClient = createSrf();
  #closing = false;

  constructor(
    private readonly server: SipServerAddress,
    private readonly log: EngineLog,
  ) {}

  /** Have `handler` called for requests of this method, in and outside of dialogs. */
  handle(method: string, handler: RequestHandler): void {
    this.#srf.use(method, this.#guard(handler));
  }

  /**
   * Connect; resolves to the server's addresses, `udp/host:port,tcp/host:port`. Later losses of the connection
   * and its returns are told to `onLink`; the library reconnects by itself.
   */
  connect(onLink: (up: boolean, detail: string) => void): Promise<string> {
    const { host, port } = this.server;
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(
        () => reject(new Error(`no answer from the SIP server at ${host}:${port}`)),
        CONNECT_MS,
      );
      let connected = false;
      this.#srf.on('connect', (err, hostports) => {
        clearTimeout(deadline);
        if (err !== null && err !== undefined) {
          const text = `the SIP server refused us: ${errorText(err)}; check sip.drachtio.secret`;
          reject(new Error(text));
          onLink(false, text);
          return;
        }
        resolve(hostports);
        if (connected) onLink(true, hostports);
        connected = true;
      });
      // Without a listener an error of the socket would end the process.
      this.#srf.on('error', (err) =>
        this.log.warn({ err: errorText(err) }, 'control connection to the SIP server'),
      );
      this.#srf.on('close', () => {
        if (!this.#closing) onLink(false, 'the control connection to the SIP server was lost');
      });
      this.#srf.connect(this.server);
    });
  }

  close(): void {
    this.#closing = true;
    try {
      this.#srf.disconnect();
    } catch {
      // Nothing is connected: that is what we want.
    }
  }

  /** Send a response; `done` gets null and the message when it went out, else why not. */
  send(
    res: SrfResponse,
    status: number,
    reason: string | null,
    content: Content,
    done?: (err: string | null, sent: SipMessageParts | null) => void,
  ): void {
    try {
      res.send(status, reason ?? undefined, { headers: {}, ...content }, (err, sent) => {
        const failed = err !== null && err !== undefined;
        if (failed) this.log.debug({ status, err: errorText(err) }, 'response not sent');
        done?.(failed ? errorText(err) : null, sent ?? null);
      });
    } catch (err) {
      this.log.warn({ status, err: errorText(err) }, 'response not sent');
      done?.(errorText(err), null);
    }
  }

  request(uri: string, options: RequestOptions, done: Requested): void {
    try {
      this.#srf.request(uri, options, (err, req) => {
        if (err !== null && err !== undefined) done(null, errorText(err));
        else if (req !== undefined) done(req, null);
      });
    } catch (err) {
      // The library asserts that it is connected. Report in a later turn, as every other outcome.
      setImmediate(() => done(null, errorText(err)));
    }
  }

  /** For calls into the library that assert a connection. */
  safely(act: () => void): void {
    try {
      act();
    } catch (err) {
      this.log.warn({ err: errorText(err) }, 'the SIP server is not connected');
    }
  }

  /** Exceptions in handlers would reach the library's socket loop and end the process. */
  #guard(handler: RequestHandler): RequestHandler {
    return (req, res) => {
      try {
        handler(req, res);
      } catch (err) {
        this.log.error({ err, method: req.method, sipCallId: req.get('Call-ID') }, 'request handler failed');
        if (req.method !== 'ACK' && !res.finalResponseSent) this.send(res, 500, null, {});
      }
    };
  }
}
