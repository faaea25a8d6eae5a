/** G.711 µ-law (ITU-T G.711 §3.3): one byte per sample. Samples are 16-bit signed. */

const bias = 0x84;
const clip = 32_635;

function encodeSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), clip) + bias;
  const segment = 31 - Math.clz32(magnitude >> 7);
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff;
}

function decodeByte(byte: number): number {
  const value = ~byte & 0xff;
  const segment = (value >> 4) & 0x07;
  const magnitude = ((((value & 0x0f) << 3) + bias) << segment) - bias;
  return (value & 0x80) === 0 ? magnitude : -magnitude;
}

export function encodeMuLaw(samples: Int16Array): Buffer {
  return Buffer.from(Uint8Array.from(samples, encodeSample));
}

export function decodeMuLaw(payload: Uint8Array): Int16Array {
  return Int16Array.from(payload, decodeByte);
}
