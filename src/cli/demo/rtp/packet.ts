/** Payload type of G.711 A-law (RFC 3551 §6). */
export const payloadTypeALaw = 8;
const headerBytes = 12;
const version2 = 0x80;

/** The parts of an RTP packet (RFC 3550 §5.1) that a plain phone needs. */
export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  /** 16 bits, wraps around. */
  readonly sequence: number;
  /** In samples, 32 bits, wraps around. */
  readonly timestamp: number;
  /** Names the stream, 32 bits. */
  readonly ssrc: number;
  readonly payload: Buffer;
}

export function buildRtp(packet: RtpPacket): Buffer {
  const header = Buffer.alloc(headerBytes);
  header[0] = version2;
  header[1] = (packet.marker ? 0x80 : 0) | (packet.payloadType & 0x7f);
  header.writeUInt16BE(packet.sequence & 0xffff, 2);
  header.writeUInt32BE(packet.timestamp >>> 0, 4);
  header.writeUInt32BE(packet.ssrc >>> 0, 8);
  return Buffer.concat([header, packet.payload]);
}

/** Read a datagram; undefined when it is no RTP version 2. Contributing sources, extension and padding are skipped. */
export function parseRtp(datagram: Buffer): RtpPacket | undefined {
  if (datagram.length < headerBytes) return undefined;
  const first = datagram.readUInt8(0);
  if (first >> 6 !== 2) return undefined;
  let start = headerBytes + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (datagram.length < start + 4) return undefined;
    start += 4 + datagram.readUInt16BE(start + 2) * 4;
  }
  const padding = (first & 0x20) === 0 ? 0 : datagram.readUInt8(datagram.length - 1);
  const end = datagram.length - padding;
  if (end < start) return undefined;
  const second = datagram.readUInt8(1);
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: datagram.readUInt16BE(2),
    timestamp: datagram.readUInt32BE(4),
    ssrc: datagram.readUInt32BE(8),
    payload: datagram.subarray(start, end),
  };
}
