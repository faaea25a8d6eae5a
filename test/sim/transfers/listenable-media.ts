import type { MediaAnchor } from '../../../src/media/anchor.js';
import type { DirectAnchor } from '../../../src/media/direct-anchor.js';
import type { ListeningMode, MediaMonitoring } from '../../../src/media/monitoring.js';
import { describe } from './wire/session-description.js';

/** Where phones that listen send to. */
const SERVER_ADDRESS = '198.51.100.1';

/** Media from phone to phone, which somebody can listen to all the same: who is moved sees what they would see there. */
export class ListenableMedia {
  /** Calls that somebody listens to. */
  readonly heard = new Set<string>();
  /** What was asked of it that no media server could do. */
  readonly faults: string[] = [];
  readonly anchor: MediaAnchor;

  /** @param fails whether it fails now, of that likelihood */
  constructor(
    direct: DirectAnchor,
    private readonly fails: (likely: number) => boolean,
  ) {
    this.anchor = {
      kind: direct.kind,
      can: direct.can,
      moves: null,
      recording: null,
      monitoring: this.monitoring,
      takesCalls: () => direct.takesCalls(),
      begin: () => direct.begin(),
      describe: (passage) =>
        passage.sdp === '' ? describe(SERVER_ADDRESS, 1, 'sendrecv') : direct.describe(passage),
      kept: (callId) => direct.kept(callId),
      wayOf: () => direct.wayOf(),
      resume: (callId, kept) => direct.resume(callId, kept),
      callsJoined: (from, to) => direct.callsJoined(from, to),
      legEnded: (callId, leg) => direct.legEnded(callId, leg),
      callEnded: (callId) => {
        this.heard.delete(callId);
        direct.callEnded(callId);
      },
    };
  }

  private get monitoring(): MediaMonitoring {
    return {
      possible: () => true,
      begin: async (callId) => {
        if (this.fails(0.04)) throw new Error('no room for a listener');
        if (this.heard.has(callId)) this.faults.push(`two listen to call ${callId}`);
        this.heard.add(callId);
      },
      speak: async (callId, _: ListeningMode) => {
        if (this.fails(0.1)) throw new Error('no seat for a listener');
        if (!this.heard.has(callId)) this.faults.push(`who does not listen to call ${callId} is to be heard`);
      },
      end: async (callId) => {
        this.heard.delete(callId);
      },
    };
  }
}
