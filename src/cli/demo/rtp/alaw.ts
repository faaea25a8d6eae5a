/** G.711 A-law (ITU-T G.711 §3.2): one byte per sample, logarithmic. Samples are 16-bit signed. */

/** A-law has 13 bits; the lowest three of a 16-bit sample are lost. */
const segmentEnds = [0x1f, 0x3f, 0x7f, 0xff, 0x1ff, 0x3ff, 0x7ff, 0xfff] as const;
/** Even bits are inverted on the line. */
const evenBits = 0x55;
const signBit = 0x80;

/** Encode one sample; what is out of range is clipped. */
export function encodeALaw(sample: number): number {
  const clipped = Math.max(-32_768, Math.min(32_767, Math.round(sample)));
  const negative = clipped < 0;
  const magnitude = (negative ? -clipped - 1 : clipped) >> 3;
  const segment = segmentEnds.findIndex((end) => magnitude <= end);
  const mantissa = (magnitude >> (segment < 2 ? 1 : segment)) & 0x0f;
  return ((segment << 4) | mantissa) ^ (negative ? evenBits : evenBits | signBit);
}

/** Decode one byte to the middle of its interval. */
export function decodeALaw(byte: number): number {
  const value = byte ^ evenBits;
  const segment = (value >> 4) & 0x07;
  const mantissa = (value & 0x0f) << 4;
  const magnitude = segment === 0 ? mantissa + 8 : (mantissa + 0x108) << (segment - 1);
  return (value & signBit) === 0 ? -magnitude : magnitude;
}

/** Encode a block of samples to a payload of as many bytes. */
export function encodeBlock(samples: Int16Array): Buffer {
  const payload = Buffer.allocUnsafe(samples.length);
  for (const [index, sample] of samples.entries()) payload[index] = encodeALaw(sample);
  return payload;
}

/** Decode a payload to as many samples as it has bytes. */
export function decodeBlock(payload: Uint8Array): Int16Array {
  return Int16Array.from(payload, decodeALaw);
}
