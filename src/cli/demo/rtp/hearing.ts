import { loudness, toneShare } from './goertzel.js';

/** A party that can be told by its tone. */
export interface Voice {
  readonly name: string;
  /** Hz; voices lie whole multiples of 50 Hz apart, so that one packet is enough to tell them. */
  readonly frequency: number;
}

/** What was measured since {@link Hearing.watch}. Milliseconds. */
export interface HearingFigures {
  /** Longest time between the arrivals of two packets. */
  readonly largestGapMs: number;
  /** Longest time in which no voice was heard, beyond what one packet lasts. */
  readonly longestSilenceMs: number;
  readonly packets: number;
}

const packetMs = 20;
/** Packets of the same voice in a row until it counts as heard. */
const packetsToTell = 2;
/** Nothing arrived for so long: nobody is heard. */
const silenceMs = 120;
/** Below this a packet is silence: 50 dB under full scale. */
const audible = 1e-5;
/** Share of the energy that must lie at a voice's frequency. */
const clear = 0.6;

/** Tells from the packets that arrive who is heard, and how long nobody was. Has no clock: times come in. */
export class Hearing {
  #heard: Voice | null = null;
  #candidate: Voice | null = null;
  #candidatePackets = 0;
  #lastPacketAt: number | null = null;
  #lastVoiceAt: number | null = null;
  #gap = 0;
  #silence = 0;
  #packets = 0;

  /** @param onChange told when another voice is heard, or nobody (null). */
  constructor(
    private readonly voices: readonly Voice[],
    private readonly onChange: (voice: Voice | null, atMs: number) => void,
  ) {}

  get heard(): Voice | null {
    return this.#heard;
  }

  /** A packet arrived. @param atMs monotonic milliseconds. */
  packet(atMs: number, samples: Int16Array): void {
    this.#packets += 1;
    if (this.#lastPacketAt !== null) this.#gap = Math.max(this.#gap, atMs - this.#lastPacketAt);
    this.#lastPacketAt = atMs;
    const voice = this.#tell(samples);
    if (voice !== null) {
      this.#addSilence(atMs);
      this.#lastVoiceAt = atMs;
    }
    this.#candidatePackets = voice === this.#candidate ? this.#candidatePackets + 1 : 1;
    this.#candidate = voice;
    if (this.#candidatePackets >= packetsToTell) this.#change(voice, atMs);
  }

  /** Time passes; call it now and then, so that silence is noticed when nothing arrives. */
  tick(atMs: number): void {
    this.#addSilence(atMs);
    if (this.#lastPacketAt !== null && atMs - this.#lastPacketAt > silenceMs) this.#change(null, atMs);
  }

  /** Begin to measure anew. @param atMs now. */
  watch(atMs: number): void {
    this.#gap = 0;
    this.#silence = 0;
    this.#packets = 0;
    this.#lastPacketAt = atMs;
    this.#lastVoiceAt = atMs;
  }

  /** The call is over: nobody is heard any more, which is no news. */
  forget(): void {
    this.#heard = null;
    this.#candidate = null;
    this.#candidatePackets = 0;
    this.#lastPacketAt = null;
    this.#lastVoiceAt = null;
  }

  figures(): HearingFigures {
    return { largestGapMs: this.#gap, longestSilenceMs: this.#silence, packets: this.#packets };
  }

  #addSilence(atMs: number): void {
    if (this.#lastVoiceAt !== null)
      this.#silence = Math.max(this.#silence, atMs - this.#lastVoiceAt - packetMs);
  }

  #tell(samples: Int16Array): Voice | null {
    if (loudness(samples) < audible) return null;
    return this.voices.find((voice) => toneShare(samples, voice.frequency) > clear) ?? null;
  }

  #change(voice: Voice | null, atMs: number): void {
    if (voice === this.#heard) return;
    this.#heard = voice;
    this.onChange(voice, atMs);
  }
}
