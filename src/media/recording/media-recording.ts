import type { MediaSession } from '../rtpengine/media-session.js';
import { codecsOf, placeOf } from './codecs.js';
import type { LegPlace } from './job.js';

/** Has a media server write down what the parties of a call send. */
export interface MediaRecording {
  /** Begin; lasts over a new start of the media server and a move to another. False when it refuses. */
  start(callId: string): Promise<boolean>;
  /** Resolves when nothing more is written. */
  stop(callId: string): Promise<void>;
  /** Where each leg of the call sends to now. */
  places(callId: string): readonly LegPlace[];
  /**
   * Two legs that are to hear each other, or do, first hear that they are recorded, and nobody. Resolves to true when
   * they have heard all of it and hear each other, to false when something else became of them first. Rejects when
   * it cannot be played; then they hear each other at once.
   */
  announce(callId: string, a: string, b: string): Promise<boolean>;
}

/** The same by the sessions of rtpengine. */
export class SessionRecording implements MediaRecording {
  constructor(
    private readonly sessionOf: (callId: string) => MediaSession | undefined,
    readonly announce: MediaRecording['announce'],
  ) {}

  async start(callId: string): Promise<boolean> {
    const started = await this.sessionOf(callId)?.record(true);
    return started?.ok === true;
  }

  async stop(callId: string): Promise<void> {
    await this.sessionOf(callId)?.record(false);
  }

  places(callId: string): readonly LegPlace[] {
    const session = this.sessionOf(callId);
    return (session?.legs() ?? []).flatMap((leg) => {
      const told = session?.told(leg) ?? null;
      const place = told === null ? null : placeOf(told);
      return told === null || place === null ? [] : [{ leg, ...place, codecs: codecsOf(told) }];
    });
  }
}
