/** Timer values of RFC 3261 Table 4 and RFC 6026, derived from T1, T2 and T4; all in milliseconds. */

export interface SipTimers {
  /** Round-trip estimate, default 500. */
  readonly t1: number;
  /** Largest retransmission interval, default 4000. */
  readonly t2: number;
  /** How long a message may stay in the network, default 5000. */
  readonly t4: number;
  /** 64*T1: timers B, F, H, L, M and J over UDP; also how long a 2xx waits for its ACK. */
  readonly timeout: number;
  /** Timer D over UDP: at least 32 s with the default T1, here 64*T1. */
  readonly d: number;
}

/** The values that a caller may set. */
export type TimerSettings = Partial<Pick<SipTimers, 't1' | 't2' | 't4'>>;

export function sipTimers(settings: TimerSettings = {}): SipTimers {
  const t1 = settings.t1 ?? 500;
  return {
    t1,
    t2: settings.t2 ?? Math.max(8 * t1, t1),
    t4: settings.t4 ?? 10 * t1,
    timeout: 64 * t1,
    d: 64 * t1,
  };
}
