/** When a session is over, as far as the page can know without asking: asking would keep it alive. */

/** A session that nobody uses for so long is over; milliseconds. The live wall asks all the time, so it stays in. */
const IDLE_MS = 3_600_000;
/** So long before the end one is told; milliseconds. */
const WARN_MS = 15 * 60_000;

/** Times are UTC milliseconds of this machine. */
export interface KnownSession {
  /** At the latest. */
  readonly endsAt: number;
  /** When the server last answered. */
  readonly usedAt: number;
}

export function isOver(now: number, { endsAt, usedAt }: KnownSession): boolean {
  return now >= endsAt || now - usedAt >= IDLE_MS;
}

/** Minutes that are left of a session that is about to end; null while it is not. */
export function minutesLeft(now: number, { endsAt }: Pick<KnownSession, 'endsAt'>): number | null {
  const left = endsAt - now;
  return left > WARN_MS ? null : Math.max(1, Math.ceil(left / 60_000));
}
