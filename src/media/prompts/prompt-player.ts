import type { MediaLog } from '../log.js';
import { value } from '../media-failure.js';
import type { MediaSession } from '../rtpengine/media-session.js';
import { describeSessionFailure } from '../rtpengine/session-outcome.js';
import type { PromptStore } from './prompt-store.js';

/** Music is played so often; some hours of it. */
const MUSIC_REPEATS = 1000;
/** Prompts that play as music does; after all others there is music. */
const LOOPS: ReadonlySet<string> = new Set(['music', 'ringing']);

export interface PromptPlayerParts {
  readonly prompts: Pick<PromptStore, 'path'>;
  /** Language of the prompts. */
  readonly language: string;
  readonly log: MediaLog;
}

/** What plays to parties who wait: music follows a prompt only if nothing else came meanwhile. Ids of legs are unique. */
export class PromptPlayer {
  readonly #playing = new Map<string, symbol>();

  constructor(private readonly parts: PromptPlayerParts) {}

  /** Something plays to this leg. */
  playsTo(leg: string): boolean {
    return this.#playing.has(leg);
  }

  /** Nothing does any more. False when nothing did. */
  forget(leg: string): boolean {
    return this.#playing.delete(leg);
  }

  /** A prompt and then music, or one that goes on and on. A prompt that is missing must not leave the party in silence: then there is music at once. */
  async play(session: MediaSession, leg: string, prompt: string): Promise<void> {
    const { prompts, language, log } = this.parts;
    const mark = Symbol(prompt);
    this.#playing.set(leg, mark);
    const music = prompts.path('music', language);
    const file = prompts.path(prompt, language);
    const loops = LOOPS.has(prompt);
    if (file !== null && !loops) {
      const played = await session.play(leg, file);
      if (played.ok) {
        const next = setTimeout(() => {
          if (this.#playing.get(leg) === mark && music !== null) void this.#music(session, leg, music);
        }, played.value.durationMs);
        next.unref();
        return;
      }
      log.warn({ leg, prompt, why: describeSessionFailure(played.failure) }, 'a prompt was not played');
    }
    const loop = (loops ? file : null) ?? music;
    if (loop !== null) value(await session.play(leg, loop, MUSIC_REPEATS));
  }

  /** A prompt alone, once. Milliseconds that it lasts; null when there is no such prompt. */
  async once(session: MediaSession, leg: string, prompt: string): Promise<number | null> {
    const { prompts, language, log } = this.parts;
    const file = prompts.path(prompt, language);
    if (file === null) {
      const callId = session.id;
      log.warn({ callId, leg, prompt, language }, 'there is no such prompt; the call ends without it');
      return null;
    }
    this.#playing.set(leg, Symbol(prompt));
    return value(await session.play(leg, file)).durationMs;
  }

  async #music(session: MediaSession, leg: string, file: string): Promise<void> {
    const played = await session.play(leg, file, MUSIC_REPEATS);
    if (!played.ok)
      this.parts.log.debug({ leg, why: describeSessionFailure(played.failure) }, 'music was not played');
  }
}
