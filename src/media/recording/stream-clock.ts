/** Packets that are looked back on for the least late one: about two seconds. */
const lookedBack = 100;
/** A stream that comes so much later or earlier than its timestamps say has begun to count anew. */
const newCountMs = 5000;
/** After a pause of the sender: so much is no jitter. */
const pauseMs = 60;
/** Less than this is left as it is: to move a stream breaks its sound, if only for a moment. */
const slackMs = 15;

/**
 * Where the packets of one stream (one SSRC) belong on our clock. Timestamps say how far apart they are, arrivals
 * where the whole of them lies: networks only ever make packets late, so the least late one of the last seconds tells
 * the truth, and so does a clock of the sender that runs wrong.
 */
export class StreamClock {
  /** Our time at the sender's time 0. */
  #offset: number | null = null;
  #lastTimestamp = 0;
  /** Timestamps without wrapping around. */
  #ticks = 0;
  /** Packets since it was looked whether all of them were late, and the least late of them. */
  #seen = 0;
  #least = Number.POSITIVE_INFINITY;

  /** @param rate of the codec's RTP clock; Hz */
  constructor(private readonly rate: number) {}

  /** Where a packet belongs. @param at when it came; both in milliseconds of our clock */
  place(at: number, timestamp: number, marker: boolean): number {
    if (this.#offset !== null) this.#ticks += (timestamp - this.#lastTimestamp) | 0;
    this.#lastTimestamp = timestamp;
    const own = (this.#ticks * 1000) / this.rate;
    const lateness = this.#offset === null ? 0 : at - (this.#offset + own);
    const limit = marker ? pauseMs : newCountMs;
    if (this.#offset === null || Math.abs(lateness) > limit) this.#moveTo(at - own);
    else if (lateness < -slackMs) this.#moveTo(this.#offset + lateness);
    else this.#followLate(this.#offset, lateness);
    return (this.#offset ?? 0) + own;
  }

  #moveTo(offset: number): void {
    this.#offset = offset;
    this.#seen = 0;
    this.#least = Number.POSITIVE_INFINITY;
  }

  /** All of the last packets came late: so late is what they are. */
  #followLate(offset: number, lateness: number): void {
    this.#seen += 1;
    this.#least = Math.min(this.#least, lateness);
    if (this.#seen === lookedBack) this.#moveTo(this.#least > slackMs ? offset + this.#least : offset);
  }
}
