import type { MediaClock } from './clock.js';
import type { MediaSession } from './rtpengine/media-session.js';

/** Calls that are asked about at the same time. */
const AT_ONCE = 16;
/** Looks in the time after which silence is told. */
const LOOKS = 4;

export interface SilenceWatchParts {
  readonly clock: MediaClock;
  /** A leg of which nothing comes for so long is told; milliseconds. */
  readonly silenceMs: number;
  readonly sessions: () => Iterable<MediaSession>;
  /** False while nothing need come from a leg, such as one that rings. */
  readonly isUp: (callId: string, leg: string) => boolean;
  readonly onSilence: (silence: Silence) => void;
}

/** A leg went silent, or is heard again. */
export interface Silence {
  readonly callId: string;
  readonly leg: string;
  /** True: nothing comes. False: something came again. */
  readonly silent: boolean;
  /** How long nothing came; milliseconds, to within a quarter of the time that is watched for. */
  readonly forMs: number;
}

interface Seen {
  readonly packets: number;
  readonly since: number;
  readonly told: boolean;
}

/** Looks again and again whether RTP comes from every leg that should send; each silence is told once, and its end. */
export class SilenceWatch {
  #seen = new Map<string, Seen>();
  #next: { cancel(): void } | null = null;
  #stopped = false;

  constructor(private readonly parts: SilenceWatchParts) {}

  start(): void {
    const { clock, silenceMs } = this.parts;
    this.#next = clock.after(silenceMs / LOOKS, () => void this.#look());
  }

  stop(): void {
    this.#stopped = true;
    this.#next?.cancel();
  }

  async #look(): Promise<void> {
    const seen = new Map<string, Seen>();
    const sessions = [...this.parts.sessions()];
    for (let at = 0; at < sessions.length; at += AT_ONCE)
      await Promise.all(sessions.slice(at, at + AT_ONCE).map((session) => this.#ask(session, seen)));
    this.#seen = seen;
    if (!this.#stopped) this.start();
  }

  async #ask(session: MediaSession, seen: Map<string, Seen>): Promise<void> {
    const figures = await session.figures();
    const now = this.parts.clock.now();
    for (const leg of session.senders()) {
      const name = `${session.id} ${leg}`;
      const before = this.#seen.get(name);
      // An engine that does not answer says nothing about legs.
      if (!figures.ok) {
        if (before !== undefined) seen.set(name, { ...before, since: now });
        continue;
      }
      const packets = figures.value.get(leg)?.packets ?? 0;
      if (!this.parts.isUp(session.id, leg)) continue;
      seen.set(name, this.#judge(session.id, leg, packets, now, before));
    }
  }

  #judge(callId: string, leg: string, packets: number, now: number, before: Seen | undefined): Seen {
    const { silenceMs, onSilence } = this.parts;
    if (before === undefined) return { packets, since: now, told: false };
    const forMs = now - before.since;
    if (packets !== before.packets) {
      if (before.told) onSilence({ callId, leg, silent: false, forMs });
      return { packets, since: now, told: false };
    }
    if (before.told || forMs < silenceMs) return before;
    onSilence({ callId, leg, silent: true, forMs });
    return { ...before, told: true };
  }
}
