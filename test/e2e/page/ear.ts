import type { Heard } from './phone-control.js';

/** 20 ms at 48 kHz: tones that are multiples of 50 Hz fill it with whole waves. */
const samples = 960;
const everyMs = 20;
/** Below this it is silence: 50 dB under full scale. */
const audible = 1e-5;
/** Share of the energy that must lie at a tone for it to be that tone. */
const clear = 0.3;
/** Older ones are dropped when nobody asks. */
const mostHeard = 30_000;

/** Listens to a stream and tells tones. */
export class Ear {
  #heard: Heard[] = [];
  readonly #analyser: AnalyserNode;
  readonly #buffer = new Float32Array(1024);
  readonly #element = new Audio();
  #source: MediaStreamAudioSourceNode | undefined;

  constructor(
    private readonly context: AudioContext,
    private readonly voices: readonly number[],
  ) {
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = this.#buffer.length;
    setInterval(() => this.#listen(), everyMs);
  }

  attach(stream: MediaStream): void {
    this.#source?.disconnect();
    // A stream of a peer flows only while an element plays it.
    this.#element.srcObject = stream;
    this.#element.muted = true;
    void this.#element.play();
    this.#source = this.context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  take(): readonly Heard[] {
    const heard = this.#heard;
    this.#heard = [];
    return heard;
  }

  get hearsVoice(): boolean {
    return (this.#heard.at(-1)?.voice ?? 0) > 0;
  }

  #listen(): void {
    if (this.#source === undefined) return;
    this.#analyser.getFloatTimeDomainData(this.#buffer);
    this.#heard.push({ at: performance.timeOrigin + performance.now(), voice: this.#voice() });
    if (this.#heard.length > mostHeard) this.#heard.shift();
  }

  #voice(): number {
    const wave = this.#buffer.subarray(this.#buffer.length - samples);
    const energy = wave.reduce((sum, value) => sum + value * value, 0) / samples;
    if (energy < audible) return 0;
    const found = this.voices.filter((frequency) => this.#power(wave, frequency) > clear * energy);
    return found.length === 1 ? (found[0] ?? -1) : -1;
  }

  /** Mean power of one frequency. */
  #power(wave: Float32Array, frequency: number): number {
    let re = 0;
    let im = 0;
    for (const [index, value] of wave.entries()) {
      const angle = (2 * Math.PI * frequency * index) / this.context.sampleRate;
      re += value * Math.cos(angle);
      im += value * Math.sin(angle);
    }
    return (2 * (re * re + im * im)) / samples ** 2;
  }
}
