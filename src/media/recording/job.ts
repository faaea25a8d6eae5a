/** What one recording is made from, and what came of it: plain values, for they go to another thread. */

/** Where a leg sends its audio to, and in which codecs. A leg may have had several such places. */
export interface LegPlace {
  readonly leg: string;
  readonly family: 4 | 6;
  /** UDP port of the media server. */
  readonly port: number;
  /** Payload type to codec as an SDP names it, in lower case: `pcma/8000`. */
  readonly codecs: Readonly<Record<number, string>>;
}

/** A leg is on a channel for some time; UTC milliseconds. */
export interface Voice {
  readonly leg: string;
  readonly channel: 'left' | 'right';
  readonly fromAt: number;
  readonly toAt: number;
}

export interface RecordingJob {
  /** What the media server wrote of the call; all of it, also before and after. */
  readonly captures: readonly string[];
  readonly places: readonly LegPlace[];
  readonly voices: readonly Voice[];
  readonly startedAt: number;
  /** Null when nobody knows: then with the last packet. */
  readonly endedAt: number | null;
  /** Packets after this are of another recording; null for none. */
  readonly noLaterThan: number | null;
  /** Absolute path of the file to be made; its folder is made as well. */
  readonly output: string;
  /** A program that decodes what we do not (ffmpeg), by its absolute path; null when there is none. */
  readonly decoder: string | null;
}

export type RecordingResult =
  | {
      readonly outcome: 'kept';
      readonly endedAt: number;
      readonly durationMs: number;
      readonly format: string;
      readonly bytes: number;
      readonly sha256: string;
      /** Codecs that nobody could decode; what was sent in them is silence. */
      readonly undecoded: readonly string[];
    }
  /** Nobody sent anything while being on a channel. */
  | { readonly outcome: 'empty'; readonly endedAt: number }
  | {
      readonly outcome: 'failed';
      readonly cause: 'no-decoder' | 'no-space' | 'not-made';
      readonly message: string;
    };
