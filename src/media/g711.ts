/** G.711 (ITU-T, 1988): one byte a sample, to 16 bits with sign. */

/** ITU-T G.711 §3.2. */
export function fromALaw(byte: number): number {
  const value = byte ^ 0x55;
  const segment = (value >> 4) & 0x07;
  const mantissa = (value & 0x0f) << 4;
  const magnitude = segment === 0 ? mantissa + 8 : (mantissa + 0x108) << (segment - 1);
  return (value & 0x80) === 0 ? -magnitude : magnitude;
}

/** ITU-T G.711 §3.3. */
export function fromMuLaw(byte: number): number {
  const value = ~byte & 0xff;
  const magnitude = ((((value & 0x0f) << 3) + 0x84) << ((value >> 4) & 0x07)) - 0x84;
  return (value & 0x80) === 0 ? magnitude : -magnitude;
}
