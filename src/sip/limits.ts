/** Bounds that keep a peer or a silent application from holding resources for ever. Times in milliseconds. */
export interface SipLimits {
  /** Largest message and largest head on a stream, bytes. */
  readonly messageBytes: number;
  /** Largest control frame, bytes. */
  readonly frameBytes: number;
  /** Open stream connections of peers. */
  readonly connections: number;
  /** A connection without traffic is closed after this. */
  readonly idleConnectionMs: number;
  /** A message on a stream must be complete within this. */
  readonly messageMs: number;
  /** A TCP connection must be established within this. */
  readonly connectMs: number;
  /** The application must answer a request other than INVITE within this; afterwards we answer (200 to BYE, else 500). */
  readonly answerMs: number;
  /** The application must send something for a new INVITE within this; afterwards 480. */
  readonly firstAnswerMs: number;
  /** An INVITE, ours or the peer's, may ring for this long. */
  readonly ringMs: number;
  /** An INVITE that was given up is still listened to for this long, to end a call that is answered late. */
  readonly lateAnswerMs: number;
  /** A dialog whose control client is gone is ended by BYE after this. */
  readonly orphanMs: number;
  /** UDP peers that we watch for ICMP errors at the same time. */
  readonly watchedPeers: number;
}

export const DEFAULT_LIMITS: SipLimits = {
  messageBytes: 65_536,
  frameBytes: 1_048_576,
  connections: 10_000,
  idleConnectionMs: 600_000,
  messageMs: 30_000,
  connectMs: 10_000,
  answerMs: 30_000,
  firstAnswerMs: 64_000,
  ringMs: 900_000,
  lateAnswerMs: 64_000,
  orphanMs: 4 * 3_600_000,
  watchedPeers: 64,
};
