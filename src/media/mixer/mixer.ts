/** Conversations of more than two: a program that sends every party the sum of the others. */

/** Where RTP is taken. */
export interface RtpAddress {
  /** IPv4 or IPv6, without brackets. */
  readonly address: string;
  /** UDP port of RTP. */
  readonly port: number;
}

/** The mixer did not do what was asked of it. */
export class MixerFailure extends Error {
  override readonly name = 'MixerFailure';
}

export interface MixerFigures {
  /** It answers. */
  readonly up: boolean;
  readonly rooms: number;
  /** Participants in all rooms. */
  readonly seats: number;
}

export interface Mixer {
  /** Rooms can be opened now. */
  readonly up: boolean;
  /** A new room with nobody in it. Rejects with {@link MixerFailure}. */
  open(): Promise<MixerRoom>;
  figures(): MixerFigures;
}

/**
 * One conversation. Everybody in it sends and gets G.711 A-law, 20 ms a packet (payload number 8), and hears all
 * others but not itself. All methods reject with {@link MixerFailure} when the mixer does not do it.
 */
export interface MixerRoom {
  /**
   * @param name unique in this room
   * @param at where the participant takes its audio
   * @returns where it is to send its own
   */
  add(name: string, at: RtpAddress, options: { readonly muted: boolean }): Promise<RtpAddress>;
  /** A muted participant hears, and is heard by nobody. */
  mute(name: string, muted: boolean): Promise<void>;
  /** The participant gets nothing any more. One who is not here is none to remove. */
  remove(name: string): Promise<void>;
  /** Nobody gets anything any more. */
  close(): Promise<void>;
}
