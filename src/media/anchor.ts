/** Where the media of calls flows. One implementation with a media server, one without. */

export type Awaitable<T> = T | Promise<T>;

export interface MediaAbilities {
  readonly holdPrompts: boolean;
  readonly keysFromRtp: boolean;
  readonly recording: boolean;
  readonly webrtc: boolean;
  readonly conference: boolean;
}

/** A session description on its way from one leg of a call to another. */
export interface Passage {
  readonly callId: string;
  readonly from: string;
  readonly to: string;
  readonly sdp: string;
}

export interface MediaAnchor {
  readonly kind: 'direct' | 'rtpengine';
  readonly can: MediaAbilities;
  /** The description of `from` as `to` shall see it. Rejects when the media server cannot do it. */
  describe(passage: Passage): Awaitable<string>;
  /** The legs of call `from` belong to call `to` from now on, and keep their sessions. */
  callsJoined(from: string, to: string): void;
  /** The leg is gone: forget what was kept for it. */
  legEnded(callId: string, leg: string): void;
  callEnded(callId: string): void;
}
