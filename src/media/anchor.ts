import type { MediaMonitoring } from './monitoring.js';
import type { MediaRecording } from './recording/media-recording.js';

/** Where the media of calls flows. One implementation with a media server, one without. */
import type { LegProfile } from './rtpengine/audio-description.js';

export type { LegProfile };

export type Awaitable<T> = T | Promise<T>;

export interface MediaAbilities {
  readonly holdPrompts: boolean;
  /** Keys among RTP packets are told to us, and can be kept from other parties. */
  readonly keysFromRtp: boolean;
  readonly recording: boolean;
  readonly webrtc: boolean;
  /** Three and more can hear each other; changes as the mixer comes and goes. */
  readonly conference: boolean;
}

/** A session description on its way from one leg of a call to another. */
export interface Passage {
  readonly callId: string;
  readonly from: string;
  readonly to: string;
  readonly sdp: string;
  /** How media reaches `to`, where we know it before it said anything itself; plain RTP when left out. */
  readonly profile?: LegProfile | undefined;
}

/** What the peer of a leg said of its media: an offer of its own, or an answer to ours (RFC 3264). */
export interface Heard {
  readonly callId: string;
  readonly leg: string;
  readonly sdp: string;
  readonly as: 'offer' | 'answer';
}

/** A key of a telephone among RTP packets (RFC 4733). */
export interface RtpKey {
  /** One of `0`-`9`, `*`, `#`, `A`-`D`. */
  readonly key: string;
  /** How long it was pressed, or shall seem to have been; milliseconds. */
  readonly durationMs: number;
}

/** What a media server does with legs, none of which are told anything of it. All reject when it fails. */
export interface MediaMoves {
  heard(heard: Heard): Promise<void>;
  /**
   * The two hear each other, and nobody else hears them. Keys of the legs in `keysKept` are told to us and reach
   * nobody else, from the first moment on; see `MediaAbilities.keysFromRtp`.
   */
  join(callId: string, a: string, b: string, keysKept: readonly string[]): Promise<void>;
  /**
   * These legs hear all others of them, and nobody else; `keysKept` as for {@link join}. From then on until they are
   * joined or parked `onMixingLost` of `MediaHooks` may tell that the mixer has died. See `MediaAbilities.conference`.
   */
  confer(callId: string, legs: readonly string[], keysKept: readonly string[]): Promise<void>;
  /** The leg hears this prompt, then music. */
  park(callId: string, leg: string, prompt: string): Promise<void>;
  /** The leg hears this prompt once. Milliseconds that it lasts; null when there is no such prompt. */
  announce(callId: string, leg: string, prompt: string): Promise<number | null>;
  /** Whoever hears the leg gets these keys, one after the other, as if the leg had pressed them now. */
  sendKeys(callId: string, leg: string, keys: readonly RtpKey[]): Promise<void>;
  /** What was counted for a leg up to now; null, at once or later, when nothing was. */
  figures(callId: string, leg: string): Promise<LegFigures | null> | null;
}

/** RTP of one leg. What was not measured is null. */
export interface LegFigures {
  /** Packets that came from its party. */
  readonly packetsReceived: number;
  /** Packets that went to its party. */
  readonly packetsSent: number | null;
  /** Packets of its party that were lost on the way; what its RTCP reports say in per cent, as a number. */
  readonly packetsLost: number | null;
  readonly jitterMs: number | null;
}

/** How the media of a call goes. */
export type MediaWay = 'anchored' | 'direct';

export interface MediaAnchor {
  readonly kind: 'direct' | 'rtpengine';
  readonly can: MediaAbilities;
  /** Null where parties send to each other: then only descriptions can move them. */
  readonly moves: MediaMoves | null;
  /** Null where nothing can be recorded. */
  readonly recording: MediaRecording | null;
  /** Null where nobody can listen to calls. */
  readonly monitoring: MediaMonitoring | null;
  /** A call that began now would have media. */
  takesCalls(): boolean;
  /**
   * A new call: how its media goes until its end, `anchored` in a media server or `direct` from party to party. Null
   * when there is no media server for it and the settings want none without.
   */
  begin(callId: string): MediaWay | null;
  /**
   * What `to` is told: the description of `from`, or that of the media server, which stays the same for a leg.
   * Rejects when the media server cannot do it.
   */
  describe(passage: Passage): Awaitable<string>;
  /** What is needed to {@link resume} the media of a call after a restart, plain JSON; null when nothing is. */
  kept(callId: string): unknown;
  /** How the media of a call goes of which this was {@link kept}. */
  wayOf(kept: unknown): MediaWay;
  /**
   * Go on with the media of a call of before a restart. Where its parties must be told of it the media server reports
   * the call as made anew. Resolves when the next step may be asked for; false when there is nothing to go on with.
   */
  resume(callId: string, kept: unknown): Promise<boolean>;
  /** The legs of call `from` belong to call `to` from now on. */
  callsJoined(from: string, to: string): void;
  /** The leg is gone: forget what was kept for it. */
  legEnded(callId: string, leg: string): void;
  callEnded(callId: string): void;
}
