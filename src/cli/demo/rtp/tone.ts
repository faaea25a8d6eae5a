/** Samples per second of G.711. */
export const sampleRate = 8000;
/** Samples of one packet of 20 ms. */
export const samplesPerPacket = 160;

/** Makes a sine tone without a break between blocks. */
export class ToneGenerator {
  #phase = 0;

  /**
   * @param frequency Hz, below half the sample rate.
   * @param amplitude peak, 1 to 32767.
   */
  constructor(
    readonly frequency: number,
    readonly amplitude = 8000,
  ) {}

  /** The next `count` samples. */
  next(count = samplesPerPacket): Int16Array {
    const step = (2 * Math.PI * this.frequency) / sampleRate;
    const samples = new Int16Array(count);
    for (let index = 0; index < count; index += 1) {
      samples[index] = Math.round(this.amplitude * Math.sin(this.#phase));
      this.#phase += step;
    }
    this.#phase %= 2 * Math.PI;
    return samples;
  }
}
