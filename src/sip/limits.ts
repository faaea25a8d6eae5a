/** Bounds that keep a peer or a silent application from holding resources for ever. Times in milliseconds. */
export interface SipLimits {
  /** Largest message and largest head on a stream, bytes. */
  readonly messageBytes: number;
  /** Largest control frame, bytes. */
  readonly frameBytes: number;
  /** Server transactions at the same time; further new requests get 503. */
  readonly transactions: number;
  /** Dialogs at the same time; further INVITEs get 503. */
  readonly dialogs: number;
  /** Open stream connections of peers. */
  readonly connections: number;
  /** Open stream connections from one address. */
  readonly connectionsPerSource: number;
  /** How often we ping on connections that we opened (RFC 5626 §4.4.1); 0 never does. */
  readonly keepAliveMs: number;
  /** Requests larger than this go over TCP where there is a TCP listener (RFC 3261 §18.1.1), bytes; 0 never changes. */
  readonly udpRequestBytes: number;
  /** A connection for such a large request must be established within this; afterwards UDP takes it. */
  readonly largeRequestConnectMs: number;
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
  /** A dialog of before a restart that no control client takes up is ended by BYE after this. */
  readonly unclaimedMs: number;
  /** After a restart with dialogs, UDP is not heard until a control client takes calls, or for this long: peers repeat. */
  readonly wakeMs: number;
  /** UDP peers that we watch for ICMP errors at the same time. */
  readonly watchedPeers: number;
}

export const DEFAULT_LIMITS: SipLimits = {
  messageBytes: 65_536,
  frameBytes: 1_048_576,
  transactions: 250_000,
  dialogs: 100_000,
  connections: 20_000,
  connectionsPerSource: 500,
  keepAliveMs: 0,
  udpRequestBytes: 1300,
  largeRequestConnectMs: 1_000,
  idleConnectionMs: 600_000,
  messageMs: 30_000,
  connectMs: 10_000,
  answerMs: 30_000,
  firstAnswerMs: 64_000,
  ringMs: 900_000,
  lateAnswerMs: 64_000,
  orphanMs: 4 * 3_600_000,
  unclaimedMs: 60_000,
  wakeMs: 10_000,
  watchedPeers: 64,
};
