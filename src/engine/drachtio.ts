/**
 * drachtio-srf as we use it. Its own type file disagrees with its code, so the few parts that we call are
 * described here, after reading the code of 5.0.29, and the library is cast to them in this one place.
 */
import drachtioSrf from 'drachtio-srf';

export type HeaderSet = Record<string, string>;

export interface SipMessageParts {
  readonly method: string;
  readonly uri: string;
  readonly body: string;
  /** Keys in lower case. */
  readonly headers: HeaderSet;
  get(name: string): string | undefined;
  has(name: string): boolean;
}

export interface SrfRequest extends SipMessageParts {
  readonly stackTxnId: string;
  readonly stackDialogId: string;
  readonly source: 'network' | 'application';
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  on(event: 'cancel', listener: (cancel: SipMessageParts) => void): this;
  on(event: 'update', listener: (req: SrfRequest, res: SrfResponse) => void): this;
  on(event: 'response', listener: (res: SrfResponse, ack: AckFunction) => void): this;
  cancel(opts: { headers?: HeaderSet }, callback: (err: unknown) => void): void;
}

/** Sends ACK for a final response, PRACK for a reliable provisional one. */
export type AckFunction = (opts?: { body?: string; headers?: HeaderSet }) => void;

export interface SendOptions {
  readonly headers?: HeaderSet;
  readonly body?: string;
}

export interface SrfResponse extends SipMessageParts {
  readonly status: number;
  readonly reason: string;
  readonly finalResponseSent: boolean;
  send(status: number, reason: string | undefined, opts: SendOptions, callback?: SentCallback): void;
}

/** `err` is a string or an Error when the server refused the response. */
export type SentCallback = (err: unknown, sent?: SipMessageParts) => void;

export interface RequestOptions {
  readonly method: string;
  readonly uri?: string;
  readonly headers?: HeaderSet;
  readonly body?: string;
  /** URI of the next hop, where that is not what `uri` says. */
  readonly proxy?: string;
  /** Send inside this dialog. */
  readonly stackDialogId?: string;
}

export type Handler = (req: SrfRequest, res: SrfResponse) => void;

export interface SrfClient {
  connect(opts: { host: string; port: number; secret: string; tags?: readonly string[] }): void;
  disconnect(): void;
  use(method: string, handler: Handler): void;
  request(uri: string, opts: RequestOptions, callback: (err: unknown, req?: SrfRequest) => void): void;
  on(event: 'connect', listener: (err: unknown, hostports: string) => void): this;
  on(event: 'error', listener: (err: unknown) => void): this;
  on(event: 'close' | 'reconnecting', listener: () => void): this;
}

export function createSrf(): SrfClient {
  const Srf = drachtioSrf as unknown as new () => SrfClient;
  return new Srf();
}

/** Body of a message and the headers that go with it. */
export interface Content {
  readonly body?: string;
  readonly headers?: Record<string, string>;
}
