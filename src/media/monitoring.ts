import { Ear, type Listener, type ListeningMode, type Pair } from './ear.js';
import type { MediaLog } from './log.js';
import { type Mixer, MixerFailure } from './mixer/mixer.js';
import type { MediaSession } from './rtpengine/media-session.js';

export type { Listener, ListeningMode, Pair };

/**
 * How often a listener may be given a voice in one call. Each takes two names of legs, of which the engine's session
 * has so many: those are for the parties of the call.
 */
const MOST_VOICES = 50;

/** Somebody listens to a call, and nobody in it notices, unless the listener is to be heard. */
export interface MediaMonitoring {
  /** This call can be listened to now: its media passes through a server, and there is a mixer. */
  possible(callId: string): boolean;
  /** The listener hears the call from now on. Rejects when it cannot. At most one listener a call. */
  begin(callId: string, listener: Listener): Promise<void>;
  /**
   * How the listener is heard from now on, by the two who are joined with each other. Rejects when it cannot be; then
   * it only listens.
   *
   * @param noted resolves once what `MediaAnchor.kept` gives of the call is where it outlives this program
   */
  speak(callId: string, mode: ListeningMode, pair: Pair, noted: () => Promise<void>): Promise<void>;
  /** Nobody listens any more; resolves when the parties hear each other as before. Never rejects. */
  end(callId: string): Promise<void>;
}

/** What happens to a listener without being asked for. */
export interface ListeningHooks {
  /** The parties were moved: the listener only listens. */
  readonly onListeningReset: (callId: string) => void;
  /** The listener hears the call no more. */
  readonly onListeningLost: (callId: string) => void;
}

export interface MonitoringParts extends ListeningHooks {
  readonly mixer: Mixer;
  readonly log: MediaLog;
  sessionOf(callId: string): MediaSession | undefined;
}

/** The listeners of all calls. */
export class Monitoring implements MediaMonitoring {
  readonly #ears = new Map<string, Ear>();
  /** How often a listener was given a voice, by call. */
  readonly #voices = new Map<string, number>();

  /** @param numbers names given so far; calls that outlive this program have had some, and none comes twice */
  constructor(
    private readonly parts: MonitoringParts,
    private numbers: number,
  ) {}

  possible(callId: string): boolean {
    return this.parts.mixer.up && this.parts.sessionOf(callId) !== undefined;
  }

  async begin(callId: string, listener: Listener): Promise<void> {
    await this.end(callId);
    const { mixer, log, sessionOf, onListeningReset, onListeningLost } = this.parts;
    const ear = new Ear(callId, listener, {
      mixer,
      log,
      newNumber: () => ++this.numbers,
      sessionOf,
      onReset: () => onListeningReset(callId),
      onLost: () => {
        if (this.#ears.get(callId) === ear) this.#ears.delete(callId);
        onListeningLost(callId);
      },
    });
    this.#ears.set(callId, ear);
    await ear.open();
  }

  async speak(callId: string, mode: ListeningMode, pair: Pair, noted: () => Promise<void>): Promise<void> {
    if (mode !== 'listen') {
      const voices = (this.#voices.get(callId) ?? 0) + 1;
      if (voices > MOST_VOICES) throw new MixerFailure('the listener has spoken too often in this call');
      this.#voices.set(callId, voices);
    }
    await this.#ears.get(callId)?.speak(mode, pair, noted);
  }

  async end(callId: string): Promise<void> {
    const ear = this.#ears.get(callId);
    this.#ears.delete(callId);
    await ear?.end();
  }

  /** The call is over, or all its media. */
  callEnded(callId: string): void {
    this.#voices.delete(callId);
    void this.end(callId);
  }

  /** Take a step that moves these legs of a call: a listener whom they hear is not in its way. */
  async around<T>(callId: string, legs: readonly string[], move: () => Promise<T>): Promise<T> {
    const moved = this.#ears.get(callId)?.detach(legs);
    try {
      return await move();
    } finally {
      moved?.();
    }
  }

  /** See `MediaAnchor.kept`. */
  kept(callId: string): Ear['kept'] | undefined {
    return this.#ears.get(callId)?.kept;
  }

  /** The leg is on a seat of the mixer. */
  hasApart(callId: string, leg: string): boolean {
    return this.#ears.get(callId)?.hasApart(leg) ?? false;
  }

  /** The engine has made the call anew, without those who listened. */
  remade(callId: string): void {
    void this.#ears.get(callId)?.lost();
  }

  /** The mixer has died. */
  lost(): void {
    for (const ear of [...this.#ears.values()]) void ear.lost();
  }
}

/** Nobody listens to a call that goes on after a restart: the parties hear each other, and nothing is copied. */
export async function withoutListener(session: MediaSession, kept: Ear['kept'] | undefined): Promise<void> {
  for (const tap of kept?.taps ?? []) void session.taps.close(tap);
  if (kept?.apart == null) return;
  const { caller, agent } = kept.apart;
  // What is known of them may be older than where they are.
  for (const leg of [caller, agent]) await session.park(leg);
  await session.join(caller, agent);
}
