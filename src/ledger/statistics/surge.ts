import type { ActiveSurge, Subject, SurgeBounds, SurgeNews, SurgeSettings } from './surge-types.js';
import { keyOf, type UsualTable } from './usual.js';

const MINUTE_MS = 60_000;
/** The longer window: what is rare by the minute shows within an hour. */
const LONG_MINUTES = 60;
/** Members and matters that are watched at once; no city has as many. */
const MOST_SUBJECTS = 2000;

/** Arrivals of the last hour by minute; and its surge, if there is one. */
interface Watched {
  readonly key: string;
  readonly subject: Subject;
  readonly counts: Uint32Array;
  /** Minute of the newest count. */
  minute: number;
  surge: ActiveSurge | null;
  /** Since when it has been calm, while a surge is on; UTC milliseconds. */
  calmSince: number | null;
}

/** How much came in a window, and how much is usual. */
interface Reading {
  readonly minutes: number;
  readonly count: number;
  readonly expected: number;
  readonly score: number;
}

/**
 * Tells when more comes than is usual, for members (calls) and matters (transfers that name them). Has no clock and no
 * ledger: it is told of arrivals and of what is usual, and asked once a minute.
 *
 * What comes in the last minutes is held against what came in the same hour of the week in the weeks before: their median,
 * and the spread around it that is more than chance. A surge begins when there are so many more than usual, so far out
 * of the spread, and enough of them at all; it ends when that has been over for a while.
 */
export class SurgeDetector {
  readonly #watched = new Map<string, Watched>();

  constructor(private readonly settings: SurgeSettings) {}

  /** Surges that are on, the longest first. */
  get active(): readonly ActiveSurge[] {
    return [...this.#watched.values()].flatMap(({ surge }) => (surge === null ? [] : [surge]));
  }

  /** One more has come; UTC milliseconds. */
  arrived(subject: Subject, at: number): void {
    const watched = this.#of(subject, at);
    if (watched === null) return;
    const minute = Math.floor(at / MINUTE_MS);
    // A clock that was set back: what comes now is of the newest minute.
    advance(watched, Math.max(minute, watched.minute));
    const slot = slotOf(watched.minute);
    watched.counts[slot] = (watched.counts[slot] ?? 0) + 1;
  }

  /**
   * Look at all that came until now; once a minute.
   *
   * @param usual null while nothing is known of the weeks before: nothing begins then, and what is on goes on
   */
  check(now: number, usual: UsualTable | null): readonly SurgeNews[] {
    if (usual === null) return [];
    const news: SurgeNews[] = [];
    for (const [key, watched] of this.#watched) {
      // Who looks as a minute ends looks at that minute.
      advance(watched, Math.max(Math.round(now / MINUTE_MS) - 1, watched.minute));
      const readings = this.#readings(watched, now, usual);
      const told =
        watched.surge === null ? this.#begin(watched, readings, now) : this.#goOn(watched, readings, now);
      if (told !== null) news.push(told);
      if (watched.surge === null && watched.counts.every((count) => count === 0)) this.#watched.delete(key);
    }
    return news;
  }

  #of(subject: Subject, at: number): Watched | null {
    const key = keyOf(subject);
    const known = this.#watched.get(key);
    if (known !== undefined) return known;
    if (this.#watched.size >= MOST_SUBJECTS) return null;
    const made: Watched = {
      key,
      subject,
      counts: new Uint32Array(LONG_MINUTES),
      minute: Math.floor(at / MINUTE_MS),
      surge: null,
      calmSince: null,
    };
    this.#watched.set(key, made);
    return made;
  }

  #readings({ key, counts, minute }: Watched, now: number, usual: UsualTable): readonly Reading[] {
    return [this.settings.windowMinutes, LONG_MINUTES].map((minutes) => {
      let count = 0;
      for (let back = 0; back < minutes; back++) count += counts[slotOf(minute - back)] ?? 0;
      const hours = minutes / 60;
      const { rate, spread } = usual.at(key, now - (minutes * MINUTE_MS) / 2);
      const expected = rate * hours;
      return { minutes, count, expected, score: scoreOf(count, expected, spread * hours) };
    });
  }

  #begin(watched: Watched, readings: readonly Reading[], now: number): SurgeNews | null {
    const found = readings.find((reading) => surges(this.settings, reading));
    if (found === undefined) return null;
    watched.surge = { ...watched.subject, sinceAt: now, ...found };
    watched.calmSince = null;
    return { state: 'began', surge: watched.surge };
  }

  /** Ends when the window that shows it, the short one if both do, is not halfway to a beginning any more, for a while. */
  #goOn(watched: Watched, readings: readonly Reading[], now: number): SurgeNews | null {
    const { surge } = watched;
    const latest = readings.find(
      (reading) => reading.minutes === surge?.minutes || surges(this.settings, reading),
    );
    if (surge === null || latest === undefined) return null;
    const { score, times, minimum, calmMinutes } = this.settings;
    const calm =
      latest.count < minimum ||
      latest.score < score / 2 ||
      latest.count < (1 + (times - 1) / 2) * latest.expected;
    watched.surge = { ...surge, ...latest };
    if (!calm) watched.calmSince = null;
    else watched.calmSince ??= now;
    if (watched.calmSince === null || now - watched.calmSince < calmMinutes * MINUTE_MS) return null;
    const ended = watched.surge;
    watched.surge = null;
    watched.calmSince = null;
    // What came in the surge is not the beginning of another one.
    watched.counts.fill(0);
    return { state: 'ended', surge: ended };
  }
}

/** How many times the usual spread a count lies above what is expected. */
export function scoreOf(count: number, expected: number, spread: number): number {
  // Chance alone spreads counts by their root; to it comes what days differ by, and no fewer than one.
  return (count - expected) / Math.sqrt(Math.max(1, expected + spread ** 2));
}

/** Whether so many make a surge. */
export function surges(
  { score, times, minimum }: SurgeBounds,
  reading: { readonly count: number; readonly expected: number; readonly score: number },
): boolean {
  const { count, expected } = reading;
  return count >= minimum && reading.score >= score && count >= times * expected;
}

function slotOf(minute: number): number {
  return ((minute % LONG_MINUTES) + LONG_MINUTES) % LONG_MINUTES;
}

/** Make a minute the newest one; those between were empty. */
function advance(watched: Watched, minute: number): void {
  const passed = Math.min(minute - watched.minute, LONG_MINUTES);
  for (let step = 1; step <= passed; step++) watched.counts[slotOf(minute - passed + step)] = 0;
  watched.minute = minute;
}
