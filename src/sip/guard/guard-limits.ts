/** How much a source that we do not know may ask of us. Times in milliseconds. */
export interface GuardLimits {
  /** Messages a second from one address, on average; 0 does not count. */
  readonly messagesPerSecond: number;
  /** Messages that may come at once. */
  readonly burst: number;
  /** The same for addresses that the application serves or that we send requests to. */
  readonly knownMessagesPerSecond: number;
  /** Addresses that are kept in mind, of each kind; the oldest are forgotten first. */
  readonly sources: number;
  /** Strikes within `windowMs` that block an address. */
  readonly strikes: number;
  readonly windowMs: number;
  /** The first block; each further one lasts twice as long, up to `maxBlockMs`. */
  readonly blockMs: number;
  readonly maxBlockMs: number;
  /** A source that was served stays known for this long. */
  readonly knownMs: number;
}

export const DEFAULT_GUARD: GuardLimits = {
  messagesPerSecond: 100,
  burst: 300,
  knownMessagesPerSecond: 20_000,
  sources: 20_000,
  strikes: 10,
  windowMs: 60_000,
  blockMs: 60_000,
  maxBlockMs: 24 * 3_600_000,
  knownMs: 6 * 3_600_000,
};
