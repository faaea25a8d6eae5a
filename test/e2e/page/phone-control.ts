/** What a test asks of the softphone in the page; both sides share it, so it knows neither DOM nor Node. */

export interface PhoneWishes {
  /** WebSocket of the SIP server. */
  readonly server: string;
  readonly user: string;
  /** What it registers with; null: it does not register. */
  readonly password: string | null;
  /** Its tone, Hz. */
  readonly frequency: number;
  /** Tones that it can tell, Hz; multiples of 50. */
  readonly voices: readonly number[];
  /** The only codec that it offers; null for all that the browser has. */
  readonly codec: 'opus' | 'PCMA' | 'PCMU' | null;
}

/** What was in the ear at one moment. */
export interface Heard {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The tone, Hz; 0: silence; -1: something else. */
  readonly voice: number;
}

/** RTP of the call as the browser counts it. */
export interface RtpFigures {
  /** MIME type of what it sends. */
  readonly codec: string;
  /** Packets that came from the server, of all streams. */
  readonly received: number;
  readonly lost: number;
  readonly sent: number;
  readonly iceState: string;
  readonly dtlsState: string;
}

export interface CallAnswer {
  /** Final status. */
  readonly status: number;
  /** From the call to its first audio in the ear; milliseconds, null when there was none within 10 s. */
  readonly audioMs: number | null;
}

export interface PhoneControl {
  open(wishes: PhoneWishes): Promise<void>;
  call(number: string): Promise<CallAnswer>;
  /** How it takes calls: after so long, or never. */
  answerAfter(ms: number | null): void;
  talking(): boolean;
  /** REFER of the call to this URI; resolves to the status that answers it. */
  refer(uri: string): Promise<number>;
  /** Statuses that NOTIFYs reported of it. */
  reports(): readonly number[];
  hold(held: boolean): Promise<void>;
  press(key: string): Promise<void>;
  hangUp(): Promise<void>;
  /** What it heard since it was asked last. */
  heard(): readonly Heard[];
  /**
   * Answer an offer that reached the test by another way than sip.js: the first of a call, or a further one. Resolves
   * to the answer.
   */
  answerOffer(sdp: string): Promise<string>;
  /** The call that {@link answerOffer} began is over. */
  endOffered(): void;
  /** Methods of requests within the call that came from the server. */
  asked(): readonly string[];
  figures(): Promise<RtpFigures>;

  close(): Promise<void>;
}
