/** Opus packets in an Ogg file (RFC 3533, RFC 7845), for a program to decode. */

const serial = 1;
const segmentBytes = 255;
const largestPacket = 254 * segmentBytes;
const polynomial = 0x04c11db7;

const checksums = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value < 0 ? (value << 1) ^ polynomial : value << 1;
  return value >>> 0;
});

/** Length of what a packet holds, at 48,000 samples a second (RFC 6716 §3.1); 0 for what is no packet. */
export function opusSamples(packet: Buffer): number {
  const first = packet[0];
  if (first === undefined || packet.length > largestPacket) return 0;
  const config = first >> 3;
  const frame =
    config < 12
      ? ([480, 960, 1920, 2880][config % 4] ?? 0)
      : config < 16
        ? ([480, 960][config % 2] ?? 0)
        : ([120, 240, 480, 960][config % 4] ?? 0);
  const code = first & 0x03;
  const frames = code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 0x3f;
  // No packet is longer than 120 ms.
  return frames * frame <= 5760 ? frames * frame : 0;
}

/** Makes the pages of one file, in order. */
export class OpusPages {
  #sequence = 0;
  #position = 0;

  /** The two pages that a file begins with. */
  begin(): Buffer {
    const head = Buffer.from('OpusHead\x01\x01\0\0\0\0\0\0\0\0\0', 'latin1');
    head.writeUInt32LE(48_000, 12);
    const tags = Buffer.from('OpusTags\x06\0\0\0onekey\0\0\0\0', 'latin1');
    return Buffer.concat([this.#page(head, 0x02), this.#page(tags, 0)]);
  }

  /** A packet in a page of its own. */
  packet(packet: Buffer): Buffer {
    this.#position += opusSamples(packet);
    return this.#page(packet, 0);
  }

  #page(packet: Buffer, kind: number): Buffer {
    const full = Math.floor(packet.length / segmentBytes);
    const page = Buffer.alloc(27 + full + 1 + packet.length);
    page.write('OggS', 0, 'latin1');
    page[5] = kind;
    page.writeBigUInt64LE(BigInt(this.#position), 6);
    page.writeUInt32LE(serial, 14);
    page.writeUInt32LE(this.#sequence, 18);
    page[26] = full + 1;
    page.fill(segmentBytes, 27, 27 + full);
    page[27 + full] = packet.length % segmentBytes;
    packet.copy(page, 28 + full);
    page.writeUInt32LE(checksum(page), 22);
    this.#sequence += 1;
    return page;
  }
}

function checksum(page: Buffer): number {
  let value = 0;
  for (const byte of page) value = ((value << 8) ^ (checksums[((value >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0;
  return value;
}
